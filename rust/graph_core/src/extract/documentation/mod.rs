//! Types in documentation comments: a comment declares types of the node that follows it.

mod types;

use std::sync::Arc;

use tree_sitter::{Node, Parser, Tree};

use crate::extract::binding::binder::Binder;
use crate::extract::bounds::Bounds;
use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::build::{FactBuilder, node_text};
use crate::facts::{Bound, DefinitionId, Expression, ExpressionId};
use crate::languages::Language;
use crate::languages::doc_comments::Of;
use crate::languages::syntax::{Role, mark};

/// Comments above this length are prose.
const LONGEST: usize = 50_000;

/// A parsed text in another language, to be walked in the current scope.
pub struct Embedded<'a> {
    pub language: &'static Language,
    pub text: &'a str,
    pub tree: &'a Tree,
    pub bounds: Bounds,
}

/// A comment that declares types of the next node.
struct Pending {
    /// One more than its index among all.
    number: u32,
    /// The depth of the comment's node.
    depth: u32,
    /// The offset of the next sibling.
    next: u32,
}

pub struct Documentation {
    /// The types that comments declare, in source order.
    comments: Vec<Arc<[(Of, String)]>>,
    /// The comment whose node is still to come.
    pending: Option<Pending>,
    parser: Option<Parser>,
    /// Walks what a comment embeds. A function of the walk, so that this module does not depend on it.
    walk: fn(Embedded, &mut FactBuilder<'_>),
}

impl Documentation {
    pub fn new(walk: fn(Embedded, &mut FactBuilder<'_>)) -> Self {
        Documentation { comments: Vec::new(), pending: None, parser: None, walk }
    }
}

impl Documentation {
    /// Reads a comment: adds its declarations here, and keeps its types for the next node.
    pub fn read_comment(&mut self, build: &mut FactBuilder<'_>, node: Node, depth: u32) {
        let Some(documented) = build.language.doc_comments else { return };
        let bytes = node_text(build.source, node);
        if !bytes.starts_with(documented.begins.as_bytes()) || bytes.len() > LONGEST {
            return;
        }
        self.pending = None;
        if memchr::memchr(documented.tag, bytes).is_none() {
            return;
        }
        let found = (documented.read)(&String::from_utf8_lossy(bytes));
        for (line, declaration) in &found.declarations {
            let before = types::Before::of(&build.facts);
            if self.walk_types(build, declaration) {
                types::move_declarations(build, &before, node, *line);
            }
        }
        if found.types.is_empty() {
            return;
        }
        let end = node.end_byte();
        let after = build.source.get(end..).unwrap_or(&[]);
        let space = after.iter().take_while(|b| b.is_ascii_whitespace()).count();
        self.comments.push(found.types.into());
        let number = self.comments.len() as u32;
        self.pending = Some(Pending { number, depth, next: (end + space) as u32 });
    }
}

/// Is the statement nothing but a string?
pub fn is_documentation(build: &FactBuilder<'_>, node: Node) -> bool {
    node.named_child_count() == 1
        && node
            .named_child(0)
            .and_then(|child| build.syntax.rule(child.kind_id()))
            .is_some_and(|rule| rule.role == Role::Text)
}

impl Documentation {
    /// Drops the pending comment once its next sibling, or a parent, is closed.
    pub fn forget(&mut self, depth: u32) {
        if self.pending.as_ref().is_some_and(|p| depth <= p.depth) {
            self.pending = None;
        }
    }

    /// The number of the comment that declares types of the node; 0: none.
    pub fn comment_of(&self, build: &FactBuilder<'_>, frame: &Frame) -> u32 {
        let Some(pending) = &self.pending else { return 0 };
        let wanted = match frame.role {
            Role::Function | Role::Method | Role::Constructor | Role::Closure | Role::Class => true,
            Role::Binding | Role::Assignment | Role::Field => true,
            _ => frame.has(mark::TYPED_BY_COMMENT),
        };
        let first = frame.start == pending.next;
        let bracket = build.source.get(pending.next as usize) == Some(&b'(');
        let cast = frame.has(mark::TYPED_BY_COMMENT);
        if !wanted || cast && !first || bracket && !cast && !(first && frame.role == Role::Closure) {
            return 0;
        }
        // Between them may be only what introduces the node: modifiers, a name, an assignment.
        let between = build.source.get(pending.next as usize..frame.start as usize);
        let plain = |b: &[u8]| b.len() < 300 && !b.iter().any(|b| b",;(){}".contains(b));
        if between.is_some_and(plain) { pending.number } else { 0 }
    }

    /// Applies the types that the comment declares to parameters, return type and type variables.
    pub fn document_definition(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        id: DefinitionId,
        frame: &Frame,
    ) {
        let callable = build.facts.definition(id).is_callable();
        let types = self.documented(build, frame.comment, frame, |of| match of {
            Of::Variable(_) => true,
            _ => callable,
        });
        let mut returned: Vec<ExpressionId> = Vec::new();
        for (of, written) in types {
            match of {
                Of::Variable(name) => {
                    let name = build.facts.strings.intern(&name);
                    let bound = Bound::Value { value: written, r#type: ExpressionId::UNKNOWN };
                    binder.add_binding(build, name, bound, build.scope, frame.start);
                }
                Of::Parameter { name, index } => document_parameter(build, id, &name, index, written),
                Of::Returns if written.is_known() => returned.push(written),
                Of::Value => document_function(build, id, written),
                Of::Returns => {}
            }
        }
        if !build.facts.definition(id).returns.is_known() {
            let returns = match returned[..] {
                [] => return,
                [one] => one,
                _ => {
                    let list = build.add_list(&returned);
                    build.add(Expression::Either(list))
                }
            };
            build.facts.definitions[id.at()].returns = returns;
        }
    }
}

/// Finds the parameter by its name, or by its position if it is a pattern.
fn document_parameter(
    build: &mut FactBuilder<'_>,
    id: DefinitionId,
    name: &str,
    index: usize,
    written: ExpressionId,
) {
    let parameters = &build.facts.definition(id).parameters;
    let text = |at: usize| build.facts.text(parameters[at].name);
    let by_name = (0..parameters.len()).find(|at| text(*at) == name);
    let is_pattern = |at: &usize| *at < parameters.len() && text(*at).starts_with(['{', '[']);
    let Some(at) = by_name.or(Some(index).filter(is_pattern)) else { return };
    let parameter = &mut build.facts.definitions[id.at()].parameters[at];
    if !parameter.r#type.is_known() {
        parameter.r#type = written;
    }
}

/// Applies a function type to a function's parameters and return type.
fn document_function(build: &mut FactBuilder<'_>, id: DefinitionId, written: ExpressionId) {
    let Expression::Definition(of) = build.facts.expression(written) else { return };
    let of = build.facts.definition(of);
    let (returns, types) = (of.returns, of.parameters.iter().map(|p| p.r#type).collect::<Vec<_>>());
    let definition = &mut build.facts.definitions[id.at()];
    for (parameter, r#type) in definition.parameters.iter_mut().zip(types) {
        if !parameter.r#type.is_known() {
            parameter.r#type = r#type;
        }
    }
    if !definition.returns.is_known() {
        definition.returns = returns;
    }
}

impl Documentation {
    /// Applies the type of a comment directly before a parameter.
    pub fn document_last_parameter(&mut self, build: &mut FactBuilder<'_>, name: &Captured, line: u32) {
        let Some(pending) = self.pending.take_if(|p| p.next == name.start) else { return };
        let types = self.types_of(build, pending.number, name.start, line, |of| *of == Of::Value);
        let owner = build.facts.scope(build.scope).owner;
        if let (Some((_, written)), Some(last)) =
            (types.first(), build.facts.definitions[owner.at()].parameters.last_mut())
        {
            last.r#type = *written;
        }
    }
}
