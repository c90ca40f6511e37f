//! Tables: what a round found out about every file, with fingerprints to see what the next round changes.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use crate::facts::{DefinitionId, ExpressionId};
use crate::graph::FileId;
use crate::hashing::NameHash;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::fingerprints::{Read, WHOLE_FILE};
use crate::resolve::types::value::{Items, MOST};

/// The values that one file's code determines, of its own definitions and names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FileTable {
    /// What a call of a definition returns.
    pub returns: FxHashMap<DefinitionId, Items>,
    /// The declared values of parameters that have a function type, and of all parameters of function types.
    pub function_parameters: FxHashMap<(DefinitionId, u32), Items>,
    /// The values of members of a type's objects that are no definitions.
    pub fields: FxHashMap<(DefinitionId, NameHash), Items>,
    /// The values of names of the file's scope, and of exports without a local name.
    pub globals: FxHashMap<NameHash, Items>,
    /// The values that are assigned to members of object literals, by the expression of the literal.
    pub objects: FxHashMap<(ExpressionId, NameHash), Items>,
    /// A fingerprint of the entries of each name.
    names: FxHashMap<NameHash, u64>,
    fingerprint: u64,
}

/// The values that callers pass to the parameters of a file's definitions.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parameters {
    known: FxHashMap<(DefinitionId, u32), Items>,
    fingerprint: u64,
}

/// The values that a call passes to a parameter: (definition, index of the parameter), values.
pub type Passed = ((Def, u32), Items);

impl FileTable {
    /// Computes the fingerprints; no entry must be added afterwards. `name_of` returns the name of a definition.
    pub fn seal(&mut self, name_of: impl Fn(DefinitionId) -> NameHash) {
        let table = &*self;
        let mut names: FxHashMap<NameHash, u64> = FxHashMap::default();
        let mut add = |name: NameHash, fingerprint: u64| {
            let sum = names.entry(name).or_default();
            *sum = sum.wrapping_add(fingerprint);
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
    /// The tables before the first round.
    pub fn empty(files: usize) -> Self {
        Tables { files: vec![Arc::default(); files], parameters: vec![Arc::default(); files] }
    }

    /// The tables that the contributions of all files make. A parameter that receives more than `MOST` different values
    /// stays unknown.
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

    /// What a call of a definition returns.
    pub fn returned(&self, def: Def) -> Option<&Items> {
        self.files[def.file.at()].returns.get(&def.id)
    }

    /// The values of a member of a type's objects that is no definition.
    pub fn field(&self, class: Def, name: NameHash) -> Option<&Items> {
        self.files[class.file.at()].fields.get(&(class.id, name))
    }

    /// The values that are assigned to a member of an object literal.
    pub fn object(&self, file: FileId, literal: ExpressionId, name: NameHash) -> Option<&Items> {
        self.files[file.at()].objects.get(&(literal, name))
    }

    /// The declared values of a parameter of a function type.
    pub fn function_parameter(&self, def: Def, index: u32) -> Option<&Items> {
        self.files[def.file.at()].function_parameters.get(&(def.id, index))
    }

    /// The values of a name of the file's scope.
    pub fn global(&self, file: FileId, name: NameHash) -> Option<&Items> {
        self.files[file.at()].globals.get(&name)
    }

    /// The values that callers pass to a parameter.
    pub(super) fn parameter(&self, def: Def, index: u32) -> Option<&Items> {
        self.parameters[def.file.at()].known.get(&(def.id, index))
    }

    fn table_fingerprint(&self, file: FileId) -> u64 {
        self.files[file.at()].fingerprint
    }

    /// Are the entries of a name of a file the same in both?
    fn same_entry(&self, other: &Tables, (file, name): Read) -> bool {
        let (a, b) = (&self.files[file.at()], &other.files[file.at()]);
        a.fingerprint == b.fingerprint || name != WHOLE_FILE && a.names.get(&name) == b.names.get(&name)
    }

    fn parameters_fingerprint(&self, file: FileId) -> u64 {
        self.parameters[file.at()].fingerprint
    }
}

/// Are the parts of the tables that a file reads the same in both? `consulted` is what it reads of other files.
pub fn reads_same(a: &Tables, b: &Tables, file: FileId, consulted: &[Read]) -> bool {
    a.parameters_fingerprint(file) == b.parameters_fingerprint(file)
        && a.table_fingerprint(file) == b.table_fingerprint(file)
        && consulted.iter().all(|read| a.same_entry(b, *read))
}

/// A hash that does not depend on the order of the entries.
fn fingerprint<K: Hash, V: Hash>(map: &FxHashMap<K, V>) -> u64 {
    map.iter().fold(map.len() as u64, |sum, entry| sum.wrapping_add(entry_fingerprint(&entry)))
}

fn entry_fingerprint<T: Hash>(entry: &T) -> u64 {
    let mut hasher = FxHasher::default();
    entry.hash(&mut hasher);
    crate::hashing::finish(hasher.finish())
}
