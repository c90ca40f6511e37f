//! Token trees: arguments of macro calls, which a grammar leaves as tokens because the macro decides what they mean.

use std::ops::Range;

/// Rewrites a token tree, in place and without changing its length, to statements that the grammar parses. What it does
/// not recognize it may leave: statements with syntax errors are ignored.
///
/// `name` is the macro, `text` the file, and `tokens` the ranges of the tokens in it: the outer brackets first and last,
/// brackets within one token with what they enclose. Line breaks stay where they are.
pub type RewriteTokenTrees = fn(name: &str, tokens: &[Range<usize>], text: &mut [u8]);
