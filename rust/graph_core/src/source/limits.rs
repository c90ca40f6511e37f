//! Limits: the bounds that keep a hostile or odd repository from costing more than it should.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Files above this size are skipped unread.
    pub file_bytes: u64,
    /// A line above this length counts towards a file being minified.
    pub line_bytes: usize,
    /// Wanted files of a source; those after it in order of path are skipped.
    pub files: usize,
    /// Names looked at while listing, wanted or not: what stops a tree that repeats itself without end.
    pub names: usize,
    /// Bytes of read files that a listing may keep in memory; above it files are read a second time.
    pub held_bytes: u64,
    /// Nesting of syntax in one file.
    pub depth: usize,
    /// Time to parse one file.
    pub parse_ms: u64,
    /// Nodes of the syntax tree of one file, tokens included.
    pub nodes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 2_000_000,
            line_bytes: 1_000,
            files: 200_000,
            names: 2_000_000,
            held_bytes: 256 << 20,
            depth: 1_000,
            parse_ms: 10_000,
            nodes: 20_000_000,
        }
    }
}
