//! Collecting: what code puts into containers that it does not make in one piece; contexts that it enters.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Walk;
use super::frame::Frame;
use crate::facts::{
    Bound, Expression, ExpressionId, ListId, MemberBinding, ReferenceKind, ScopeId, ScopeKind, Symbol,
};
use crate::languages::syntax::Capture;

/// As many are kept of one container: every use of it looks through them.
const MOST_ADDED: u32 = 8;

impl Walk<'_> {
    /// A context that is entered calls its methods.
    pub(super) fn close_entered(&mut self, frame: &Frame) {
        let value = self.first(frame, Capture::Value);
        if !value.is_known() {
            return;
        }
        let entered = match self.facts.expression(value) {
            Expression::Enter(_) => value,
            _ => self.add(Expression::Enter(value)),
        };
        let waits = self.frames.last().is_some_and(|statement| self.waits(statement.start));
        self.refer(ReferenceKind::Implied { waits }, entered, frame.end, frame.line);
    }

    /// Does the statement that begins there wait for what it calls?
    pub(super) fn waits(&self, start: u32) -> bool {
        self.source.get(start as usize..).is_some_and(|rest| rest.starts_with(b"async"))
    }

    /// A call of a method that puts its last argument into the container.
    pub(super) fn note_added(&mut self, callee: ExpressionId, arguments: ListId, at: u32) {
        let adding = self.language.rules.calls.adding_methods;
        if adding.is_empty() {
            return;
        }
        let Expression::Member { object, name } = self.facts.expression(callee) else { return };
        if !adding.contains(&self.facts.text(name)) {
            return;
        }
        if let Some(value) = self.facts.list(arguments).last() {
            self.put(object, value, false, at);
        }
    }

    /// `container.append(value)` or, by a key, `container[key] = value`.
    pub(super) fn put(&mut self, container: ExpressionId, value: ExpressionId, keyed: bool, at: u32) {
        let says_little = matches!(
            self.facts.expression(value),
            Expression::Unknown | Expression::Literal(_) | Expression::Text(_) | Expression::Entry { .. }
        );
        if self.language.rules.calls.adding_methods.is_empty() || says_little {
            return;
        }
        let target = self.facts.expression(container);
        if !matches!(target, Expression::Name(_) | Expression::Member { .. }) {
            return;
        }
        let held = match keyed {
            true => self.add(Expression::Entry { key: Symbol::EMPTY, value }),
            false => value,
        };
        let value = self.add(Expression::Array(held));
        let (scope, r#type) = (self.scope, ExpressionId::UNKNOWN);
        match target {
            Expression::Member { object, name } => {
                self.facts.members.push(MemberBinding { object, name, value, r#type, scope, at });
            }
            Expression::Name(name) => {
                // In a block of its own: it never hides what was bound before.
                let block = self.add_scope(ScopeKind::Block);
                self.added.push(self.facts.bindings.len());
                let within = self.function_scope(scope);
                self.add_binding(name, Bound::Value { value, r#type }, within, at);
                if let Some(binding) = self.facts.bindings.last_mut() {
                    binding.block = block;
                }
            }
            _ => {}
        }
    }

    /// What is put into a container is seen where the container's name is declared.
    pub(super) fn settle_added(&mut self, declared: &FxHashSet<(ScopeId, Symbol)>) {
        if self.added.is_empty() {
            return;
        }
        let mut kept: FxHashMap<(ScopeId, Symbol), u32> = FxHashMap::default();
        for index in std::mem::take(&mut self.added) {
            let binding = self.facts.bindings[index];
            let mut scope = binding.scope;
            while !scope.is_file()
                && (!declared.contains(&(scope, binding.name))
                    || scope != binding.scope && self.facts.scope(scope).kind == ScopeKind::Class)
            {
                scope = self.facts.scope(scope).parent;
            }
            let count = kept.entry((scope, binding.name)).or_default();
            *count += 1;
            if declared.contains(&(scope, binding.name)) && *count <= MOST_ADDED {
                self.facts.bindings[index].scope = scope;
            } else {
                self.facts.bindings[index].name = Symbol::EMPTY; // one too many, or of another file
            }
        }
        self.facts.bindings.retain(|b| !b.name.is_empty());
    }
}
