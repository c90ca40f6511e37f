//! Tables: what is known of every file after a round, file by file, with fingerprints to see what a round has changed.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use crate::facts::{DefinitionId, ExpressionId};
use crate::graph::FileId;
use crate::hashing::NameHash;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::fingerprints::{Read, WHOLE_FILE};
use crate::resolve::types::value::{Items, MOST};

/// What one file's code says of its own definitions and names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FileTable {
    /// What calling a definition gives.
    pub returns: FxHashMap<DefinitionId, Items>,
    /// What a parameter is by its type, if that is a function's type or it is one of a function's type.
    pub function_parameters: FxHashMap<(DefinitionId, u32), Items>,
    /// What a member of a type's objects is, where it is no definition.
    pub fields: FxHashMap<(DefinitionId, NameHash), Items>,
    /// What a name of the file's scope is, or an export without a local name.
    pub globals: FxHashMap<NameHash, Items>,
    /// What is assigned to a member of an object literal, by the literal's expression.
    pub objects: FxHashMap<(ExpressionId, NameHash), Items>,
    /// A fingerprint for each name of which something is known.
    names: FxHashMap<NameHash, u64>,
    fingerprint: u64,
}

/// What callers pass to the parameters of a file's definitions that have no type.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    known: FxHashMap<(DefinitionId, u32), Items>,
    fingerprint: u64,
}

/// What a call passes: to which parameter of which definition, and what it may be.
pub type Passed = ((Def, u32), Items);

impl FileTable {
    /// Computes the fingerprints, once all entries are there. `name_of` gives the hash of a definition's name.
    pub fn seal(&mut self, name_of: impl Fn(DefinitionId) -> NameHash) {
        let table = &*self;
        let mut names: FxHashMap<NameHash, u64> = FxHashMap::default();
        let mut add = |name: NameHash, print: u64| {
            let sum = names.entry(name).or_default();
            *sum = sum.wrapping_add(print);
        };
        table.returns.iter().for_each(|e| add(name_of(*e.0), entry_fingerprint(&e)));
        table
            .function_parameters
            .iter()
            .for_each(|e| add(name_of(e.0.0), entry_fingerprint(&e).rotate_left(4)));
        table.fields.iter().for_each(|e| add(e.0.1, entry_fingerprint(&e).rotate_left(1)));
        table.globals.iter().for_each(|e| add(*e.0, entry_fingerprint(&e).rotate_left(2)));
        table.objects.iter().for_each(|e| add(e.0.1, entry_fingerprint(&e).rotate_left(3)));
        self.fingerprint = fingerprint(&table.returns)
            ^ fingerprint(&table.fields).rotate_left(1)
            ^ fingerprint(&table.globals).rotate_left(2)
            ^ fingerprint(&table.objects).rotate_left(3)
            ^ fingerprint(&table.function_parameters).rotate_left(4);
        self.names = names;
    }
}

/// The tables of all files after a round.
#[derive(Debug, Clone)]
pub struct Tables {
    files: Vec<Arc<FileTable>>,
    parameters: Vec<Arc<Parameters>>,
}

impl Tables {
    /// Nothing is known yet.
    pub fn empty(files: usize) -> Self {
        Tables { files: vec![Arc::default(); files], parameters: vec![Arc::default(); files] }
    }

    /// The contributions of all files, together. Parameters that are given too many different things stay unknown.
    pub fn merged<'c>(
        contributions: impl ExactSizeIterator<Item = (&'c Arc<FileTable>, &'c [Passed])> + Clone,
    ) -> Self {
        let mut passed: Vec<FxHashMap<(DefinitionId, u32), Option<Items>>> = Vec::new();
        passed.resize_with(contributions.len(), FxHashMap::default);
        for ((def, index), items) in contributions.clone().flat_map(|(_, passed)| passed) {
            let slot = passed[def.file.at()].entry((def.id, *index)).or_insert_with(|| Some(Items::new()));
            let Some(known) = slot else { continue };
            for item in items {
                if !known.iter().any(|k| k.value == item.value) {
                    known.push(item.clone());
                }
            }
            if known.len() > MOST {
                *slot = None;
            }
        }
        let parameters = passed
            .into_iter()
            .map(|all| {
                let known: FxHashMap<_, _> = all.into_iter().filter_map(|(k, v)| v.map(|v| (k, v))).collect();
                let fingerprint = fingerprint(&known);
                Arc::new(Parameters { known, fingerprint })
            })
            .collect();
        Tables { files: contributions.map(|(table, _)| table.clone()).collect(), parameters }
    }

    pub fn returned(&self, def: Def) -> Option<&Items> {
        self.files[def.file.at()].returns.get(&def.id)
    }

    pub fn field(&self, class: Def, name: NameHash) -> Option<&Items> {
        self.files[class.file.at()].fields.get(&(class.id, name))
    }

    pub fn object(&self, file: FileId, literal: ExpressionId, name: NameHash) -> Option<&Items> {
        self.files[file.at()].objects.get(&(literal, name))
    }

    pub fn function_parameter(&self, def: Def, index: u32) -> Option<&Items> {
        self.files[def.file.at()].function_parameters.get(&(def.id, index))
    }

    pub fn global(&self, file: FileId, name: NameHash) -> Option<&Items> {
        self.files[file.at()].globals.get(&name)
    }

    pub(super) fn parameter(&self, def: Def, index: u32) -> Option<&Items> {
        self.parameters[def.file.at()].known.get(&(def.id, index))
    }

    /// Changes when what a file's code says of it does.
    fn table_fingerprint(&self, file: FileId) -> u64 {
        self.files[file.at()].fingerprint
    }

    /// Is what both know of a file's name the same?
    fn same_entry(&self, other: &Tables, (file, name): Read) -> bool {
        let (a, b) = (&self.files[file.at()], &other.files[file.at()]);
        a.fingerprint == b.fingerprint || name != WHOLE_FILE && a.names.get(&name) == b.names.get(&name)
    }

    /// Changes when what callers pass to a file does.
    fn parameters_fingerprint(&self, file: FileId) -> u64 {
        self.parameters[file.at()].fingerprint
    }
}

/// Is what a file reads of tables the same in both? `consulted` is what it reads of others.
pub fn reads_same(a: &Tables, b: &Tables, file: FileId, consulted: &[Read]) -> bool {
    a.parameters_fingerprint(file) == b.parameters_fingerprint(file)
        && a.table_fingerprint(file) == b.table_fingerprint(file)
        && consulted.iter().all(|read| a.same_entry(b, *read))
}

/// The same whatever the order of the entries.
pub fn fingerprint<K: Hash, V: Hash>(map: &FxHashMap<K, V>) -> u64 {
    map.iter().fold(map.len() as u64, |sum, entry| sum.wrapping_add(entry_fingerprint(&entry)))
}

fn entry_fingerprint<T: Hash>(entry: &T) -> u64 {
    let mut hasher = FxHasher::default();
    entry.hash(&mut hasher);
    crate::hashing::finish(hasher.finish())
}
