//! Extraction: one file in, its `Facts` out, by one parse and one iterative walk over the syntax tree. Knows no other
//! file, and calls no other part of the core but `languages` and `facts`.
//!
//! Three layers, each calling only those below it: `walk` goes over the tree and dispatches by role; the concerns
//! (`binding`, `calls`, `definitions`, …) each own what they remember between nodes; `build` holds the facts so far
//! and is the only way to write them.

mod binding;
mod bounds;
mod build;
mod calls;
mod definitions;
mod documentation;
mod expressions;
mod imports;
mod narrowing;
mod parameters;
mod parse;
mod test_calls;
mod token_trees;
mod type_body;
mod walk;

use token_trees::TokenTrees;
use tree_sitter::Parser;
use walk::Walk;

use crate::arena;
use crate::facts::Facts;
use crate::languages::Language;

pub use bounds::Bounds;
pub use parse::{parse, parse_file};
pub use type_body::MIXED_INTO_CLASS;

/// The facts of one file with what is already known of its platform; see `file_facts`.
pub(crate) fn walk_file(
    language: &'static Language,
    parser: &mut Parser,
    path: &str,
    source: &[u8],
    bounds: Bounds,
) -> Result<Facts, &'static str> {
    let tree = parse_file(language, parser, source, bounds.time).ok_or("parse time")?;
    let token_trees = TokenTrees::new(parser, bounds.time);
    let mut walk = Walk::of_file(language, path, source, tree.root_node(), token_trees);
    let walked = walk.walk(tree.walk(), 0, bounds);
    arena::discard(tree);
    walked.map(|()| walk.finish())
}
