//! The types of a comment as expressions: parsed and walked as the language that they are written in.

use std::time::Duration;

use tree_sitter::{Node, Parser};

use crate::arena;
use crate::extract::bounds::Bounds;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::extract::documentation::{Documentation, Embedded};
use crate::extract::parse;
use crate::facts::{Bound, Expression, ExpressionId, Facts, ReferenceKind, Symbol};
use crate::graph::flag;
use crate::languages::doc_comments::Of;
use crate::languages::syntax::Capture;

const BOUNDS: Bounds = Bounds { depth: 200, time: Duration::from_secs(1), nodes: 200_000 };

/// The lengths of the tables of facts before a comment was walked.
pub struct Before {
    definitions: usize,
    bindings: usize,
    references: usize,
    imports: usize,
    values: usize,
}

impl Before {
    pub fn of(facts: &Facts) -> Self {
        Before {
            definitions: facts.definitions.len(),
            bindings: facts.bindings.len(),
            references: facts.references.len(),
            imports: facts.imports.len(),
            values: facts.values.len(),
        }
    }
}

impl Documentation {
    /// The value of a wrapper; a comment before it may cast it to a type.
    pub fn close_cast(&mut self, build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
        if frame.comment != 0 {
            let written = self.type_of_value(build, frame);
            if written.is_known() {
                build.add_reference(ReferenceKind::Type, written, frame.start, frame.line);
                return build.add(Expression::Typed(written));
            }
        }
        build.first(frame, Capture::Value)
    }

    /// The type that the comment before a value declares, or unknown.
    pub fn type_of_value(&mut self, build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
        self.documented(build, frame.comment, frame, |of| *of == Of::Value)
            .pop()
            .map_or(ExpressionId::UNKNOWN, |t| t.1)
    }

    /// The types of a comment as expressions in the current scope.
    pub fn types_of(
        &mut self,
        build: &mut FactBuilder<'_>,
        number: u32,
        at: u32,
        line: u32,
        is: impl Fn(&Of) -> bool,
    ) -> Vec<(Of, ExpressionId)> {
        let Some(all) = (number as usize).checked_sub(1).and_then(|i| self.comments.get(i)).cloned() else {
            return Vec::new();
        };
        let wanted: Vec<&(Of, String)> = all.iter().filter(|(of, _)| is(of)).collect();
        let texts: Vec<&str> = wanted.iter().map(|(_, text)| text.as_str()).collect();
        let found = self.expressions_of(build, &texts, at, line);
        wanted.iter().map(|(of, _)| of.clone()).zip(found).collect()
    }

    pub fn documented(
        &mut self,
        build: &mut FactBuilder<'_>,
        number: u32,
        frame: &Frame,
        is: impl Fn(&Of) -> bool,
    ) -> Vec<(Of, ExpressionId)> {
        self.types_of(build, number, frame.start, frame.line, is)
    }

    /// Parses types. Most are a plain name, which needs no parsing.
    fn expressions_of(
        &mut self,
        build: &mut FactBuilder<'_>,
        texts: &[&str],
        at: u32,
        line: u32,
    ) -> Vec<ExpressionId> {
        let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'$');
        let parsed: Vec<&str> = texts.iter().copied().filter(|t| !is_plain(t)).collect();
        let mut together = self.list_of(build, &parsed, at, line);
        if together.len() != parsed.len() {
            together.clear();
            for text in &parsed {
                let one = self.list_of(build, &[text], at, line);
                together.push(one.first().copied().unwrap_or(ExpressionId::UNKNOWN));
            }
        }
        let mut together = together.into_iter();
        let mut found = Vec::with_capacity(texts.len());
        for text in texts {
            found.push(match is_plain(text) {
                _ if text.is_empty() || build.language.rules.types.inferred.contains(text) => {
                    ExpressionId::UNKNOWN
                }
                true => {
                    let name = build.facts.strings.intern(text);
                    build.add(Expression::Name(name))
                }
                false => together.next().unwrap_or(ExpressionId::UNKNOWN),
            });
        }
        found
    }

    /// Parses several types at once; empty if one of them cannot be parsed.
    fn list_of(
        &mut self,
        build: &mut FactBuilder<'_>,
        texts: &[&str],
        at: u32,
        line: u32,
    ) -> Vec<ExpressionId> {
        let Some(documented) = build.language.doc_comments.filter(|_| !texts.is_empty()) else {
            return Vec::new();
        };
        let before = Before::of(&build.facts);
        if !self.walk_types(build, &(documented.listed)(texts)) {
            return Vec::new();
        }
        // The declaration that carries the list is not part of the file.
        let carrier = build.facts.bindings.iter().skip(before.bindings).rposition(|b| {
            matches!(b.bound, Bound::Value { r#type, .. }
            if matches!(build.facts.expression(r#type), Expression::Sequence(_)))
        });
        let Some(place) = carrier else { return Vec::new() };
        let carrier = build.facts.bindings.remove(before.bindings + place);
        build.facts.values.truncate(before.values);
        move_to(build, &before, at, line);
        let Bound::Value { r#type, .. } = carrier.bound else { return Vec::new() };
        let Expression::Sequence(list) = build.facts.expression(r#type) else { return Vec::new() };
        build.facts.list(list).collect()
    }

    /// Walks a text in the language of the types in the current scope; false if it cannot be parsed.
    pub fn walk_types(&mut self, build: &mut FactBuilder<'_>, text: &str) -> bool {
        let Some(documented) = build.language.doc_comments else { return false };
        let language = documented.types;
        if self.parser.is_none() {
            let mut parser = Parser::new();
            if parser.set_language(&(language.grammar)()).is_err() {
                return false;
            }
            self.parser = Some(parser);
        }
        let Some(parser) = &mut self.parser else { return false };
        let Some(tree) = parse(parser, text.as_bytes(), BOUNDS.time) else { return false };
        let sound = !tree.root_node().has_error();
        if sound {
            (self.walk)(Embedded { language, text, tree: &tree, bounds: BOUNDS }, build);
        }
        arena::discard(tree);
        sound
    }
}

/// Moves what a comment declares to the position of the comment.
pub fn move_declarations(build: &mut FactBuilder<'_>, before: &Before, comment: Node, line: u32) {
    let start_line = comment.start_position().row as u32 + 1 + line;
    let end_line = comment.end_position().row as u32 + 1;
    let (start, end) = (comment.start_byte() as u32, comment.end_byte() as u32);
    move_to(build, before, start, start_line);
    let top = build.scope.is_file();
    for definition in &mut build.facts.definitions[before.definitions..] {
        definition.end = end;
        definition.end_line = end_line;
        if top && definition.parent.is_file() && definition.name != Symbol::EMPTY {
            definition.flags |= flag::EXPORTED;
        }
    }
}

fn move_to(build: &mut FactBuilder<'_>, before: &Before, at: u32, line: u32) {
    let facts = &mut build.facts;
    for definition in &mut facts.definitions[before.definitions..] {
        (definition.start, definition.end) = (at, at);
        (definition.start_line, definition.end_line) = (line, line);
    }
    facts.bindings[before.bindings..].iter_mut().for_each(|b| b.at = at);
    facts.references[before.references..].iter_mut().for_each(|r| (r.at, r.line) = (at, line));
    facts.imports[before.imports..].iter_mut().for_each(|i| i.line = line);
}
