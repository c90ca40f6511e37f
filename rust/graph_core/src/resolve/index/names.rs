//! Definitions by name: what a unit has at its top level and what a type itself defines.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::facts::{Binding, Bound, ScopeId};
use crate::graph::NodeKind;
use crate::hashing::hash;
use crate::resolve::index::Index;
use crate::resolve::index::definitions::Def;

impl Index {
    /// Top-level definitions of a name in a unit.
    pub fn in_unit(&self, unit: u32, name: u64) -> &[Def] {
        self.unit_names.get(&(unit, name)).map_or(&[], |d| d.as_slice())
    }

    /// What a type itself defines under a name.
    pub fn members(&self, class: Def, name: u64) -> &[Def] {
        self.members.get(&(class, name)).map_or(&[], |d| d.as_slice())
    }

    pub fn add_member(&mut self, class: Def, name: u64, member: Def) {
        self.extended.insert(class);
        let members = self.members.entry((class, name)).or_default();
        if !members.contains(&member) {
            members.push(member);
        }
    }

    /// Every member of every type, sorted: (type, name, member).
    pub fn all_members(&self) -> impl Iterator<Item = (Def, u64, Def)> + use<> {
        self.members_that(|_| true)
    }

    fn members_that(&self, is: impl Fn(Def) -> bool) -> std::vec::IntoIter<(Def, u64, Def)> {
        let members = self.members.iter().flat_map(|(key, found)| found.iter().map(|m| (key.0, key.1, *m)));
        let mut all: Vec<(Def, u64, Def)> = members.filter(|(_, _, member)| is(*member)).collect();
        all.sort_unstable();
        all.into_iter()
    }

    /// Methods that are written outside of their type: (type, name).
    pub fn outside_members(&self) -> impl Iterator<Item = (Def, u64, Def)> + use<> {
        self.members_that(|member| self.definition(member).receiver.is_known())
    }

    /// Of top-level definitions of one name in several files of a unit, those that share most of their path with
    /// a file: a package may be in several projects of a repository.
    pub fn nearest(&self, file: u32, defs: &[Def]) -> SmallVec<[Def; 1]> {
        let (Some(first), Some(last)) = (defs.first(), defs.last()) else { return SmallVec::new() };
        if first.file == last.file {
            return defs.into();
        }
        if let Some(seen) = self.projects.seen(file, defs, |def| def.file) {
            return seen.into();
        }
        let own = &self.files[file as usize].path;
        let shared = |def: &Def| {
            let other = self.files[def.file as usize].path.split('/');
            own.split('/').zip(other).take_while(|(a, b)| a == b).count()
        };
        let most = defs.iter().map(shared).max();
        defs.iter().filter(|d| Some(shared(d)) == most).copied().collect()
    }

    /// Are there methods that are written for the type outside of it?
    pub fn has_members(&self, class: Def) -> bool {
        self.extended.contains(&class)
    }

    /// The first file of a unit that has a value of that name.
    pub(super) fn with_value(&self, unit: u32, name: &str) -> Option<u32> {
        let values = self.values.get_or_init(|| {
            let mut values = FxHashMap::default();
            for (file, source) in (0u32..).zip(&self.files) {
                let facts = &source.facts;
                let is_value = |b: &&Binding| b.scope.is_file() && matches!(b.bound, Bound::Value { .. });
                for binding in facts.bindings.iter().filter(is_value) {
                    let name = facts.strings.hash(binding.name);
                    values.entry((self.unit_of[file as usize], name)).or_insert(file);
                }
            }
            values
        });
        values.get(&(unit, hash(name.as_bytes()))).copied()
    }

    /// What a scope of a file or of a type binds to definitions: (file, scope's owner, name's hash, definition).
    fn bound_definitions(&self) -> impl Iterator<Item = (u32, ScopeId, u64, Def)> + '_ {
        (0u32..).zip(&self.files).flat_map(|(file, source)| {
            let facts = &source.facts;
            facts.bindings.iter().filter_map(move |binding| match binding.bound {
                Bound::Definition(id) => {
                    Some((file, binding.scope, facts.strings.hash(binding.name), Def { file, id }))
                }
                _ => None,
            })
        })
    }

    pub fn names(&self) -> FxHashMap<(u32, u64), SmallVec<[Def; 1]>> {
        let mut names: FxHashMap<(u32, u64), SmallVec<[Def; 1]>> = FxHashMap::default();
        for (file, scope, name, def) in self.bound_definitions() {
            if scope.is_file() {
                self.partial_types.add(names.entry((self.unit_of[file as usize], name)).or_default(), def);
            }
        }
        names
    }

    pub(super) fn own_members(&self) -> FxHashMap<(Def, u64), SmallVec<[Def; 1]>> {
        let mut members: FxHashMap<(Def, u64), SmallVec<[Def; 1]>> = FxHashMap::default();
        for (file, scope, name, def) in self.bound_definitions() {
            let id = self.facts(file).scope(scope).owner;
            let owner = self.facts(file).definition(id);
            let holds = owner.is_type() || owner.kind == NodeKind::Module;
            if !scope.is_file() && !id.is_file() && owner.scope == scope && holds {
                let whole = self.partial_types.whole(Def { file, id });
                self.partial_types.add(members.entry((whole, name)).or_default(), def);
            }
        }
        members
    }
}
