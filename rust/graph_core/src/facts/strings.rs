//! The string table of a file: its names and texts, each with the hash by which files compare them.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{Facts, Symbol};
use crate::hashing::{NameHash, hash, mix};

/// The interned strings of a file. The hash of a string is the same in all files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strings {
    pub(super) buffer: String,
    pub(super) ends: Vec<u32>,
    pub(super) hashes: Vec<u64>,
    #[serde(skip)]
    pub(super) index: FxHashMap<u64, Symbol>,
}

impl Default for Strings {
    fn default() -> Self {
        let mut strings = Strings {
            buffer: String::new(),
            ends: Vec::new(),
            hashes: Vec::new(),
            index: FxHashMap::default(),
        };
        strings.intern("");
        strings
    }
}

impl Strings {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn intern(&mut self, text: &str) -> Symbol {
        let hash = hash(text.as_bytes());
        if let Some(&symbol) = self.index.get(&hash) {
            return symbol;
        }
        let symbol = Symbol(self.ends.len() as u32);
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len() as u32);
        self.hashes.push(hash);
        self.index.insert(hash, symbol);
        symbol
    }

    /// The symbol of the string with that hash; None if the file has no such string. Call `reindex` after loading.
    pub fn symbol(&self, name: NameHash) -> Option<Symbol> {
        self.index.get(&name.0).copied()
    }

    pub fn text(&self, symbol: Symbol) -> &str {
        let start = if symbol.is_empty() { 0 } else { self.ends[symbol.at() - 1] as usize };
        &self.buffer[start..self.ends[symbol.at()] as usize]
    }

    pub fn hash(&self, symbol: Symbol) -> u64 {
        self.hashes[symbol.at()]
    }

    /// A hash over all strings.
    pub fn fingerprint(&self) -> u64 {
        self.hashes.iter().fold(0, |state, h| mix(state, *h))
    }

    /// Rebuilds the index by hash, which is not stored.
    pub fn reindex(&mut self) {
        self.index = self.hashes.iter().enumerate().map(|(i, h)| (*h, Symbol(i as u32))).collect();
    }
}

impl Facts {
    /// The hash of a name of the file.
    pub fn name_hash(&self, name: Symbol) -> NameHash {
        NameHash(self.strings.hash(name))
    }
}
