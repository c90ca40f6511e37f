//! Memory: the intermediate results of resolving a repository. When a changed version is resolved, only the files whose
//! own text has changed, or whose results depend on a changed part of another file, are resolved again.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::graph::FileId;
use crate::hashing::NameHash;
use crate::resolve::collect::bases::FileBases;
use crate::resolve::collect::contribution::Contribution;
use crate::resolve::edges::nodes::FileNodes;
use crate::resolve::edges::outcome::ResolvedFile;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::fingerprints::Read;
use crate::resolve::index::snapshot::Snapshot;
use crate::resolve::index::{Index, SourceFile};
use crate::resolve::types::hierarchy::{Hierarchy, WrittenBases};
use crate::resolve::types::tables::{Tables, reads_same};

/// The results of all files in one step, with the tables that they were computed with.
pub(super) struct Step<T> {
    pub(super) tables: Tables,
    pub(super) files: Vec<Arc<T>>,
}

pub struct Memory {
    pub(super) snapshot: Snapshot,
    pub nodes: Vec<Arc<FileNodes>>,
    /// The bases of all types, sorted by type, each time that they were ordered.
    hierarchies: Vec<Vec<(Def, WrittenBases)>>,
    /// The methods that are written outside of their types: the type, the name, the method's file.
    outside: FxHashSet<(Def, NameHash, FileId)>,
    /// A hash of the names of all properties.
    properties: u64,
    /// The names of all values.
    value_names: FxHashSet<NameHash>,
    /// The bases of types, each time that types were ordered.
    pub(super) orders: Vec<Step<FileBases>>,
    /// The contributions of each round.
    pub(super) rounds: Vec<Step<Contribution>>,
    /// The resolved references; None until the last step is done.
    pub(super) references: Option<Step<ResolvedFile>>,
}

impl Memory {
    pub(super) fn new(snapshot: Snapshot) -> Self {
        Memory {
            snapshot,
            nodes: Vec::new(),
            hierarchies: Vec::new(),
            outside: FxHashSet::default(),
            properties: 0,
            value_names: FxHashSet::default(),
            orders: Vec::new(),
            rounds: Vec::new(),
            references: None,
        }
    }

    /// The nodes of a file, if its facts and its position among the files are the same.
    pub(super) fn nodes_of(&self, file: FileId, source: &SourceFile) -> Option<&Arc<FileNodes>> {
        self.snapshot.has_same_facts(file, source).then(|| &self.nodes[file.at()])
    }

    pub(super) fn remember_hierarchy(&mut self, index: &Index, hierarchy: &Hierarchy) {
        self.outside = index.outside_members().map(|(class, name, m)| (class, name, m.file)).collect();
        let mut bases: Vec<_> =
            hierarchy.bases.iter().map(|(class, bases)| (*class, bases.clone())).collect();
        bases.sort_unstable();
        self.hierarchies.push(bases);
    }

    pub(super) fn remember_properties(&mut self, names: &FxHashSet<NameHash>) {
        self.properties = names.iter().fold(0, |sum, name| sum.wrapping_add(name.0));
    }

    pub(super) fn remember_value_names(&mut self, names: &FxHashSet<NameHash>) {
        self.value_names.clone_from(names);
    }

    /// The names of values that the earlier version has no value of.
    pub(super) fn new_value_names(&self, earlier: &Memory) -> FxHashSet<NameHash> {
        self.value_names.difference(&earlier.value_names).copied().collect()
    }

    /// Is the order of types the same in both, in all steps that both have done? Only then the results of single files
    /// can be reused.
    pub(super) fn has_same_types(&self, other: &Memory) -> bool {
        self.outside == other.outside && self.hierarchies.iter().zip(&other.hierarchies).all(|(a, b)| a == b)
    }

    pub(super) fn has_same_properties(&self, other: &Memory) -> bool {
        self.properties == other.properties
    }
}

/// The memory of an earlier version of the repository, and the names of each file that differ from it.
pub(super) struct Earlier<'m> {
    pub(super) memory: &'m Memory,
    changed: FxHashMap<FileId, FxHashSet<NameHash>>,
}

impl<'m> Earlier<'m> {
    /// None if the files or what locates imports differ, so that no result can be reused.
    pub(super) fn new(memory: &'m Memory, now: &Memory) -> Option<Self> {
        let same = memory.snapshot.has_same_layout(&now.snapshot);
        same.then(|| Earlier { memory, changed: now.snapshot.changed_names(&memory.snapshot) })
    }

    /// Can the result of a file in an earlier step be reused: are the file, the names that it read of other files
    /// (`consulted`) and what it read of the tables the same?
    pub(super) fn is_reusable(
        &self,
        now: &Memory,
        file: FileId,
        consulted: &[Read],
        (seen, tables): (&Tables, &Tables),
    ) -> bool {
        let is_same = |(file, name): &Read| self.changed.get(file).is_none_or(|names| !names.contains(name));
        now.snapshot.is_unchanged(&self.memory.snapshot, file)
            && consulted.iter().all(is_same)
            && reads_same(seen, tables, file, consulted)
    }
}
