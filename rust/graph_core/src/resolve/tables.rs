//! Tables: what is known of every file after a round, file by file, with prints to see what a round has changed.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use super::eval::{ALL, Read};
use super::value::{Def, Items, MOST, extend};
use crate::facts::{DefinitionId, ExpressionId};

/// What one file's code says of its own definitions and names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FileTable {
    /// What calling a definition gives.
    pub returns: FxHashMap<DefinitionId, Items>,
    /// What a parameter is by its type, if that is a function's type or it is one of a function's type.
    pub typed: FxHashMap<(DefinitionId, u32), Items>,
    /// What a member of a type's objects is, where it is no definition.
    pub fields: FxHashMap<(DefinitionId, u64), Items>,
    /// What a name of the file's scope is, or an export without a local name.
    pub globals: FxHashMap<u64, Items>,
    /// What is assigned to a member of an object literal, by the literal's expression.
    pub objects: FxHashMap<(ExpressionId, u64), Items>,
    /// A print for each name of which something is known.
    names: FxHashMap<u64, u64>,
    print: u64,
}

/// What callers pass to the parameters of a file's definitions that have no type.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    known: FxHashMap<(DefinitionId, u32), Items>,
    print: u64,
}

/// What one file tells in a round.
#[derive(Debug)]
pub struct Told {
    pub table: Arc<FileTable>,
    pub passed: Vec<((Def, u32), Items)>,
    /// What of other files was read for it, sorted.
    pub consulted: Vec<Read>,
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

    /// What all files told, together. Parameters that are given too many different things stay unknown.
    pub fn merged(told: &[Arc<Told>]) -> Self {
        let mut passed: Vec<FxHashMap<(DefinitionId, u32), Option<Items>>> = Vec::new();
        passed.resize_with(told.len(), FxHashMap::default);
        for ((def, index), items) in told.iter().flat_map(|t| &t.passed) {
            let slot =
                passed[def.file as usize].entry((def.id, *index)).or_insert_with(|| Some(Items::new()));
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
                let print = print(&known);
                Arc::new(Parameters { known, print })
            })
            .collect();
        Tables { files: told.iter().map(|t| t.table.clone()).collect(), parameters }
    }

    pub fn returned(&self, def: Def) -> Option<&Items> {
        self.files[def.file as usize].returns.get(&def.id)
    }

    pub fn field(&self, class: Def, name: u64) -> Option<&Items> {
        self.files[class.file as usize].fields.get(&(class.id, name))
    }

    pub fn object(&self, file: u32, literal: ExpressionId, name: u64) -> Option<&Items> {
        self.files[file as usize].objects.get(&(literal, name))
    }

    pub fn typed(&self, def: Def, index: u32) -> Option<&Items> {
        self.files[def.file as usize].typed.get(&(def.id, index))
    }

    pub fn global(&self, file: u32, name: u64) -> Option<&Items> {
        self.files[file as usize].globals.get(&name)
    }

    pub fn parameter(&self, def: Def, index: u32) -> Option<&Items> {
        self.parameters[def.file as usize].known.get(&(def.id, index))
    }

    /// Changes when what a file's code says of it does.
    pub fn table_print(&self, file: u32) -> u64 {
        self.files[file as usize].print
    }

    /// Is what both know of a file's name the same?
    pub fn know_same(&self, other: &Tables, (file, name): Read) -> bool {
        let (a, b) = (&self.files[file as usize], &other.files[file as usize]);
        a.print == b.print || name != ALL && a.names.get(&name) == b.names.get(&name)
    }

    /// Changes when what callers pass to a file does.
    pub fn parameters_print(&self, file: u32) -> u64 {
        self.parameters[file as usize].print
    }
}

/// What a file tells, while it is collected.
#[derive(Default)]
pub struct Entries {
    pub table: FileTable,
    pub passed: Vec<((Def, u32), Items)>,
}

impl Entries {
    pub fn global(&mut self, name: u64, items: Items) {
        extend(self.table.globals.entry(name).or_default(), items);
    }

    pub fn field(&mut self, class: DefinitionId, name: u64, items: Items) {
        extend(self.table.fields.entry((class, name)).or_default(), items);
    }

    pub fn object(&mut self, literal: ExpressionId, name: u64, items: Items) {
        extend(self.table.objects.entry((literal, name)).or_default(), items);
    }

    /// `name_of` gives the hash of a definition's name.
    pub fn seal(mut self, consulted: Vec<Read>, name_of: impl Fn(DefinitionId) -> u64) -> Told {
        let table = &self.table;
        let mut names: FxHashMap<u64, u64> = FxHashMap::default();
        let mut add = |name: u64, print: u64| {
            let sum = names.entry(name).or_default();
            *sum = sum.wrapping_add(print);
        };
        table.returns.iter().for_each(|e| add(name_of(*e.0), one_print(&e)));
        table.typed.iter().for_each(|e| add(name_of(e.0.0), one_print(&e).rotate_left(4)));
        table.fields.iter().for_each(|e| add(e.0.1, one_print(&e).rotate_left(1)));
        table.globals.iter().for_each(|e| add(*e.0, one_print(&e).rotate_left(2)));
        table.objects.iter().for_each(|e| add(e.0.1, one_print(&e).rotate_left(3)));
        self.table.print = print(&table.returns)
            ^ print(&table.fields).rotate_left(1)
            ^ print(&table.globals).rotate_left(2)
            ^ print(&table.objects).rotate_left(3)
            ^ print(&table.typed).rotate_left(4);
        self.table.names = names;
        Told { table: Arc::new(self.table), passed: self.passed, consulted }
    }
}

/// The same whatever the order of the entries.
fn print<K: Hash, V: Hash>(map: &FxHashMap<K, V>) -> u64 {
    map.iter().fold(map.len() as u64, |sum, entry| sum.wrapping_add(one_print(&entry)))
}

fn one_print<T: Hash>(entry: &T) -> u64 {
    let mut hasher = FxHasher::default();
    entry.hash(&mut hasher);
    crate::hashing::finish(hasher.finish())
}
