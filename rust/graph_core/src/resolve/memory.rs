//! Memory: what resolving a repository found, so that resolving a changed version repeats only the files whose own text,
//! or whatever was read of other files for them, is different.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::resolve::collect::bases::FileBases;
use crate::resolve::collect::contribution::Contribution;
use crate::resolve::edges::nodes::FileNodes;
use crate::resolve::edges::outcome::ResolvedFile;
use crate::resolve::index::{Index, SourceFile};
use crate::resolve::index::definitions::Def;
use crate::resolve::index::fingerprints::Read;
use crate::resolve::index::snapshot::Snapshot;
use crate::resolve::types::hierarchy::{Hierarchy, WrittenBases};
use crate::resolve::types::tables::Tables;

pub struct Memory {
    pub index: Snapshot,
    pub nodes: Vec<Arc<FileNodes>>,
    /// The bases of all types, each time that they were ordered.
    bases: Vec<Vec<(Def, WrittenBases)>>,
    /// Where methods are that are written outside of their types: the type, the name, the file.
    outside: FxHashSet<(Def, u64, u32)>,
    /// Changes with the names of all properties.
    properties: u64,
    /// Each time that types were ordered: the tables before it, and what each file says of bases.
    pub orders: Vec<(Tables, Vec<Arc<FileBases>>)>,
    /// For each round the tables before it, and its contributions.
    pub rounds: Vec<(Tables, Vec<Arc<Contribution>>)>,
    /// The tables that references were resolved with.
    pub last: Option<Tables>,
    pub resolved: Vec<Arc<ResolvedFile>>,
}

impl Memory {
    pub fn new(index: Snapshot) -> Self {
        Memory {
            index,
            nodes: Vec::new(),
            bases: Vec::new(),
            outside: FxHashSet::default(),
            properties: 0,
            orders: Vec::new(),
            rounds: Vec::new(),
            last: None,
            resolved: Vec::new(),
        }
    }

    /// The nodes of a file, if its facts and its position among the files are the same.
    pub fn nodes_of(&self, file: usize, source: &SourceFile) -> Option<&Arc<FileNodes>> {
        self.index.has_same_facts(file, source).then(|| &self.nodes[file])
    }

    pub fn remember_hierarchy(&mut self, index: &Index, hierarchy: &Hierarchy) {
        self.outside = index.outside_members().map(|(class, name, m)| (class, name, m.file)).collect();
        let mut bases: Vec<_> =
            hierarchy.bases.iter().map(|(class, bases)| (*class, bases.clone())).collect();
        bases.sort_unstable();
        self.bases.push(bases);
    }

    pub fn remember_properties(&mut self, properties: u64) {
        self.properties = properties;
    }

    /// Are types ordered the same, as far as is known yet, so that what was found of single files may hold?
    pub fn has_same_types(&self, other: &Memory) -> bool {
        self.outside == other.outside && self.bases.iter().zip(&other.bases).all(|(a, b)| a == b)
    }

    pub fn has_same_properties(&self, other: &Memory) -> bool {
        self.properties == other.properties
    }
}

/// An earlier version of the repository, and which names this version shows differently, by file.
pub struct Earlier<'m> {
    pub memory: &'m Memory,
    changed: FxHashMap<u32, FxHashSet<u64>>,
}

impl<'m> Earlier<'m> {
    /// None where files or what locates imports differ too much for anything to hold.
    pub fn new(memory: &'m Memory, now: &Memory) -> Option<Self> {
        let same = memory.index.has_same_layout(&now.index);
        same.then(|| Earlier { memory, changed: now.index.changed_names(&memory.index) })
    }

    /// Is the file unchanged, and are the names that it reads of other files?
    pub fn is_unchanged(&self, now: &Memory, file: u32, consulted: &[Read]) -> bool {
        let same = |(file, name): &Read| self.changed.get(file).is_none_or(|names| !names.contains(name));
        now.index.is_unchanged(&self.memory.index, file) && consulted.iter().all(same)
    }
}
