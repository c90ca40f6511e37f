//! Closing a definition: its signature, what it returns, its bases and hashes.

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::definitions::decorators::Decorators;
use crate::extract::definitions::overloads::Overloads;
use crate::extract::definitions::{accessors, bases, declare, flags};
use crate::extract::documentation::Documentation;
use crate::extract::imports::trees;
use crate::facts::{DefinitionId, Expression, ExpressionId};
use crate::graph::{NodeKind, Visibility};
use crate::languages::syntax::{Capture, Role, mark};

/// Closes a definition. The body of another one, or a module in another file, opened none.
pub fn close_definition(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    decorators: &mut Decorators,
    documentation: &mut Documentation,
    overloads: &mut Overloads,
    frame: &Frame,
) -> ExpressionId {
    let Some(id) = frame.definition else {
        if frame.is_type_body {
            close_refinement(build, frame);
        } else if frame.has(mark::FILE_MODULE) && !build.has(frame, Capture::Body) {
            let name = build.symbol(frame, Capture::Name);
            trees::declare_file_module(build, binder, name, frame);
            decorators.clear();
        }
        return ExpressionId::UNKNOWN;
    };
    let name = build.first(frame, Capture::Name);
    if let Expression::Member { .. } = build.facts.expression(name) {
        build.called.push(name); // the parts of a qualified name are not read
    }
    let body = add_results(build, id, frame);
    add_signature_types(build, id, frame);
    if frame.comment != 0 {
        documentation.document_definition(build, binder, id, frame);
    }
    add_type_parameters(build, id, frame);
    for base in build.all(frame, Capture::Extends) {
        bases::add_base(build, base, false);
    }
    for base in build.all(frame, Capture::Implements) {
        bases::add_base(build, base, true);
    }
    if build.has(frame, Capture::Components) {
        accessors::add_accessors(build, binder, id, frame);
    }
    if frame.role == Role::Extension {
        build.facts.definitions[id.at()].receiver = build.first(frame, Capture::Receiver);
    }
    let returns = build.facts.definition(id).returns;
    for (value, _, _) in build.facts.definition(id).returned.clone() {
        build.complete_construction(value, returns);
    }
    let extended = declare::extended(build, id);
    close_header(build, id, frame, body);
    let definition = &mut build.facts.definitions[id.at()];
    definition.flags |= frame.modifiers.flags;
    if let Some((receiver, implements)) = extended {
        definition.receiver = receiver;
        if implements {
            definition.visibility = Visibility::Public;
        }
    }
    if let Some(visibility) = frame.modifiers.visibility {
        definition.visibility = visibility;
    }
    if frame.hashed {
        let (signature, body) = build.hashes.pop();
        // The hash of a type excludes its members: they have hashes of their own.
        definition.signature_hash = signature;
        definition.body_hash = body;
    }
    let name = build.symbol(frame, Capture::Name);
    let private = build.language.rules.members.private_prefix;
    if !private.is_empty() && build.facts.text(name).starts_with(private) {
        build.facts.definitions[id.at()].visibility = Visibility::Private;
    }
    flags::derive_flags(build, id);
    declare::bind_definition(build, overloads, id, frame);
    build.add(Expression::Definition(id))
}

/// Adds what it returns without a return statement: a body that is an expression, or a closure's last value. Returns
/// the body.
fn add_results(build: &mut FactBuilder<'_>, id: DefinitionId, frame: &Frame) -> Option<Captured> {
    let bodies = build.all(frame, Capture::Body);
    for body in bodies.iter().filter(|b| b.value.is_known()) {
        build.facts.definitions[id.at()].returned.push((body.value, build.scope, body.start));
    }
    if frame.role == Role::Closure
        && let Some(last) = build.all(frame, Capture::Value).last().filter(|last| last.value.is_known())
    {
        build.facts.definitions[id.at()].returned.push((last.value, build.scope, last.start));
    }
    bodies.first().copied()
}

/// The receiver and the declared return type. Where only their order tells them apart, a type before the name is the
/// receiver.
fn add_signature_types(build: &mut FactBuilder<'_>, id: DefinitionId, frame: &Frame) {
    let name_start = build.all(frame, Capture::Name).first().map_or(0, |name| name.start);
    let (before, after): (Vec<_>, Vec<_>) =
        build.all(frame, Capture::Type).into_iter().partition(|written| written.start < name_start);
    if let Some(receiver) = before.first() {
        build.facts.definitions[id.at()].receiver = receiver.value;
    }
    if let Some(returns) = build.all(frame, Capture::Returns).into_iter().chain(after).next() {
        let text = build.one_line(returns.start, returns.end, 200);
        let definition = &mut build.facts.definitions[id.at()];
        definition.returns = returns.value;
        definition.returns_text = text;
    }
}

/// The number of type parameters, and the type that an alias stands for.
fn add_type_parameters(build: &mut FactBuilder<'_>, id: DefinitionId, frame: &Frame) {
    let parameters = build.facts.expression(build.first(frame, Capture::TypeParameters));
    let arity = match parameters {
        Expression::Sequence(list) => build.facts.list(list).len(),
        _ => 0,
    };
    build.facts.definitions[id.at()].arity = arity.min(usize::from(u8::MAX)) as u8;
    if let Some(value) = build.all(frame, Capture::Value).first().copied()
        && build.facts.definition(id).kind == NodeKind::Type
    {
        build.facts.definitions[id.at()].returns = value.value;
    }
}

/// The text of the signature: everything before the body.
fn close_header(build: &mut FactBuilder<'_>, id: DefinitionId, frame: &Frame, body: Option<Captured>) {
    let in_place = frame.is_body.then_some(frame.start);
    let end = body.map(|b| b.start).or(in_place);
    let start = build.facts.definition(id).start;
    let text = build.one_line(start, end.unwrap_or(frame.end), 500);
    let definition = &mut build.facts.definitions[id.at()];
    if !definition.has_body {
        definition.text = text;
        definition.has_body = end.is_some();
    }
}

/// The body of a type definition: its bases, and where the signature ends.
fn close_refinement(build: &mut FactBuilder<'_>, frame: &Frame) {
    for base in build.all(frame, Capture::Extends) {
        bases::add_base(build, base, false);
    }
    let owner = build.facts.scope(build.scope).owner;
    if let Some(body) = build.all(frame, Capture::Body).first().copied() {
        let text = build.one_line(build.facts.definition(owner).start, body.start, 500);
        let definition = &mut build.facts.definitions[owner.at()];
        definition.text = text;
        definition.has_body = true;
    }
}
