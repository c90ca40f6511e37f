//! Types that comments give: what a comment says is parsed and walked as the language that it is written in, and
//! belongs to the node that the comment stands before.

use std::sync::Arc;
use std::time::Duration;

use tree_sitter::{Node, Parser};

use super::frame::{Captured, Frame};
use super::{Bounds, Walk, parse, text};
use crate::arena;
use crate::facts::{Bound, DefinitionId, Expression, ExpressionId, Facts, Symbol};
use crate::graph::flag;
use crate::languages::doc_comments::Of;
use crate::languages::syntax::{Role, mark};

/// Comments above this length are prose.
const LONGEST: usize = 50_000;
const BOUNDS: Bounds = Bounds { depth: 200, time: Duration::from_secs(1), nodes: 200_000 };

/// A comment that says something of what comes next.
pub(super) struct Pending {
    /// One more than its place among all.
    number: u32,
    /// Of its node: what it belongs to is no deeper than its next sibling.
    depth: u32,
    /// Where the next sibling begins.
    next: u32,
}

pub(super) type Types = Arc<[(Of, String)]>;

/// How much of each table there was before a comment was walked.
struct Before {
    definitions: usize,
    bindings: usize,
    references: usize,
    imports: usize,
    values: usize,
}

impl Before {
    fn of(facts: &Facts) -> Self {
        Before {
            definitions: facts.definitions.len(),
            bindings: facts.bindings.len(),
            references: facts.references.len(),
            imports: facts.imports.len(),
            values: facts.values.len(),
        }
    }
}

impl Walk<'_> {
    /// Reads a comment: what it declares is declared here, what it says of the next node waits for that.
    pub(super) fn note_documentation(&mut self, node: Node, depth: u32) {
        let Some(documented) = self.language.doc_comments else { return };
        let bytes = text(self.source, node);
        if !bytes.starts_with(documented.begins.as_bytes()) || bytes.len() > LONGEST {
            return;
        }
        self.pending = None;
        if memchr::memchr(b'@', bytes).is_none() {
            return;
        }
        let found = (documented.read)(&String::from_utf8_lossy(bytes));
        for (line, declaration) in &found.declarations {
            let before = Before::of(&self.facts);
            if self.walk_types(declaration) {
                self.place_declared(&before, node, *line);
            }
        }
        if found.types.is_empty() {
            return;
        }
        let end = node.end_byte();
        let behind = self.source.get(end..).unwrap_or(&[]);
        let space = behind.iter().take_while(|b| b.is_ascii_whitespace()).count();
        self.documentations.push(found.types.into());
        let number = self.documentations.len() as u32;
        self.pending = Some(Pending { number, depth, next: (end + space) as u32 });
    }

    /// A statement that is nothing but a string.
    pub(super) fn is_documentation(&self, node: Node) -> bool {
        node.named_child_count() == 1
            && node
                .named_child(0)
                .and_then(|child| self.syntax.rule(child.kind_id()))
                .is_some_and(|rule| rule.role == Role::Text)
    }

    /// The next sibling of the comment that waits has ended, or more.
    pub(super) fn forget_documentation(&mut self, depth: u32) {
        if self.pending.as_ref().is_some_and(|p| depth <= p.depth) {
            self.pending = None;
        }
    }

    /// The number of the comment that says something of the node; 0: none does.
    pub(super) fn documentation_of(&self, frame: &Frame) -> u32 {
        let Some(pending) = &self.pending else { return 0 };
        let wanted = match frame.role {
            Role::Function | Role::Method | Role::Constructor | Role::Closure | Role::Class => true,
            Role::Binding | Role::Assignment | Role::Field => true,
            _ => frame.has(mark::CAST),
        };
        let first = frame.start == pending.next;
        let bracket = self.source.get(pending.next as usize) == Some(&b'(');
        let cast = frame.has(mark::CAST);
        if !wanted || cast && !first || bracket && !cast && !(first && frame.role == Role::Closure) {
            return 0;
        }
        // Only what introduces the node stands between: words, a name and an assignment.
        let between = self.source.get(pending.next as usize..frame.start as usize);
        let plain = |b: &[u8]| b.len() < 300 && !b.iter().any(|b| b",;(){}".contains(b));
        if between.is_some_and(plain) { pending.number } else { 0 }
    }

    /// The type that the comment before a value gives it, or 0.
    pub(super) fn documented_value(&mut self, frame: &Frame) -> ExpressionId {
        self.documented(frame.documentation, frame, |of| *of == Of::Value)
            .pop()
            .map_or(ExpressionId::UNKNOWN, |t| t.1)
    }

    /// What the comment before a definition says of its parameters, what it returns, and type variables.
    pub(super) fn document(&mut self, id: DefinitionId, frame: &Frame) {
        let callable = self.facts.definition(id).is_callable();
        let types = self.documented(frame.documentation, frame, |of| match of {
            Of::Variable(_) => true,
            _ => callable,
        });
        let mut returned: Vec<ExpressionId> = Vec::new();
        for (of, written) in types {
            match of {
                Of::Variable(name) => {
                    let name = self.facts.strings.intern(&name);
                    let bound = Bound::Value { value: written, r#type: ExpressionId::UNKNOWN };
                    self.add_binding(name, bound, self.scope, frame.start);
                }
                Of::Parameter { name, index } => self.document_parameter(id, &name, index, written),
                Of::Returns if written.is_known() => returned.push(written),
                Of::Value => self.document_function(id, written),
                Of::Returns => {}
            }
        }
        if !self.facts.definition(id).returns.is_known() {
            let returns = match returned[..] {
                [] => return,
                [one] => one,
                _ => {
                    let list = self.push_list(&returned);
                    self.add(Expression::Either(list))
                }
            };
            self.facts.definitions[id.at()].returns = returns;
        }
    }

    /// By its name, or by its place if it is a pattern.
    fn document_parameter(&mut self, id: DefinitionId, name: &str, index: usize, written: ExpressionId) {
        let parameters = &self.facts.definition(id).parameters;
        let text = |at: usize| self.facts.text(parameters[at].name);
        let by_name = (0..parameters.len()).find(|at| text(*at) == name);
        let is_pattern = |at: &usize| *at < parameters.len() && text(*at).starts_with(['{', '[']);
        let Some(at) = by_name.or(Some(index).filter(is_pattern)) else { return };
        let parameter = &mut self.facts.definitions[id.at()].parameters[at];
        if !parameter.r#type.is_known() {
            parameter.r#type = written;
        }
    }

    /// A function whose type is written as a whole.
    fn document_function(&mut self, id: DefinitionId, written: ExpressionId) {
        let Expression::Definition(of) = self.facts.expression(written) else { return };
        let of = self.facts.definition(of);
        let (returns, types) = (of.returns, of.parameters.iter().map(|p| p.r#type).collect::<Vec<_>>());
        let definition = &mut self.facts.definitions[id.at()];
        for (parameter, r#type) in definition.parameters.iter_mut().zip(types) {
            if !parameter.r#type.is_known() {
                parameter.r#type = r#type;
            }
        }
        if !definition.returns.is_known() {
            definition.returns = returns;
        }
    }

    /// The type that a comment straight before a parameter gives the last one.
    pub(super) fn document_last_parameter(&mut self, name: &Captured, line: u32) {
        let Some(pending) = self.pending.take_if(|p| p.next == name.start) else { return };
        let types = self.typed(pending.number, name.start, line, |of| *of == Of::Value);
        let owner = self.facts.scope(self.scope).owner;
        if let (Some((_, written)), Some(last)) =
            (types.first(), self.facts.definitions[owner.at()].parameters.last_mut())
        {
            last.r#type = *written;
        }
    }

    fn documented(
        &mut self,
        number: u32,
        frame: &Frame,
        is: impl Fn(&Of) -> bool,
    ) -> Vec<(Of, ExpressionId)> {
        self.typed(number, frame.start, frame.line, is)
    }

    /// Types of a comment as expressions, seen from here.
    fn typed(
        &mut self,
        number: u32,
        at: u32,
        line: u32,
        is: impl Fn(&Of) -> bool,
    ) -> Vec<(Of, ExpressionId)> {
        let Some(all) = (number as usize).checked_sub(1).and_then(|i| self.documentations.get(i)).cloned()
        else {
            return Vec::new();
        };
        let wanted: Vec<&(Of, String)> = all.iter().filter(|(of, _)| is(of)).collect();
        let texts: Vec<&str> = wanted.iter().map(|(_, text)| text.as_str()).collect();
        let found = self.expressions_of(&texts, at, line);
        wanted.iter().map(|(of, _)| of.clone()).zip(found).collect()
    }

    /// Most types are a name, for which nothing has to be parsed.
    fn expressions_of(&mut self, texts: &[&str], at: u32, line: u32) -> Vec<ExpressionId> {
        let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'$');
        let parsed: Vec<&str> = texts.iter().copied().filter(|t| !is_plain(t)).collect();
        let mut together = self.list_of(&parsed, at, line);
        if together.len() != parsed.len() {
            together.clear();
            for text in &parsed {
                let one = self.list_of(&[text], at, line);
                together.push(one.first().copied().unwrap_or(ExpressionId::UNKNOWN));
            }
        }
        let mut together = together.into_iter();
        let mut found = Vec::with_capacity(texts.len());
        for text in texts {
            found.push(match is_plain(text) {
                _ if text.is_empty() || self.language.rules.types.inferred.contains(text) => {
                    ExpressionId::UNKNOWN
                }
                true => {
                    let name = self.facts.strings.intern(text);
                    self.add(Expression::Name(name))
                }
                false => together.next().unwrap_or(ExpressionId::UNKNOWN),
            });
        }
        found
    }

    /// The types of a list; none if they cannot be parsed.
    fn list_of(&mut self, texts: &[&str], at: u32, line: u32) -> Vec<ExpressionId> {
        let Some(documented) = self.language.doc_comments.filter(|_| !texts.is_empty()) else {
            return Vec::new();
        };
        let before = Before::of(&self.facts);
        if !self.walk_types(&(documented.listed)(texts)) {
            return Vec::new();
        }
        // What carries the list is nobody's.
        let carrier = self.facts.bindings.iter().skip(before.bindings).rposition(|b| {
            matches!(b.bound, Bound::Value { r#type, .. }
                if matches!(self.facts.expression(r#type), Expression::Sequence(_)))
        });
        let Some(place) = carrier else { return Vec::new() };
        let carrier = self.facts.bindings.remove(before.bindings + place);
        self.facts.values.truncate(before.values);
        self.put_at(&before, at, line);
        let Bound::Value { r#type, .. } = carrier.bound else { return Vec::new() };
        let Expression::Sequence(list) = self.facts.expression(r#type) else { return Vec::new() };
        self.facts.list(list).collect()
    }

    /// Walks a text in the language of the types, as if it stood here; false if it cannot be parsed.
    fn walk_types(&mut self, text: &str) -> bool {
        let Some(documented) = self.language.doc_comments else { return false };
        let language = documented.types;
        if self.types_parser.is_none() {
            let mut parser = Parser::new();
            if parser.set_language(&(language.grammar)()).is_err() {
                return false;
            }
            self.types_parser = Some(parser);
        }
        let Some(parser) = &mut self.types_parser else { return false };
        let Some(tree) = parse(parser, text.as_bytes(), BOUNDS.time) else { return false };
        let sound = !tree.root_node().has_error();
        if sound {
            let mut inner = Walk::over(language, text.as_bytes(), std::mem::take(&mut self.facts));
            inner.scope = self.scope;
            let _ = inner.walk(tree.walk(), 0, BOUNDS);
            self.callees.append(&mut inner.callees);
            self.facts = inner.facts;
        }
        arena::discard(tree);
        sound
    }

    /// What a comment declares stands where the comment is.
    fn place_declared(&mut self, before: &Before, comment: Node, line: u32) {
        let start_line = comment.start_position().row as u32 + 1 + line;
        let end_line = comment.end_position().row as u32 + 1;
        let (start, end) = (comment.start_byte() as u32, comment.end_byte() as u32);
        self.put_at(before, start, start_line);
        let top = self.scope.is_file();
        for definition in &mut self.facts.definitions[before.definitions..] {
            definition.end = end;
            definition.end_line = end_line;
            if top && definition.parent.is_file() && definition.name != Symbol::EMPTY {
                definition.flags |= flag::EXPORTED;
            }
        }
    }

    fn put_at(&mut self, before: &Before, at: u32, line: u32) {
        let facts = &mut self.facts;
        for definition in &mut facts.definitions[before.definitions..] {
            (definition.start, definition.end) = (at, at);
            (definition.start_line, definition.end_line) = (line, line);
        }
        facts.bindings[before.bindings..].iter_mut().for_each(|b| b.at = at);
        facts.references[before.references..].iter_mut().for_each(|r| (r.at, r.line) = (at, line));
        facts.imports[before.imports..].iter_mut().for_each(|i| i.line = line);
    }
}
