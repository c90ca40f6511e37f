//! Names for anonymous definitions: a function takes the name of what it is assigned or passed to.

use tree_sitter::Node;

use crate::extract::build::nodes::Frame;
use crate::extract::build::{FactBuilder, node_text};
use crate::extract::imports::export_objects;
use crate::extract::test_calls;
use crate::facts::{Expression, ExpressionId, ScopeKind, Symbol};
use crate::graph::NodeKind;
use crate::languages::syntax::{Capture, Role};

/// A name for an anonymous definition, and where it was found.
#[derive(Default)]
pub struct Hint {
    pub name: Symbol,
    pub qualifier: Symbol,
    /// Index of the frame that names it; `usize::MAX`: none.
    pub frame: usize,
    pub flags: u16,
    /// Used only if the definition has no name of its own.
    pub weak: bool,
    /// The kind that a test call gives it.
    pub kind: Option<NodeKind>,
}

/// The base of an anonymous class: `new Base() { … }`, or the enum of a member with a body.
pub fn extended_in_place(build: &mut FactBuilder<'_>, frame: &Frame, kind: NodeKind) -> Option<ExpressionId> {
    let around = build.nodes.frames.len().checked_sub(1).filter(|_| kind == NodeKind::Class)?;
    match (build.nodes.frames[around].role, frame.capture?) {
        (Role::New, Capture::Initializer) => build.captured(around, Capture::Callee),
        (Role::EnumMember, Capture::Value) => build.owner_name(),
        _ => None,
    }
}

/// The name of an anonymous class: the enum member's, or `$` and the base's.
pub fn anonymous(build: &mut FactBuilder<'_>, base: ExpressionId) -> Option<Hint> {
    let frame = build.nodes.frames.len().checked_sub(1)?;
    let name = match build.captured(frame, Capture::Name) {
        Some(name) => match build.facts.expression(name) {
            Expression::Name(name) => name,
            _ => return None,
        },
        None => {
            let name = build.last_name(base)?;
            let marked = format!("${}", build.facts.text(name));
            build.facts.strings.intern(&marked)
        }
    };
    Some(Hint { name, frame, ..Hint::default() })
}

/// The first child with a capture, before the children are walked.
pub fn child<'t>(frame: &Frame, node: Node<'t>, capture: Capture) -> Option<Node<'t>> {
    let rule = frame.rule?;
    let mut cursor = node.walk();
    let mut more = cursor.goto_first_child();
    while more {
        let (child, field) = (cursor.node(), cursor.field_id().map_or(0, |f| f.get()));
        if rule.capture(|| field, child.kind_id(), || child.is_named()) == Some(capture) {
            return Some(child);
        }
        more = cursor.goto_next_sibling();
    }
    None
}

/// The name of an object expression: `$` and its first base's.
pub fn named_by_base(build: &mut FactBuilder<'_>, frame: &Frame, node: Node) -> Option<Hint> {
    let base =
        Some(frame).filter(|_| frame.role == Role::Class).and_then(|f| child(f, node, Capture::Extends))?;
    let written = node_text(build.source, base).split(|b| b"(<,{ \n".contains(b)).next()?;
    let written = String::from_utf8_lossy(written);
    let marked = format!("${}", written.rsplit('.').next()?);
    let name = build.facts.strings.intern(&marked);
    Some(Hint { name, frame: usize::MAX, ..Hint::default() })
}

/// The name that the node itself states, without quotes.
pub fn written_name(build: &mut FactBuilder<'_>, frame: &Frame, node: Node) -> Option<Symbol> {
    let name = child(frame, node, Capture::Name)?;
    let role = build.syntax.rule(name.kind_id()).map(|r| r.role);
    let (start, end) = (name.start_byte() as u32, name.end_byte() as u32);
    Some(match role {
        Some(Role::Text) if end - start >= 2 => build.one_line(start + 1, end - 1, 100),
        Some(Role::Name) if is_quoted(build, start) => build.one_line(start + 1, end.saturating_sub(1), 100),
        _ => build.one_line(start, end, 100),
    })
}

fn is_quoted(build: &FactBuilder<'_>, start: u32) -> bool {
    let quote = build.language.rules.names.quote.as_bytes();
    !quote.is_empty() && build.source.get(start as usize..).is_some_and(|rest| rest.starts_with(quote))
}

/// The name of what a function is assigned or passed to: a variable, a member, an object's key, a test's title.
/// For a function with a name, only its qualifier.
pub fn hint(build: &mut FactBuilder<'_>, own: Option<Symbol>, capture: Option<Capture>) -> Option<Hint> {
    let mut search = Search {
        path: own.into_iter().collect(),
        by: own.map(|_| usize::MAX),
        has_own: own.is_some(),
        ..Search::default()
    };
    let mut part_of = capture;
    for index in (0..build.nodes.frames.len()).rev() {
        if let Some(Capture::Type | Capture::TypeArguments | Capture::Returns | Capture::Callee) = part_of {
            return None;
        }
        let frame = &build.nodes.frames[index];
        part_of = frame.capture;
        if search.by.is_none() && frame.has_named {
            return None;
        }
        match search.step(build, index) {
            Step::Outwards => {}
            Step::Ends => break,
            Step::Nameless => return None,
            Step::Test(hint) => return Some(hint),
        }
    }
    search.finish(build)
}

/// The search for a name, from the function outwards.
#[derive(Default)]
struct Search {
    /// Parts of the name, innermost first.
    path: Vec<Symbol>,
    /// Index of the frame that names it; `usize::MAX`: none.
    by: Option<usize>,
    /// The frame that assigns it to the module's export object.
    whole: Option<usize>,
    has_own: bool,
    /// The function is an argument of a call or an item of a list.
    wrapped: bool,
    weak: bool,
}

enum Step {
    Outwards,
    /// The search is complete.
    Ends,
    Nameless,
    Test(Hint),
}

impl Search {
    fn step(&mut self, build: &mut FactBuilder<'_>, index: usize) -> Step {
        let frame = &build.nodes.frames[index];
        let in_function = build.facts.scope(build.function_scope(frame.scope)).kind == ScopeKind::Function;
        match frame.role {
            Role::Wrapper
            | Role::ExpressionList
            | Role::Await
            | Role::Typed
            | Role::Checked
            | Role::BinaryOperator => Step::Outwards,
            Role::Object if self.by.is_some() => Step::Outwards,
            Role::Sequence | Role::Call | Role::New => {
                if self.by.is_none()
                    && frame.role == Role::Call
                    && let Some(hint) = test_calls::test_hint(build, index)
                {
                    return Step::Test(hint);
                }
                if in_function && self.by.is_some() {
                    return if self.has_own { Step::Ends } else { Step::Nameless };
                }
                self.wrapped = true;
                Step::Outwards
            }
            // A wrapped closure within a function belongs to the function's code.
            Role::Binding | Role::Assignment | Role::Field | Role::Entry if self.wrapped && in_function => {
                Step::Nameless
            }
            Role::Binding | Role::Assignment | Role::Field => self.assigned(build, index),
            Role::Entry => {
                let key = build.captured(index, Capture::Key).map(|key| build.facts.expression(key));
                let Some(Expression::Name(key) | Expression::Text(key)) = key else { return Step::Nameless };
                self.path.push(key);
                self.by.get_or_insert(index);
                Step::Outwards
            }
            Role::Export => {
                self.weak = self.path.is_empty();
                self.path.push(build.facts.strings.intern(build.language.rules.imports.default_export));
                self.by.get_or_insert(index);
                Step::Ends
            }
            _ => Step::Ends,
        }
    }

    /// The name or member that it is assigned to. The module's export object has no name, but may be assigned to one
    /// too. What is assigned to an element of a container has no name.
    fn assigned(&mut self, build: &FactBuilder<'_>, index: usize) -> Step {
        let Some(target) = build.captured(index, Capture::Name) else { return Step::Ends };
        let names = export_objects::dotted(build, target);
        if !names.is_empty() {
            self.path.extend(names);
            self.by.get_or_insert(index);
            return Step::Ends;
        }
        if export_objects::is_export_object(build, target) {
            self.whole = self.whole.or(Some(index));
        }
        Step::Outwards
    }

    fn finish(mut self, build: &mut FactBuilder<'_>) -> Option<Hint> {
        if let (None, Some(frame)) = (self.by, self.whole) {
            self.by = Some(frame);
            self.weak = true;
            self.path.push(build.facts.strings.intern(build.language.rules.imports.default_export));
        }
        let frame = self.by?;
        let (name, before) = self.path.split_first()?;
        let before: Vec<&str> = before.iter().rev().map(|s| build.facts.text(*s)).collect();
        let before = before.join(".");
        let qualifier = build.facts.strings.intern(&before);
        Some(Hint { name: *name, qualifier, frame, weak: self.weak, ..Hint::default() })
    }
}
