//! Opening a definition: its node, name, scope and hashes.

use tree_sitter::Node;

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::extract::definitions::decorators::Decorators;
use crate::extract::definitions::naming::{self, Hint};
use crate::extract::definitions::outer_types;
use crate::extract::test_calls;
use crate::extract::type_body::TypeBody;
use crate::facts::{Bound, Definition, DefinitionId, ExpressionId, ScopeKind, Symbol};
use crate::graph::{NodeKind, Visibility, flag};
use crate::languages::syntax::{Capture, Role, mark};

/// Opens a definition, unless the node is the body of another one or a module in another file.
pub fn open_definition(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    decorators: &mut Decorators,
    type_body: &TypeBody,
    frame: &mut Frame,
    node: Node,
    kind: NodeKind,
) {
    if frame.capture == Some(Capture::Body)
        || refines_type(build, frame, node, kind)
        || frame.has(mark::FILE_MODULE | mark::NEEDS_BODY)
            && naming::child(frame, node, Capture::Body).is_none()
    {
        return;
    }
    let mut name = naming::written_name(build, frame, node);
    if name.is_none() && frame.role == Role::Constructor {
        name = Some(build.facts.strings.intern("constructor"));
    }
    if let Some(written) = name.filter(|_| build.language.rules.names.unbound_is_call) {
        let is_type = !matches!(kind, NodeKind::Function | NodeKind::Method | NodeKind::Constructor);
        name =
            if is_type { Some(outer_types::open_outer_types(build, binder, written, frame)) } else { name };
    }
    let base = naming::extended_in_place(build, frame, kind);
    // The getter and the setter of a property have one name.
    let is_property = frame.has(mark::PROPERTY);
    let around = build.nodes.frames.last_mut().filter(|_| is_property);
    let is_second = around.is_some_and(|around| std::mem::take(&mut around.has_named));
    let hint = hint(build, frame, node, kind, name, base);
    let refined = hint.as_ref().and_then(|hint| hint.kind);
    let kind = refined.unwrap_or(kind);
    let around = build.scope;
    let id = DefinitionId(build.facts.definitions.len() as u32);
    let mut definition = new_definition(build, type_body, frame, kind, base);
    frame.hashed = !in_shape(build) && (name.is_some() || hint.is_some());
    if let Some(hint) = &hint {
        apply_hint(build, &mut definition, hint, is_second);
    } else if frame.hashed {
        definition.name = name.unwrap_or_default();
    }
    build.facts.definitions.push(definition);
    open_scope(build, id, kind);
    if let (Some(_), Some(hint)) = (refined, &hint) {
        test_calls::open_part_of_tests(build, binder, id, hint, around);
    }
    frame.definition = Some(id);
    frame.parameters = 0;
    if frame.hashed {
        build.hashes.push();
    }
    if let Some(own) = name
        && frame.has(mark::LOCAL_NAME)
    {
        let scope = build.scope;
        binder.add_binding(build, own, Bound::Definition(id), scope, frame.start);
    }
    if base.is_some() {
        frame.is_body = true;
        build.hashes.enter_body();
    }
    decorators.attach(build, id, frame.hashed);
}

/// The name of an anonymous definition, or the qualifier of a named one.
fn hint(
    build: &mut FactBuilder<'_>,
    frame: &Frame,
    node: Node,
    kind: NodeKind,
    name: Option<Symbol>,
    base: Option<ExpressionId>,
) -> Option<Hint> {
    let shape = matches!(kind, NodeKind::Interface | NodeKind::Enum | NodeKind::Type | NodeKind::Module);
    match (name, base) {
        _ if shape || in_shape(build) || frame.role == Role::Extension => None,
        (Some(name), _) if build.in_object() => naming::hint(build, Some(name), frame.capture),
        (Some(name), _) if frame.has(mark::LOCAL_NAME) => naming::hint(build, None, frame.capture)
            .filter(|h| !h.weak)
            .or(Some(Hint { name, frame: usize::MAX, ..Hint::default() })),
        (Some(_), _) => None,
        (None, Some(base)) => naming::anonymous(build, base),
        (None, None) if frame.role == Role::Closure && !build.language.rules.names.named_closures => None,
        (None, None) => {
            naming::hint(build, None, frame.capture).or_else(|| naming::named_by_base(build, frame, node))
        }
    }
}

fn new_definition(
    build: &FactBuilder<'_>,
    type_body: &TypeBody,
    frame: &Frame,
    kind: NodeKind,
    base: Option<ExpressionId>,
) -> Definition {
    let around = build.facts.scope(build.scope);
    let mut definition = Definition::new(kind);
    definition.parent = around.owner;
    (definition.start, definition.end) = (frame.start, frame.end);
    (definition.start_line, definition.end_line) = (frame.line, frame.end_line);
    definition.visibility = default_visibility(build, around.owner);
    let of_type = frame.has(mark::STATIC) || build.in_static_code();
    if let Some(visibility) = type_body.visibility(build.scope)
        && !of_type
        && matches!(kind, NodeKind::Function | NodeKind::Method)
    {
        definition.visibility = visibility;
    }
    definition.flags |= if frame.has(mark::PROPERTY) { flag::PROPERTY } else { 0 };
    definition.flags |= if of_type { flag::STATIC } else { 0 };
    definition.extends.extend(base);
    if around.kind == ScopeKind::Class && kind == NodeKind::Function {
        definition.kind = NodeKind::Method;
    }
    definition
}

/// A named function begins where the node that names it does, except in test calls and setters.
fn apply_hint(build: &mut FactBuilder<'_>, definition: &mut Definition, hint: &Hint, is_second: bool) {
    if let Some(by) = build.nodes.frames.get_mut(hint.frame) {
        by.has_named = true;
        if by.role != Role::Call && !is_second {
            (definition.start, definition.start_line) = (by.start, by.line);
        }
    }
    definition.name = hint.name;
    definition.qualifier = hint.qualifier;
    definition.flags |= hint.flags;
    let is_value = build.nodes.frames.get(hint.frame).is_some_and(|f| f.role == Role::Binding);
    if let Some(receiver) = is_value.then(|| build.captured(hint.frame, Capture::Receiver)).flatten() {
        definition.receiver = receiver; // an extension property
    }
}

/// The scope inside of the definition.
fn open_scope(build: &mut FactBuilder<'_>, id: DefinitionId, kind: NodeKind) {
    let kind = match kind {
        NodeKind::Function | NodeKind::Method | NodeKind::Constructor => ScopeKind::Function,
        NodeKind::Module => ScopeKind::File,
        _ => ScopeKind::Class,
    };
    build.scope = build.add_scope(kind);
    build.facts.scopes[build.scope.at()].owner = id;
    build.facts.definitions[id.at()].scope = build.scope;
}

/// The body of a type definition, as in `type Name struct { … }`, sets the definition's kind. Within a union it adds
/// members to the alias.
fn refines_type(build: &mut FactBuilder<'_>, frame: &mut Frame, node: Node, kind: NodeKind) -> bool {
    let is_type = !matches!(kind, NodeKind::Function | NodeKind::Method | NodeKind::Module);
    if !is_type || frame.capture != Some(Capture::Value) || naming::written_name(build, frame, node).is_some()
    {
        return false;
    }
    let around = build.nodes.frames.iter().rev().find(|f| f.role != Role::Either);
    let Some(around) = around.filter(|f| f.role == Role::Type).and_then(|f| f.definition) else {
        return false;
    };
    if build.nodes.frames.last().is_some_and(|f| f.role == Role::Type) {
        build.facts.definitions[around.at()].kind = kind;
    }
    frame.is_type_body = true;
    true
}

/// Members of an interface are public whatever the language's default is.
fn default_visibility(build: &FactBuilder<'_>, parent: DefinitionId) -> Visibility {
    match build.facts.definition(parent).kind {
        NodeKind::Interface => Visibility::Public,
        _ => build.language.rules.default_visibility,
    }
}

/// Is the enclosing definition an anonymous type? Its members are no nodes of their own.
fn in_shape(build: &FactBuilder<'_>) -> bool {
    let owner = build.facts.scope(build.scope).owner;
    let owner = build.facts.definition(owner);
    owner.name.is_empty() && owner.is_type() && owner.kind != NodeKind::Class
}
