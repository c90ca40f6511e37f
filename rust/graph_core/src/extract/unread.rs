//! Code that the grammar leaves as tokens: it is read once more, as statements that the language makes of it, and
//! walked where it stands. Positions are those of the file: only what lies between the brackets is parsed.

use std::ops::Range;
use std::time::{Duration, Instant};

use tree_sitter::{Node, Parser, Tree};

use super::{Bounds, Walk, parse, text};
use crate::arena;
use crate::languages::syntax::{Capture, Role, Syntax, mark};

/// Such code within such code is read to this depth: each level is parsed once more.
const NESTED: u32 = 8;

/// What reading again needs.
pub(super) struct Reader<'a> {
    parser: &'a mut Parser,
    /// The file with what was rewritten so far; empty before anything was.
    rewritten: Vec<u8>,
    until: Instant,
    /// How many trees are open, one in the other.
    pub(super) nested: u32,
}

impl<'a> Reader<'a> {
    pub(super) fn new(parser: &'a mut Parser, time: Duration) -> Self {
        Reader { parser, rewritten: Vec::new(), until: Instant::now() + time, nested: 0 }
    }
}

impl Walk<'_> {
    /// Reads and walks the tokens below a node. False: nothing is done, the tokens say all.
    pub(super) fn read_again(&mut self, node: Node, depth: u32, bounds: Bounds) -> bool {
        let Some(statements) = self.language.token_trees else { return false };
        let tokens = tokens_of(node, self.syntax);
        let is_name = |b: &u8| b.is_ascii_alphabetic() || *b == b'_' || *b >= 0x80;
        let says =
            |t: &Range<usize>| self.source.get(t.start).is_some_and(|b| is_name(b) || b"([{".contains(b));
        if node.has_error() || !tokens.iter().skip(1).any(says) {
            return false; // a text at most
        }
        let name = self.frames.len().checked_sub(1).and_then(|frame| self.captured(frame, Capture::Name));
        let name = name.and_then(|name| self.last_name(name)).unwrap_or_default();
        let name = self.facts.text(name).to_owned();
        let Some(reader) = &mut self.reader else { return false };
        if reader.nested >= NESTED {
            return false;
        }
        if reader.rewritten.is_empty() {
            reader.rewritten = self.source.to_vec();
        }
        statements(&name, &tokens, &mut reader.rewritten);
        let Some(tree) = reader.parse(node) else { return false };
        reader.nested += 1;
        self.hashes.open(node.kind_id());
        self.hash_left_out(node);
        self.walk_statements(&tree, depth + 1, bounds);
        self.hashes.close();
        if let Some(reader) = &mut self.reader {
            reader.nested -= 1;
        }
        arena::discard(tree);
        true
    }

    fn walk_statements(&mut self, tree: &Tree, depth: u32, bounds: Bounds) {
        let mut cursor = tree.walk();
        let mut more = cursor.goto_first_child();
        while more {
            let statement = cursor.node();
            if statement.has_error() {
                self.hash_tokens(statement);
            } else if self.walk(statement.walk(), depth, bounds).is_err() {
                return;
            }
            more = cursor.goto_next_sibling();
        }
    }

    /// Tokens that are no part of a statement make a difference all the same.
    fn hash_left_out(&mut self, node: Node) {
        let mut cursor = node.walk();
        let mut more = cursor.goto_first_child();
        while more {
            let token = cursor.node();
            let rewritten = self.reader.as_ref().and_then(|r| r.rewritten.get(token.byte_range()));
            if rewritten.is_some_and(|text| text.iter().all(u8::is_ascii_whitespace)) {
                self.hash_tokens(token);
            }
            more = cursor.goto_next_sibling();
        }
    }

    fn hash_tokens(&mut self, node: Node) {
        let mut cursor = node.walk();
        loop {
            let one = cursor.node();
            let rule = self.syntax.rule(one.kind_id());
            let counts = rule.is_none_or(|r| r.role != Role::Comment && !r.has(mark::SILENT));
            if counts && cursor.goto_first_child() {
                continue;
            }
            if counts {
                self.hashes.token(text(self.source, one));
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }
}

impl Reader<'_> {
    /// The tree of what lies within a node, as it was rewritten.
    fn parse(&mut self, node: Node) -> Option<Tree> {
        self.parser.set_included_ranges(&[node.range()]).ok()?;
        let left = self.until.saturating_duration_since(Instant::now());
        let tree = parse(self.parser, &self.rewritten, left);
        self.parser.reset(); // what was given up is not gone on with
        self.parser.set_included_ranges(&[]).ok()?;
        tree
    }
}

/// Where the tokens below a node are, comments left out.
fn tokens_of(node: Node, syntax: &Syntax) -> Vec<Range<usize>> {
    let mut tokens = Vec::new();
    let mut cursor = node.walk();
    let mut more = cursor.goto_first_child();
    while more {
        let token = cursor.node();
        if syntax.rule(token.kind_id()).is_none_or(|r| r.role != Role::Comment) {
            tokens.push(token.byte_range());
        }
        more = cursor.goto_next_sibling();
    }
    tokens
}
