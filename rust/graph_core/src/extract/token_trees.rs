//! Token trees: code that the grammar leaves as tokens, such as the arguments of macros. The language rewrites it in
//! place to statements, which are parsed at the positions that they have in the file. Does not walk what it parses.

use std::ops::Range;
use std::time::{Duration, Instant};

use tree_sitter::{Node, Parser, Tree};

use crate::extract::build::{FactBuilder, node_text};
use crate::extract::parse;
use crate::languages::syntax::{Capture, Role, Syntax, mark};

/// Token trees within token trees are read to this depth: each level is parsed once more.
const NESTED: u32 = 8;

pub struct TokenTrees<'a> {
    parser: &'a mut Parser,
    /// The file with what was rewritten so far; empty before anything was.
    rewritten: Vec<u8>,
    until: Instant,
    /// How many trees are open, one in the other.
    pub nested: u32,
}

impl<'a> TokenTrees<'a> {
    pub fn new(parser: &'a mut Parser, time: Duration) -> Self {
        TokenTrees { parser, rewritten: Vec::new(), until: Instant::now() + time, nested: 0 }
    }

    /// The statements that the tokens below a node mean. None: they are nothing but tokens.
    pub fn parse(&mut self, build: &FactBuilder<'_>, node: Node) -> Option<Tree> {
        let rewrite = build.language.token_trees?;
        let tokens = tokens_of(node, build.syntax);
        let is_name = |b: &u8| b.is_ascii_alphabetic() || *b == b'_' || *b >= 0x80;
        let has_code =
            |t: &Range<usize>| build.source.get(t.start).is_some_and(|b| is_name(b) || b"([{".contains(b));
        if node.has_error() || !tokens.iter().skip(1).any(has_code) {
            return None; // a text at most
        }
        if self.nested >= NESTED {
            return None;
        }
        let name =
            build.nodes.frames.len().checked_sub(1).and_then(|frame| build.captured(frame, Capture::Name));
        let name = name.and_then(|name| build.last_name(name)).unwrap_or_default();
        if self.rewritten.is_empty() {
            self.rewritten = build.source.to_vec();
        }
        rewrite(build.facts.text(name), &tokens, &mut self.rewritten);
        self.parse_range(node)
    }

    /// The tree of the rewritten text within a node.
    fn parse_range(&mut self, node: Node) -> Option<Tree> {
        self.parser.set_included_ranges(&[node.range()]).ok()?;
        let left = self.until.saturating_duration_since(Instant::now());
        let tree = parse(self.parser, &self.rewritten, left);
        self.parser.reset(); // a parse that ran out of time would be resumed by the next one
        self.parser.set_included_ranges(&[]).ok()?;
        tree
    }

    /// Hashes the tokens that are part of no statement: they make a difference all the same.
    pub fn hash_blanked(&self, build: &mut FactBuilder<'_>, node: Node) {
        let mut cursor = node.walk();
        let mut more = cursor.goto_first_child();
        while more {
            let token = cursor.node();
            let rewritten = self.rewritten.get(token.byte_range());
            if rewritten.is_some_and(|text| text.iter().all(u8::is_ascii_whitespace)) {
                hash_tokens(build, token);
            }
            more = cursor.goto_next_sibling();
        }
    }
}

/// Hashes the tokens of a node as they are written.
pub fn hash_tokens(build: &mut FactBuilder<'_>, node: Node) {
    let mut cursor = node.walk();
    loop {
        let one = cursor.node();
        let rule = build.syntax.rule(one.kind_id());
        let counts = rule.is_none_or(|r| r.role != Role::Comment && !r.has(mark::UNHASHED));
        if counts && cursor.goto_first_child() {
            continue;
        }
        if counts {
            build.hashes.token(node_text(build.source, one));
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
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
