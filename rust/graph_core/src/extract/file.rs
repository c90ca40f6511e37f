//! The entry of extraction: the facts of one file.

use std::time::Duration;

use tree_sitter::Parser;

use super::walk_file;
use crate::facts::Facts;
use crate::languages::Language;
use crate::platform;

/// What bounds the work on one file.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Deepest nesting of the syntax tree.
    pub depth: u32,
    pub time: Duration,
    /// Most nodes of the syntax tree.
    pub nodes: u64,
}

/// The facts of one file, or the reason for which it is skipped: `parse time`, `too deep` or `too many nodes`.
pub fn extract(
    language: &'static Language,
    parser: &mut Parser,
    path: &str,
    source: &[u8],
    bounds: Bounds,
) -> Result<Facts, &'static str> {
    platform::of(language); // read before the first file, which the walk depends on
    walk_file(language, parser, path, source, bounds)
}
