//! The binder: writes bindings, and remembers what can be resolved only once all of them are known.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::facts::{Binding, Bound, Expression, ExpressionId, Import, ScopeId, ScopeKind, Symbol};
use crate::languages::syntax::{Capture, Role, mark};

#[derive(Default)]
pub struct Binder {
    /// Assignments whose name an enclosing scope may declare: indices of bindings.
    pub(super) assigned: Vec<usize>,
    /// Elements added to containers: indices of bindings.
    pub(super) added: Vec<usize>,
    /// Nonlocal names: (function scope, name).
    pub(super) outer: Vec<(ScopeId, Symbol)>,
    /// Names that are variables, by scope; kept only where an unbound name is a call.
    locals: FxHashSet<(ScopeId, Symbol)>,
    /// Imports by calls: their hidden names, and indices of imports.
    modules: FxHashMap<Symbol, u32>,
}

impl Binder {
    /// Is the name a variable of an enclosing scope, up to the enclosing type?
    pub fn is_local(&self, build: &FactBuilder<'_>, name: Symbol) -> bool {
        let mut scope = build.scope;
        loop {
            let current = build.facts.scope(scope);
            // Functions in a test group see the group's variables.
            if current.kind == ScopeKind::Class && !build.is_test_group(current.owner) {
                return false;
            }
            if self.locals.contains(&(scope, name)) {
                return true;
            }
            if scope.is_file() {
                return false;
            }
            scope = current.parent;
        }
    }

    /// Binds a name in a scope, from an offset on.
    pub fn add_binding(
        &mut self,
        build: &mut FactBuilder<'_>,
        name: Symbol,
        bound: Bound,
        scope: ScopeId,
        at: u32,
    ) {
        if build.language.rules.names.unbound_is_call && !matches!(bound, Bound::Definition(_)) {
            self.locals.insert((scope, name));
        }
        build.facts.bindings.push(Binding { scope, block: build.scope, name, bound, at });
    }

    /// Binds a name to a value, or to the definition or import that the value is.
    pub fn bind_name(
        &mut self,
        build: &mut FactBuilder<'_>,
        name: Symbol,
        value: ExpressionId,
        r#type: ExpressionId,
        role: Role,
        at: u32,
    ) {
        let bound = match build.facts.expression(value) {
            Expression::Definition(id) if build.facts.definition(id).name == name => Bound::Definition(id),
            _ => match self.imported_module(build, name, value) {
                Some(import) => Bound::Import(import),
                None => Bound::Value { value, r#type },
            },
        };
        let name = if role == Role::Field { build.member_name(name) } else { name };
        if role == Role::Assignment {
            self.assigned.push(build.facts.bindings.len());
        }
        let hoisted =
            role == Role::Assignment || build.nodes.frames.last().is_some_and(|f| f.has(mark::HOISTED));
        let scope = build.declaring_scope(hoisted);
        self.add_binding(build, name, bound, scope, at);
    }

    /// `global` and `nonlocal`: assignments in the enclosing function bind outer names.
    pub fn close_outer(&mut self, build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
        for name in build.all(frame, Capture::Name) {
            if let Expression::Name(name) = build.facts.expression(name.value) {
                let function = build.function_scope(build.scope);
                self.outer.push((function, name));
            }
        }
        ExpressionId::UNKNOWN
    }

    /// Binds a container's name to one more element.
    pub fn add_addition(&mut self, build: &mut FactBuilder<'_>, name: Symbol, bound: Bound, at: u32) {
        // In a block of its own, so that it does not shadow earlier bindings.
        let block = build.add_scope(ScopeKind::Block);
        self.added.push(build.facts.bindings.len());
        let within = build.function_scope(build.scope);
        self.add_binding(build, name, bound, within, at);
        if let Some(binding) = build.facts.bindings.last_mut() {
            binding.block = block;
        }
    }

    /// Remembers the hidden name of an import by a call.
    pub fn add_module(&mut self, name: Symbol, import: u32) {
        self.modules.insert(name, import);
    }

    /// Is it the hidden name of an import by a call?
    pub fn is_module(&self, name: Symbol) -> bool {
        self.modules.contains_key(&name)
    }

    /// The import for a name that is bound to an imported module or to one of its exports.
    fn imported_module(
        &mut self,
        build: &mut FactBuilder<'_>,
        alias: Symbol,
        value: ExpressionId,
    ) -> Option<u32> {
        match build.facts.expression(value) {
            Expression::Name(hidden) => self.modules.get(&hidden).copied(),
            Expression::Member { object, name } => {
                let Expression::Name(hidden) = build.facts.expression(object) else { return None };
                let whole = build.facts.imports[*self.modules.get(&hidden)? as usize];
                build.facts.imports.push(Import { name, alias, ..whole });
                Some(build.facts.imports.len() as u32 - 1)
            }
            _ => None,
        }
    }
}
