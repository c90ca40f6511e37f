//! Parsing, within a time limit.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

use crate::arena;
use crate::languages::Language;

/// The syntax tree of a text; None if it takes longer than `time`.
pub fn parse(parser: &mut Parser, source: &[u8], time: Duration) -> Option<Tree> {
    let begun = Instant::now();
    let mut late = |_: &ParseState| {
        if begun.elapsed() > time { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut late);
    let mut chunk = |at: usize, _| source.get(at..).unwrap_or(&[]);
    parser.parse_with_options(&mut chunk, None, Some(options))
}

/// The syntax tree of a file. Where the grammar requires separators that the language does not, the tree of the text
/// with the separators inserted, if it has fewer errors; inserted separators do not change positions.
pub fn parse_file(language: &Language, parser: &mut Parser, source: &[u8], time: Duration) -> Option<Tree> {
    let tree = parse(parser, source, time)?;
    if !tree.root_node().has_error() {
        return Some(tree);
    }
    let Some(parted) = (language.insert_separators)(source) else { return Some(tree) };
    parser.reset();
    let Some(other) = parse(parser, &parted, time) else { return Some(tree) };
    let (kept, left) = if errors(&other) < errors(&tree) { (other, tree) } else { (tree, other) };
    arena::discard(left);
    Some(kept)
}

/// The number of bytes in errors, plus one for each error.
fn errors(tree: &Tree) -> usize {
    let mut cursor = tree.walk();
    let mut found = 0;
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            found += 1 + node.byte_range().len();
        } else if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}
