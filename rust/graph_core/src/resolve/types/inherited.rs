//! Inherited members: lookup of members, properties and constructors along the method-resolution order.

use smallvec::SmallVec;

use crate::graph::flag;
use crate::hashing::NameHash;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{Item, Items, Value};

impl Evaluator<'_> {
    /// The known values of a member of a type's objects that is no definition.
    pub(super) fn known_field(&self, class: Def, name: NameHash) -> Option<&Items> {
        self.consult(class.file, name);
        self.tables.field(class, name)
    }

    /// The first type of the order that defines members of the name, with these members; `skip` as in
    /// `Hierarchy::order`.
    pub fn inherited(&self, class: Def, name: NameHash, skip: usize) -> Option<(Def, &[Def])> {
        self.hierarchy.order(class, skip).find_map(|owner| {
            self.consult(owner.file, name);
            let found = self.index.members(owner, name);
            (!found.is_empty()).then_some((owner, found))
        })
    }

    /// The definition that reading a member calls (`is_write`: assigning to it), if the member is a property.
    pub fn property(&self, item: &Item, name: NameHash, is_write: bool) -> Option<Def> {
        let (class, skip, of_class) = match item.value {
            Value::Instance(class) => (class, 0, false),
            Value::Class(class) => (class, 0, true),
            Value::Super(class) => (class, 1, false),
            _ => return None,
        };
        let (_, members) = self.inherited(class, name, skip)?;
        let has_setter = is_write
            && members.iter().any(|m| {
                let definition = self.index.definition(*m);
                definition.flags & flag::PROPERTY != 0 && !definition.parameters.is_empty()
            });
        members.iter().copied().find(|m| {
            let definition = self.index.definition(*m);
            let rules = &self.index.language(m.file).rules;
            let is_setter = definition.parameters.len() > usize::from(rules.members.explicit_self);
            // Where properties are read without an object one definition is both getter and setter, unless there is a
            // setter.
            let fits =
                is_setter == is_write || rules.names.unqualified_properties && !is_setter && !has_setter;
            let is_accessible = !of_class || definition.flags & flag::STATIC != 0;
            definition.flags & flag::PROPERTY != 0 && is_accessible && fits
        })
    }

    /// The definition that constructing an object of the type calls, if it has one in the repository.
    pub fn constructor(&self, class: Def) -> Option<Def> {
        self.constructors(class).first().copied()
    }

    /// The definitions that constructing an object of the type may call: those of the first type of the order that has
    /// any.
    pub fn constructors(&self, class: Def) -> SmallVec<[Def; 2]> {
        let names = self.index.language(class.file).rules.constructors;
        for owner in self.hierarchy.order(class, 0) {
            for name in names {
                let name = NameHash::of(name);
                self.consult(owner.file, name);
                let members = self.index.members(owner, name).iter().copied();
                let found: SmallVec<[Def; 2]> =
                    members.filter(|m| self.index.definition(*m).is_callable()).collect();
                if !found.is_empty() {
                    // Which of them is called depends on their parameters.
                    found.iter().for_each(|m| self.consult(m.file, self.index.name_hash(*m)));
                    return found;
                }
            }
            if names.contains(&"{}") {
                break;
            }
        }
        SmallVec::new()
    }
}
