//! Calls and constructions: their expression, their reference, and their effects on other concerns.

use crate::extract::binding::binder::Binder;
use crate::extract::binding::collections;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::calls::{callbacks, callee, initializers};
use crate::extract::imports::calls;
use crate::extract::narrowing::Narrowing;
use crate::extract::type_body::{CallMeaning, TypeBody};
use crate::facts::{Expression, ExpressionId, ListId, ReferenceKind};
use crate::languages::syntax::Capture;

/// Adds the expression and the reference of a call or a construction.
pub fn close_call(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    narrowing: &mut Narrowing,
    type_body: &mut TypeBody,
    frame: &Frame,
    kind: ReferenceKind,
) -> ExpressionId {
    let Some(mut callee) = callee::callee_of(build, frame, kind) else { return ExpressionId::UNKNOWN };
    let body = build.first(frame, Capture::Initializer);
    if let Expression::Definition(_) = build.facts.expression(body) {
        callee.value = body; // the anonymous class is constructed
    }
    let arguments = build.arguments(frame);
    if let Some(import) = calls::import_by_call(build, binder, callee.value, arguments, frame) {
        return import;
    }
    let (mut kind, mut arguments) = (kind, arguments);
    if build.language.rules.names.unbound_is_call {
        match type_body.meaning_of_call(build, binder, callee.value, arguments, frame) {
            CallMeaning::Constructs(class) => (callee.value, kind) = (class, ReferenceKind::New),
            CallMeaning::Calls(named, rest) => (callee.value, arguments) = (named, rest),
            CallMeaning::Value(value) => return value,
            CallMeaning::Plain => {}
        }
    }
    build.called.push(callee.value);
    if let Some(value) = value_of_call(build, callee.value, arguments, frame) {
        return value;
    }
    let class = class_with_arguments(build, callee, kind, frame);
    let call = match kind {
        ReferenceKind::New => Expression::New { class, arguments },
        _ => Expression::Call { callee: callee.value, arguments },
    };
    let call = build.add(call);
    build.add_reference(kind, call, callee.end, callee.end_line);
    if let (ReferenceKind::New, Expression::Object(list)) = (kind, build.facts.expression(body)) {
        initializers::initialize(build, call, list, frame);
    }
    narrowing.note_check(build, call, callee.value, arguments);
    collections::note_added(build, binder, callee.value, arguments, frame.start);
    callbacks::type_callbacks(build, callee.value, arguments);
    for function in build.all(frame, Capture::TrailingFunction) {
        let list = build.add_list(&[function.value]);
        callbacks::type_callbacks(build, callee.value, list); // the trailing function is an argument too
    }
    call
}

/// The value of what is written as a call but is none: the superclass, a cast, a conversion to an array type.
fn value_of_call(
    build: &mut FactBuilder<'_>,
    callee: ExpressionId,
    arguments: ListId,
    frame: &Frame,
) -> Option<ExpressionId> {
    let called = build.facts.expression(callee);
    if let Expression::Name(name) = called
        && build.language.rules.calls.super_functions.contains(&build.facts.text(name))
    {
        return Some(build.add(Expression::Super));
    }
    if callee::is_typed_call(build, called) {
        let written = build.facts.list(arguments).next();
        let written = written.unwrap_or(ExpressionId::UNKNOWN);
        build.add_reference(ReferenceKind::Type, written, frame.start, frame.line);
        return Some(build.add(Expression::Typed(written)));
    }
    if let Expression::Array(_) = called {
        return Some(build.add(Expression::Typed(callee)));
    }
    None
}

/// The constructed class with its type arguments; adds references to them.
fn class_with_arguments(
    build: &mut FactBuilder<'_>,
    callee: Captured,
    kind: ReferenceKind,
    frame: &Frame,
) -> ExpressionId {
    let written = build.first(frame, Capture::TypeArguments);
    let Expression::Sequence(types) = build.facts.expression(written) else { return callee.value };
    for one in build.facts.list(types).collect::<Vec<_>>() {
        build.add_reference(ReferenceKind::Type, one, callee.end, callee.end_line);
    }
    match kind {
        ReferenceKind::New => build.add(Expression::Index { object: callee.value, arguments: types }),
        _ => callee.value,
    }
}
