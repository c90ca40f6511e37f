//! The facts of one file. Extraction depends on what the platform of a language declares, and the platform is itself
//! extracted from files: here it is read before the first file.

use tree_sitter::Parser;

use crate::extract::{Bounds, walk_file};
use crate::facts::Facts;
use crate::languages::Language;
use crate::platform;

/// The facts of one file, or the reason for which it is skipped: `parse time`, `too deep` or `too many nodes`.
pub fn file_facts(
    language: &'static Language,
    parser: &mut Parser,
    path: &str,
    source: &[u8],
    bounds: Bounds,
) -> Result<Facts, &'static str> {
    platform::of(language);
    walk_file(language, parser, path, source, bounds)
}
