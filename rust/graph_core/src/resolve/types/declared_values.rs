//! Declared values: the constants, variables, fields and members of enumerations that an expression names, whatever
//! they hold.

use smallvec::SmallVec;

use crate::facts::{
    Binding, Bound, Expression, ExpressionId, Position, ScopeKind, Symbol, WILDCARD, visible_in,
};
use crate::graph::{FileId, Via, flag};
use crate::hashing::NameHash;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::exports::exported_definitions_through;
use crate::resolve::index::fingerprints::IMPORTS_AND_EXPORTS;
use crate::resolve::index::imports::ImportTarget;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Value};

/// Declared values, each with the rule that found it.
pub type DeclaredValues = SmallVec<[(Def, Via); 1]>;

impl Evaluator<'_> {
    /// The declared values that an expression names.
    pub fn declared_values(&self, expression: ExpressionId, position: Position) -> DeclaredValues {
        match self.facts.expression(expression) {
            Expression::Name(name) => self.values_of_name(name, position),
            Expression::Member { object, name } => {
                let name = self.facts.name_hash(name);
                if !self.index.is_value_name(name) {
                    return DeclaredValues::new();
                }
                let mut found = DeclaredValues::new();
                for item in self.value_of(object, position) {
                    for value in self.member_values(&item, name) {
                        if !found.iter().any(|(def, _)| *def == value.0) {
                            found.push(value);
                        }
                    }
                }
                found
            }
            _ => DeclaredValues::new(),
        }
    }

    /// The values of a name: of the innermost scope that binds it.
    fn values_of_name(&self, name: Symbol, position: Position) -> DeclaredValues {
        let all = self.facts.bindings_named(name);
        let mut current = position.scope;
        loop {
            let scope = self.facts.scope(current);
            let bindings = visible_in(all, current);
            let is_visible = scope.kind != ScopeKind::Class || current == position.scope;
            let binds = |b: &Binding| !matches!(b.bound, Bound::Narrowed { .. });
            if is_visible && bindings.iter().any(binds) {
                let owner = Def { file: self.file, id: scope.owner };
                let own = match scope.kind {
                    ScopeKind::File | ScopeKind::Class => self.index.value(owner, self.facts.name_hash(name)),
                    ScopeKind::Function | ScopeKind::Block => None,
                };
                return match own {
                    Some(def) => [(def, Via::Scope)].into(),
                    None => self.imported_values_of(bindings),
                };
            }
            if current.is_file() {
                return self.values_by_wildcard(self.facts.name_hash(name));
            }
            current = scope.parent;
        }
    }

    /// The values that the imports among the bindings of a name import.
    fn imported_values_of(&self, bindings: &[Binding]) -> DeclaredValues {
        let mut found = DeclaredValues::new();
        for binding in bindings {
            let Bound::Import(index) = binding.bound else { continue };
            let name = self.facts.imports[index as usize].name;
            if !name.is_empty() {
                found.extend(self.values_of_target(index, self.facts.name_hash(name)));
            }
        }
        found
    }

    fn values_by_wildcard(&self, name: NameHash) -> DeclaredValues {
        if !self.index.is_value_name(name) {
            return DeclaredValues::new();
        }
        let wildcards = (0..).zip(&self.facts.imports).filter(|(_, i)| self.facts.text(i.name) == WILDCARD);
        wildcards.flat_map(|(index, _)| self.values_of_target(index, name)).collect()
    }

    /// The values of that name of an import's target.
    fn values_of_target(&self, import: u32, name: NameHash) -> DeclaredValues {
        match self.index.import_target(self.file, import) {
            ImportTarget::Files(files) if files.len() == 1 => self.exported_values(files[0], name),
            _ => DeclaredValues::new(),
        }
    }

    /// The values that a file exports under a name.
    fn exported_values(&self, file: FileId, name: NameHash) -> DeclaredValues {
        let defs = exported_definitions_through(self.index, file, name, &mut |file, name| {
            self.consult(file, name);
            self.consult(file, IMPORTS_AND_EXPORTS);
        });
        let is_value = |def: &Def| {
            let definition = self.index.definition(*def);
            definition.kind.is_value() || definition.flags & flag::WRAPPED != 0
        };
        defs.into_iter().filter(is_value).map(|def| (def, Via::Import)).collect()
    }

    /// The values of that name that an object, a type or a module has.
    fn member_values(&self, item: &Item, name: NameHash) -> DeclaredValues {
        let (class, skip, via) = match item.value {
            Value::Module(file) => return self.exported_values(file, name),
            Value::Class(class) => (class, 0, item.via),
            Value::Instance(class) => (class, 0, item.via),
            Value::Super(class) => (class, 1, item.via),
            _ => return DeclaredValues::new(),
        };
        for owner in self.hierarchy.order(class, skip) {
            self.consult(owner.file, name);
            if let Some(def) = self.index.value(owner, name) {
                return [(def, via)].into();
            }
            if !self.index.members(owner, name).is_empty() {
                break;
            }
        }
        DeclaredValues::new()
    }
}
