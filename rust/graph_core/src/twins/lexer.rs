//! A fast lexer for sketches. It needs no parser, and replaces names, numbers and strings each by one word. Comments are
//! lexed like code: that makes a sketch less exact, and candidates are compared on real tokens later.

use rustc_hash::FxHashSet;

use crate::hashing::hash;
use crate::languages::Language;

const NAME: u64 = 1;
const NUMBER: u64 = 2;
const STRING: u64 = 3;

/// The hashes of a language's keywords.
pub struct Keywords(FxHashSet<u64>);

impl Keywords {
    /// The keywords of a language: the literal tokens of its grammar that look like names.
    pub fn of(language: &Language) -> Self {
        let grammar = (language.grammar)();
        let words = (0..grammar.node_kind_count() as u16)
            .filter(|id| !grammar.node_kind_is_named(*id))
            .filter_map(|id| grammar.node_kind_for_id(id))
            .filter(|word| word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_'));
        Keywords(words.map(|word| hash(word.as_bytes())).collect())
    }

    /// Replaces `words` by the normalised words of `text`, in order.
    pub fn normalise(&self, text: &[u8], words: &mut Vec<u64>) {
        words.clear();
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            let rest = &text[at..];
            let length = match byte {
                b' ' | b'\t' | b'\n' | b'\r' => 1,
                b'0'..=b'9' => {
                    words.push(NUMBER);
                    run(rest, |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.')
                }
                b'"' | b'\'' | b'`' => match string_length(rest, byte) {
                    Some(length) => {
                        words.push(STRING);
                        length
                    }
                    None => 1,
                },
                _ if is_name(byte) => {
                    let length = run(rest, |b| is_name(b) || b.is_ascii_digit());
                    let word = hash(&rest[..length]);
                    words.push(if self.0.contains(&word) { word } else { NAME });
                    length
                }
                _ => {
                    words.push(0x100 + u64::from(byte));
                    1
                }
            };
            at += length;
        }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn run(text: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|b| !belongs(*b)).unwrap_or(text.len())
}

/// The length of the string literal at the start of `text`; None if it does not end. With three quotes or backquotes it
/// may span several lines.
fn string_length(text: &[u8], quote: u8) -> Option<usize> {
    let fence = [quote; 3];
    if text.starts_with(&fence) {
        let inner = &text[3..];
        return inner.windows(3).position(|w| w == fence).map(|at| at + 6);
    }
    let mut escaped = false;
    for (at, &byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'\n' if quote != b'`' => return None,
            _ if byte == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}
