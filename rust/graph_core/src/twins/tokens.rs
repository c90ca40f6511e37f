//! Tokens: the normalised tokens of the functions of a file, from its syntax tree. Comments, and what makes no
//! difference, are left out; names are alike, and so are literals, but each remembers its text.

use std::time::Duration;

use tree_sitter::{Node, Parser};

use crate::extract::parse_file;
use crate::hashing::hash;
use crate::languages::Language;
use crate::languages::syntax::{Role, Syntax, mark};

/// The shape of every name, and of every literal; of anything else the hash of its text.
pub const NAME: u64 = 1;
pub const LITERAL: u64 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub shape: u64,
    /// A hash of the text itself.
    pub text: u64,
    pub start: u32,
    pub end: u32,
    /// 1-based.
    pub line: u32,
}

/// The tokens of a file.
#[derive(Debug, Default)]
pub struct Tokens {
    /// In order.
    pub all: Vec<Token>,
    /// Where those start that make no difference, such as commas, so that they count for no more than length.
    thin: Vec<u32>,
}

/// The tokens of a file; none when it takes longer than `time` to parse.
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
    // Of the open nodes: is it a text?
    let mut texts = vec![false];
    loop {
        let inside = texts.last().copied().unwrap_or(false);
        let (descend, is_text) = visit(syntax, source, cursor.node(), inside, &mut tokens);
        if descend && cursor.goto_first_child() {
            texts.push(is_text);
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return tokens;
            }
            texts.pop();
        }
    }
}

/// Adds what the node is. Are its children to be seen, and is it a text of which only what is put in counts?
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
        tokens.thin.push(node.start_byte() as u32);
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

/// A statement that is nothing but a string.
fn is_documentation(syntax: &Syntax, node: Node) -> bool {
    let only = if node.named_child_count() == 1 { node.named_child(0) } else { None };
    only.and_then(|child| syntax.rule(child.kind_id())).is_some_and(|rule| rule.role == Role::Text)
}

impl Tokens {
    /// The tokens of the range, which is that of a definition, and the number of all of them, thin ones too.
    pub fn within(&self, start: u32, end: u32) -> (&[Token], usize) {
        let from = self.all.partition_point(|t| t.start < start);
        let to = self.all.partition_point(|t| t.start < end).max(from);
        let thin = self.thin.partition_point(|t| *t < end) - self.thin.partition_point(|t| *t < start);
        (&self.all[from..to], to - from + thin)
    }
}
