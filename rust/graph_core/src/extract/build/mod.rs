//! The fact builder: the facts of the file so far, where in the code the walk is, and the primitives that write
//! expressions, lists, references and texts. Every concern calls it; it calls none, and does not know what a role
//! means.

mod captures;
pub mod hashes;
pub mod nodes;
mod scopes;

use hashes::Hashes;
use nodes::{Captured, Frame, OpenNodes};
use tree_sitter::Node;

use crate::facts::{
    Definition, DefinitionId, Expression, ExpressionId, Facts, ListId, Reference, ReferenceKind, Scope,
    ScopeId, ScopeKind, Symbol,
};
use crate::languages::Language;
use crate::languages::syntax::{Capture, Syntax};

/// A name that no rule captures, so that it is no more than read.
#[derive(Debug, Clone, Copy)]
pub struct PlainUse {
    pub name: Symbol,
    pub scope: ScopeId,
    pub at: u32,
    pub line: u32,
}

pub struct FactBuilder<'a> {
    pub language: &'static Language,
    pub syntax: &'static Syntax,
    pub source: &'a [u8],
    pub is_test_file: bool,
    pub facts: Facts,
    pub nodes: OpenNodes,
    /// The current scope.
    pub scope: ScopeId,
    /// The line of the node that is being closed.
    pub line: u32,
    pub hashes: Hashes,
    /// Expressions that look like reads but are called or assigned to.
    pub called: Vec<ExpressionId>,
    /// Names that no rule captures.
    pub plain_uses: Vec<PlainUse>,
}

impl<'a> FactBuilder<'a> {
    /// A builder with the definition and the scope of a file.
    pub fn for_file(language: &'static Language, path: &str, source: &'a [u8], root: Node) -> Self {
        let mut facts =
            Facts { language: language.name.to_owned(), broken: root.has_error(), ..Facts::default() };
        let name = facts.strings.intern(path);
        facts.definitions.push(Definition::file(
            name,
            root.end_byte() as u32,
            root.end_position().row as u32 + 1,
        ));
        facts.scopes.push(Scope { kind: ScopeKind::File, parent: ScopeId::FILE, owner: DefinitionId::FILE });
        facts.expressions.push(Expression::Unknown);
        facts.lists.push(0);
        FactBuilder {
            is_test_file: language.is_test_file(path),
            ..FactBuilder::adding_to(facts, language, source)
        }
    }

    /// A builder that adds to existing facts.
    pub fn adding_to(facts: Facts, language: &'static Language, source: &'a [u8]) -> Self {
        FactBuilder {
            language,
            syntax: language.syntax(),
            source,
            is_test_file: false,
            facts,
            nodes: OpenNodes::default(),
            scope: ScopeId::FILE,
            line: 1,
            hashes: Hashes::new(),
            called: Vec::new(),
            plain_uses: Vec::new(),
        }
    }

    pub fn add(&mut self, expression: Expression) -> ExpressionId {
        let id = ExpressionId(self.facts.expressions.len() as u32);
        self.facts.expressions.push(expression);
        id
    }

    /// The text between two offsets with whitespace collapsed, cut to `most` bytes.
    pub fn one_line(&mut self, start: u32, end: u32, most: usize) -> Symbol {
        let bytes = self.source.get(start as usize..end as usize).unwrap_or(&[]);
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * most)]);
        let mut folded = String::with_capacity(text.len().min(2 * most));
        for word in text.split_whitespace() {
            if !folded.is_empty() {
                folded.push(' ');
            }
            folded.push_str(word);
        }
        if folded.len() > most {
            let cut = (0..=most).rev().find(|i| folded.is_char_boundary(*i)).unwrap_or(0);
            folded.truncate(cut);
            folded.push('…');
        }
        self.facts.strings.intern(&folded)
    }

    pub fn add_list(&mut self, items: &[ExpressionId]) -> ListId {
        if items.is_empty() {
            return ListId::EMPTY;
        }
        let id = ListId(self.facts.lists.len() as u32);
        self.facts.lists.push(items.len() as u32);
        self.facts.lists.extend(items.iter().map(|e| e.0));
        id
    }

    pub fn add_reference(&mut self, kind: ReferenceKind, expression: ExpressionId, at: u32, line: u32) {
        self.facts.references.push(Reference { kind, expression, scope: self.scope, at, line });
    }

    pub fn add_returned(&mut self, value: ExpressionId, at: u32) {
        let mut scope = self.scope;
        while self.facts.scope(scope).kind == ScopeKind::Block {
            scope = self.facts.scope(scope).parent;
        }
        let owner = self.facts.scope(scope).owner;
        if !owner.is_file() && value.is_known() {
            self.facts.definitions[owner.at()].returned.push((value, self.scope, at));
        }
    }

    pub fn wrap(&mut self, frame: &Frame, make: fn(ExpressionId) -> Expression) -> ExpressionId {
        let value = self.first(frame, Capture::Value);
        self.add(make(value))
    }

    /// The last part of a possibly qualified or generic name.
    pub fn last_name(&self, mut written: ExpressionId) -> Option<Symbol> {
        loop {
            match self.facts.expression(written) {
                Expression::Index { object, .. } => written = object,
                Expression::Name(name) | Expression::Member { name, .. } => return Some(name),
                _ => return None,
            }
        }
    }

    /// The name of a member without the sigil of variables.
    pub fn member_name(&mut self, name: Symbol) -> Symbol {
        let sigil = self.language.rules.names.sigil;
        if sigil.is_empty() {
            return name;
        }
        let text = self.facts.text(name).to_owned();
        text.strip_prefix(sigil).map_or(name, |bare| self.facts.strings.intern(bare))
    }

    /// The declared type; None if it is to be inferred.
    pub fn written_type(&self, frame: &Frame) -> Option<Captured> {
        let written = self.all(frame, Capture::Type).first().copied()?;
        match self.facts.expression(written.value) {
            Expression::Name(name) if self.language.rules.types.inferred.contains(&self.facts.text(name)) => {
                None
            }
            _ => Some(written),
        }
    }

    /// Sets the type of a construction that states none.
    pub fn complete_construction(&mut self, value: ExpressionId, r#type: ExpressionId) {
        if let Expression::New { class: ExpressionId::UNKNOWN, arguments } = self.facts.expression(value)
            && r#type.is_known()
        {
            self.facts.expressions[value.at()] = Expression::New { class: r#type, arguments };
        }
    }
}

pub fn node_text<'a>(source: &'a [u8], node: Node) -> &'a [u8] {
    source.get(node.byte_range()).unwrap_or(&[])
}
