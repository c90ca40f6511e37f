//! The normalised tokens of a file, from its syntax tree, without comments and insignificant tokens. All names have the
//! same shape, and all literals, but each token keeps a hash of its text.

use std::time::Duration;

use tree_sitter::{Node, Parser};

use crate::extract::parse_file;
use crate::hashing::hash;
use crate::languages::Language;
use crate::languages::syntax::{Role, Syntax, mark};

/// The shapes of names and of literals. The shape of any other token is the hash of its text.
pub const NAME: u64 = 1;
pub const LITERAL: u64 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub shape: u64,
    /// The hash of the text.
    pub text: u64,
    pub start: u32,
    pub end: u32,
    /// 1-based.
    pub line: u32,
}

/// The tokens of a file.
#[derive(Debug, Default)]
pub struct Tokens {
    /// Sorted by position.
    pub all: Vec<Token>,
    /// The start offsets of insignificant tokens, such as commas. They count only towards the length of a function.
    silent: Vec<u32>,
}

/// The tokens of a file; empty if parsing takes longer than `time`.
pub fn tokens(language: &Language, parser: &mut Parser, source: &[u8], time: Duration) -> Tokens {
    parser.reset();
    if parser.set_language(&(language.grammar)()).is_err() {
        return Tokens::default();
    }
    let Some(tree) = parse_file(language, parser, source, time) else {
        return Tokens::default();
    };
    let syntax = language.syntax();
    let mut tokens = Tokens::default();
    let mut cursor = tree.walk();
    // Whether each ancestor is a string literal.
    let mut in_string = vec![false];
    loop {
        let inside = in_string.last().copied().unwrap_or(false);
        let (descend, is_string) = visit(syntax, source, cursor.node(), inside, &mut tokens);
        if descend && cursor.goto_first_child() {
            in_string.push(is_string);
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return tokens;
            }
            in_string.pop();
        }
    }
}

/// Adds the tokens of a node. Returns whether its children are to be visited, and whether it is a string literal, of which
/// only interpolated expressions are visited.
fn visit(syntax: &Syntax, source: &[u8], node: Node, in_text: bool, tokens: &mut Tokens) -> (bool, bool) {
    let rule = syntax.rule(node.kind_id());
    let role = rule.map_or(Role::Plain, |r| r.role);
    let is_leaf = node.child_count() == 0;
    let text = source.get(node.byte_range()).unwrap_or(&[]);
    match role {
        Role::Comment => return (false, false),
        Role::Docstring if is_documentation(syntax, node) => return (false, false),
        Role::Name | Role::Path => {
            tokens.all.push(token(node, NAME, text));
            return (false, false);
        }
        Role::Text => {
            tokens.all.push(token(node, LITERAL, text));
            return (!rule.is_some_and(|r| r.has(mark::LEAF)), true);
        }
        _ => {}
    }
    if !is_leaf {
        return (true, false);
    }
    if in_text || text.is_empty() {
        return (false, false);
    }
    if rule.is_some_and(|r| r.has(mark::UNHASHED)) {
        tokens.silent.push(node.start_byte() as u32);
        return (false, false);
    }
    let is_number = text[0].is_ascii_digit();
    let shape = if is_number || role == Role::Literal { LITERAL } else { hash(text) | 4 };
    tokens.all.push(token(node, shape, text));
    (false, false)
}

fn token(node: Node, shape: u64, text: &[u8]) -> Token {
    Token {
        shape,
        text: hash(text),
        start: node.start_byte() as u32,
        end: node.end_byte() as u32,
        line: node.start_position().row as u32 + 1,
    }
}

/// The node is a statement that consists of a string literal.
fn is_documentation(syntax: &Syntax, node: Node) -> bool {
    let only = if node.named_child_count() == 1 { node.named_child(0) } else { None };
    only.and_then(|child| syntax.rule(child.kind_id())).is_some_and(|rule| rule.role == Role::Text)
}

impl Tokens {
    /// The tokens between two byte offsets, and their number including insignificant ones.
    pub fn in_range(&self, start: u32, end: u32) -> (&[Token], usize) {
        let from = self.all.partition_point(|t| t.start < start);
        let to = self.all.partition_point(|t| t.start < end).max(from);
        let silent = self.silent.partition_point(|t| *t < end) - self.silent.partition_point(|t| *t < start);
        (&self.all[from..to], to - from + silent)
    }
}
