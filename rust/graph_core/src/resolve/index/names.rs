//! Definitions by name: the top-level definitions of a unit and the members of a type.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::facts::{Binding, Bound, ScopeId};
use crate::graph::{FileId, NodeKind, flag};
use crate::hashing::NameHash;
use crate::resolve::index::Index;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::ids::UnitId;

/// A member of a type: the type, the member's name, the member.
pub type Member = (Def, NameHash, Def);

impl Index {
    /// The top-level definitions of a name in a unit.
    pub fn in_unit(&self, unit: UnitId, name: NameHash) -> &[Def] {
        self.unit_names.get(&(unit, name)).map_or(&[], |d| d.as_slice())
    }

    /// The members of a name that a type defines itself, not those that it inherits.
    pub fn members(&self, class: Def, name: NameHash) -> &[Def] {
        self.members.get(&(class, name)).map_or(&[], |d| d.as_slice())
    }

    /// The value of a name that a module or a type has itself.
    pub fn value(&self, owner: Def, name: NameHash) -> Option<Def> {
        self.values.get(&(owner, name)).copied()
    }

    /// Has anything in the repository a value of that name?
    pub fn is_value_name(&self, name: NameHash) -> bool {
        self.value_names.contains(&name)
    }

    /// The names of all values.
    pub fn value_names(&self) -> &FxHashSet<NameHash> {
        &self.value_names
    }

    /// Adds a member that is written outside of its type.
    pub fn add_member(&mut self, class: Def, name: NameHash, member: Def) {
        self.extended.insert(class);
        let members = self.members.entry((class, name)).or_default();
        if !members.contains(&member) {
            members.push(member);
        }
    }

    /// Every member of every type, sorted.
    pub fn all_members(&self) -> impl Iterator<Item = Member> + use<> {
        self.sorted_members(|_| true)
    }

    fn sorted_members(&self, includes: impl Fn(Def) -> bool) -> std::vec::IntoIter<Member> {
        let members = self.members.iter().flat_map(|(key, found)| found.iter().map(|m| (key.0, key.1, *m)));
        let mut all: Vec<Member> = members.filter(|(_, _, member)| includes(*member)).collect();
        all.sort_unstable();
        all.into_iter()
    }

    /// The methods that are written outside of their types, sorted.
    pub fn outside_members(&self) -> impl Iterator<Item = Member> + use<> {
        self.sorted_members(|member| self.definition(member).receiver.is_known())
    }

    /// Of top-level definitions of one name in several files of a unit, those that a file most likely refers to: of
    /// its own project, of the projects that it references, else those that share most of their path with the file.
    /// (One package may be in several projects of a repository.)
    pub fn nearest(&self, file: FileId, defs: &[Def]) -> SmallVec<[Def; 1]> {
        let (Some(first), Some(last)) = (defs.first(), defs.last()) else { return SmallVec::new() };
        if first.file == last.file {
            return defs.into();
        }
        if let Some(found) = self.projects.in_own_or_referenced(file, defs, |def| def.file) {
            return found.into();
        }
        let path = &self.source(file).path;
        let shared_folders = |def: &Def| {
            let other = self.source(def.file).path.split('/');
            path.split('/').zip(other).take_while(|(a, b)| a == b).count()
        };
        let most = defs.iter().map(shared_folders).max();
        defs.iter().filter(|d| Some(shared_folders(d)) == most).copied().collect()
    }

    /// Does a type have methods that are written outside of it?
    pub fn has_outside_members(&self, class: Def) -> bool {
        self.extended.contains(&class)
    }

    /// The first file of a unit that has a value of that name.
    pub(super) fn file_with_value(&self, unit: UnitId, name: &str) -> Option<FileId> {
        let files = self.files_with_value.get_or_init(|| {
            let mut files = FxHashMap::default();
            for (file, source) in self.sources() {
                let facts = &source.facts;
                let is_value = |b: &&Binding| b.scope.is_file() && matches!(b.bound, Bound::Value { .. });
                for binding in facts.bindings.iter().filter(is_value) {
                    let name = facts.name_hash(binding.name);
                    files.entry((self.unit_of(file), name)).or_insert(file);
                }
            }
            files
        });
        files.get(&(unit, NameHash::of(name))).copied()
    }

    /// The bindings of all files that bind a definition: (file, scope of the binding, name, definition).
    fn bound_definitions(&self) -> impl Iterator<Item = (FileId, ScopeId, NameHash, Def)> + '_ {
        self.sources().flat_map(|(file, source)| {
            let facts = &source.facts;
            facts.bindings.iter().filter_map(move |binding| match binding.bound {
                Bound::Definition(id) => {
                    Some((file, binding.scope, facts.name_hash(binding.name), Def { file, id }))
                }
                _ => None,
            })
        })
    }

    /// Computes `values`.
    pub(super) fn collect_values(&self) -> FxHashMap<(Def, NameHash), Def> {
        let mut values = FxHashMap::default();
        for (def, definition) in self.definitions() {
            let is_value = definition.kind.is_value() || definition.flags & flag::WRAPPED != 0;
            if is_value && !definition.name.is_empty() {
                let owner = Def { file: def.file, id: definition.parent };
                let key = (self.partial_types.whole(owner), self.name_hash(def));
                values.entry(key).or_insert(def);
            }
        }
        values
    }

    /// Computes `unit_names`.
    pub(super) fn collect_unit_names(&self) -> FxHashMap<(UnitId, NameHash), SmallVec<[Def; 1]>> {
        let mut names: FxHashMap<(UnitId, NameHash), SmallVec<[Def; 1]>> = FxHashMap::default();
        for (file, scope, name, def) in self.bound_definitions() {
            if scope.is_file() {
                self.partial_types.add(names.entry((self.unit_of(file), name)).or_default(), def);
            }
        }
        names
    }

    /// Computes `members`, without those that are written outside of their types.
    pub(super) fn collect_members(&self) -> FxHashMap<(Def, NameHash), SmallVec<[Def; 1]>> {
        let mut members: FxHashMap<(Def, NameHash), SmallVec<[Def; 1]>> = FxHashMap::default();
        for (file, scope, name, def) in self.bound_definitions() {
            let id = self.facts(file).scope(scope).owner;
            let owner = self.facts(file).definition(id);
            let has_members = owner.is_type() || owner.kind == NodeKind::Module;
            if !scope.is_file() && !id.is_file() && owner.scope == scope && has_members {
                let whole = self.partial_types.whole(Def { file, id });
                self.partial_types.add(members.entry((whole, name)).or_default(), def);
            }
        }
        members
    }
}
