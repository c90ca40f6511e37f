//! Limits on size, number and time, so that a hostile or unusual repository takes bounded resources.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Larger files are skipped without being read.
    pub file_bytes: u64,
    /// A file that consists mostly of lines longer than this many bytes counts as minified.
    pub line_bytes: usize,
    /// The number of files of a source; those beyond it in order of path are skipped.
    pub files: usize,
    /// The number of directory entries to look at while listing. It ends the walk of a tree that contains itself many
    /// times.
    pub names: usize,
    /// The bytes of file contents that a listing may keep in memory. Files above it are read a second time.
    pub held_bytes: u64,
    /// The depth of the syntax tree of one file.
    pub depth: usize,
    /// The time to parse one file, in milliseconds.
    pub parse_ms: u64,
    /// The number of nodes of the syntax tree of one file, including tokens.
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
