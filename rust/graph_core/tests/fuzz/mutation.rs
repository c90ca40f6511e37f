//! Mutation: edits of bytes that keep most of a text as it was, as fuzzers of parsers do.

use proptest::prelude::*;
use proptest::sample::Index;

pub type Edits = Vec<(u8, Index, Index, u8)>;

/// Longer inputs only take longer.
const LONGEST: usize = 64 << 10;
/// What opens, closes, quotes and joins in one language or another.
const TOKENS: &[&[u8]] = &[
    b"(",
    b")",
    b"{",
    b"}",
    b"[",
    b"]",
    b"<",
    b">",
    b"\"",
    b"'",
    b"`",
    b"\"\"\"",
    b"/*",
    b"*/",
    b"//",
    b"#",
    b"=>",
    b"->",
    b"::",
    b"${",
    b"\\",
    b"\0",
    b"\xff",
    b"\xe2\x80\xae",
    b"\n\n",
    b"\t",
    b";",
    b",",
    b"=",
    b"@",
    b"<?php ",
    b"?>",
    b"<<<A\n",
    b"r#\"",
    b"class ",
    b"import ",
    b"async ",
    b"def ",
    b"end\n",
    b"yield ",
    b"0x",
];

pub fn edits() -> impl Strategy<Value = Edits> {
    prop::collection::vec((0u8..8, any::<Index>(), any::<Index>(), any::<u8>()), 0..10)
}

/// The text after the edits, which take what they insert from tokens, from itself and from another text.
pub fn mutated(text: &[u8], other: &[u8], edits: &Edits) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for (kind, one, two, byte) in edits {
        let at = one.index(bytes.len() + 1);
        let end = (at + two.index(40) + 1).min(bytes.len());
        match kind {
            0 if at < bytes.len() => bytes[at] = *byte,
            1 => drop(bytes.drain(at..end)),
            2 => drop(bytes.splice(at..at, TOKENS[*byte as usize % TOKENS.len()].iter().copied())),
            3 => {
                // Nesting: one token again and again.
                let token = TOKENS[*byte as usize % TOKENS.len()];
                drop(bytes.splice(at..at, token.repeat(two.index(400))));
            }
            4 => {
                let again = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, again.repeat(1 + (*byte as usize) % 8)));
            }
            5 => {
                let from = two.index(other.len() + 1);
                let taken = other[from..(from + 200).min(other.len())].to_vec();
                drop(bytes.splice(at..at, taken));
            }
            6 => bytes.truncate(at),
            7 => {
                let to = two.index(bytes.len() + 1);
                let (low, high) = (at.min(to), at.max(to));
                bytes[low..high].reverse();
            }
            _ => {}
        }
        bytes.truncate(LONGEST);
    }
    bytes
}
