//! Strings: the names and texts of a file, and the hash by which files compare them.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::Symbol;

/// The strings of a file, each once, each with a hash that is the same in all files.
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

    /// The symbol of `hash`, if the file has such a string. Linear only right after loading: see `reindex`.
    pub fn symbol(&self, hash: u64) -> Option<Symbol> {
        self.index.get(&hash).copied()
    }

    pub fn text(&self, symbol: Symbol) -> &str {
        let start = if symbol.is_empty() { 0 } else { self.ends[symbol.at() - 1] as usize };
        &self.buffer[start..self.ends[symbol.at()] as usize]
    }

    pub fn hash(&self, symbol: Symbol) -> u64 {
        self.hashes[symbol.at()]
    }

    /// Changes with any of the strings.
    pub fn print(&self) -> u64 {
        self.hashes.iter().fold(0, |state, h| mix(state, *h))
    }

    /// Rebuilds the look-up that is not stored.
    pub fn reindex(&mut self) {
        self.index = self.hashes.iter().enumerate().map(|(i, h)| (*h, Symbol(i as u32))).collect();
    }
}

/// A 64-bit hash that is stable across runs and machines (multiply and rotate, with the finaliser of MurmurHash3);
/// names are compared by it across files.
pub fn hash(bytes: &[u8]) -> u64 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    for chunk in bytes.chunks(8) {
        let mut word = [0u8; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        h = mix(h, u64::from_le_bytes(word));
    }
    finish(h ^ bytes.len() as u64)
}

/// One step of a running hash.
pub fn mix(state: u64, word: u64) -> u64 {
    (state.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

pub fn finish(mut h: u64) -> u64 {
    h ^= h >> 33;
    h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^= h >> 33;
    h = h.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}
