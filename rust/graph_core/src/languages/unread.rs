//! Code that a grammar leaves as tokens, since it may mean anything: arguments of macros.

use std::ops::Range;

/// Rewrites such code, in place and without a byte more or less, to statements that the grammar reads. What makes no
/// sense to it may stay: statements that are broken are left alone.
///
/// `name` is what the code is given to, `text` the file, and `tokens` where the code's tokens are in it, with
/// its brackets first and last; brackets within it are one token with what they enclose. Line breaks
/// stay where they are.
pub type Unread = fn(name: &str, tokens: &[Range<usize>], text: &mut [u8]);
