//! Mutations that change a few bytes of a text, as fuzzers of parsers do.

use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::sample::Index;

pub type Edits = Vec<(u8, Index, Index, u8)>;

/// The length of the longest input.
const MAX_BYTES: usize = 64 << 10;
/// Brackets, quotes and operators of the languages, one quoted text on each line.
const TOKENS: &str = include_str!("../../fuzz/tokens.dict");

fn tokens() -> &'static [Vec<u8>] {
    static READ: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    READ.get_or_init(|| {
        TOKENS.lines().filter_map(|l| l.strip_prefix('"')?.strip_suffix('"')).map(unescaped).collect()
    })
}

/// Replaces escapes such as `\x0a`.
fn unescaped(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (number, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(number, 16).expect("a number"));
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}

pub fn edits() -> impl Strategy<Value = Edits> {
    prop::collection::vec((0u8..8, any::<Index>(), any::<Index>(), any::<u8>()), 0..10)
}

fn token(byte: u8) -> &'static [u8] {
    &tokens()[byte as usize % tokens().len()]
}

/// Applies the edits, which insert tokens and parts of the text itself and of another text.
pub fn mutated(text: &[u8], other: &[u8], edits: &Edits) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for (kind, one, two, byte) in edits {
        let at = one.index(bytes.len() + 1);
        let end = (at + two.index(40) + 1).min(bytes.len());
        match kind {
            0 if at < bytes.len() => bytes[at] = *byte,
            1 => drop(bytes.drain(at..end)),
            2 => drop(bytes.splice(at..at, token(*byte).iter().copied())),
            3 => {
                // Deep nesting: one token many times.
                drop(bytes.splice(at..at, token(*byte).repeat(two.index(400))));
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
        bytes.truncate(MAX_BYTES);
    }
    bytes
}
