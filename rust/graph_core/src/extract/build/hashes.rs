//! Hashes of normalised tokens and structure, separate for a definition's signature and body.
//! They exclude comments, whitespace and nested named definitions.

use crate::hashing::{finish, mix};

#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    signature: u64,
    body: u64,
    /// The number of open bodies.
    bodies: u32,
}

/// The hashes of the open definitions, outermost first.
pub struct Hashes {
    stack: Vec<Pair>,
}

const CLOSE: u64 = 0x5bd1_e995;
const TEXT: u64 = 0x2545_f491_4f6c_dd1d;

impl Hashes {
    pub fn new() -> Self {
        Hashes { stack: vec![Pair::default()] }
    }

    pub fn push(&mut self) {
        self.stack.push(Pair::default());
    }

    /// Finishes the innermost definition and returns its hashes: signature, body.
    pub fn pop(&mut self) -> (u64, u64) {
        let pair = self.stack.pop().unwrap_or_default();
        (sealed(pair.signature), sealed(pair.body))
    }

    pub fn finish(mut self) -> (u64, u64) {
        self.pop()
    }

    pub fn enter_body(&mut self) {
        self.top().bodies += 1;
    }

    pub fn leave_body(&mut self) {
        let pair = self.top();
        pair.bodies = pair.bodies.saturating_sub(1);
    }

    pub fn token(&mut self, text: &[u8]) {
        // Quotes of either kind are the same token.
        if text.len() <= 5 && text.last() == Some(&b'\'') {
            let same: Vec<u8> = text.iter().map(|b| if *b == b'\'' { b'"' } else { *b }).collect();
            return self.word(crate::hashing::hash(&same));
        }
        self.word(crate::hashing::hash(text));
    }

    /// Hashes the content of a string, independent of its quotes, and different from a name of that text
    /// unless it is one.
    pub fn text(&mut self, content: &[u8], as_name: bool) {
        let hash = if content.contains(&b'\\') {
            let mut plain = Vec::with_capacity(content.len());
            let mut escaped = false;
            for byte in content {
                if escaped && matches!(byte, b'\'' | b'"') {
                    plain.pop();
                }
                escaped = !escaped && *byte == b'\\';
                plain.push(*byte);
            }
            crate::hashing::hash(&plain)
        } else {
            crate::hashing::hash(content)
        };
        self.word(if as_name { hash } else { hash ^ TEXT });
    }

    pub fn open(&mut self, kind: u16) {
        self.word(u64::from(kind));
    }

    pub fn close(&mut self) {
        self.word(CLOSE);
    }

    pub fn word(&mut self, word: u64) {
        let pair = self.top();
        let state = if pair.bodies > 0 { &mut pair.body } else { &mut pair.signature };
        *state = mix(*state, word);
    }

    /// The state of the innermost definition, for `restore`.
    pub fn state(&mut self) -> (u64, u64) {
        let pair = self.top();
        (pair.signature, pair.body)
    }

    pub fn restore(&mut self, (signature, body): (u64, u64)) {
        let pair = self.top();
        pair.signature = signature;
        pair.body = body;
    }

    fn top(&mut self) -> &mut Pair {
        let last = self.stack.len() - 1;
        &mut self.stack[last]
    }
}

/// 0 stays 0: nothing was hashed.
fn sealed(state: u64) -> u64 {
    if state == 0 { 0 } else { finish(state).max(1) }
}

pub fn joined(a: u64, b: u64) -> u64 {
    if a == 0 && b == 0 { 0 } else { finish(mix(a, b)).max(1) }
}
