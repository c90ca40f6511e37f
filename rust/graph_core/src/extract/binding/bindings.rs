//! Declarations and assignments: which names a statement binds to which value, and from which offset.

use crate::extract::binding::binder::Binder;
use crate::extract::binding::{contexts, destructuring, fields};
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::calls::initializers;
use crate::extract::definitions::decorators::Decorators;
use crate::extract::documentation::Documentation;
use crate::facts::{Expression, ExpressionId, ReferenceKind};
use crate::languages::syntax::{Capture, Role};

/// The names that a statement binds, and their value.
struct Bound {
    /// Names or patterns.
    names: Vec<Captured>,
    value: ExpressionId,
    /// The offset from which the names are bound.
    at: u32,
}

/// `name = value`, element by element where both sides are patterns.
pub fn close_binding(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    decorators: &mut Decorators,
    documentation: &mut Documentation,
    frame: &Frame,
) -> ExpressionId {
    let written = build.written_type(frame);
    let r#type = match written {
        Some(written) => written.value,
        None if frame.comment != 0 => documentation.type_of_value(build, frame),
        None => ExpressionId::UNKNOWN,
    };
    if frame.role == Role::Assignment && build.in_object() {
        return initializers::close_initialized(build, frame); // a member of the object, not a variable
    }
    let bound = match frame.role {
        Role::LoopVariable => loop_variables(build, frame),
        Role::ContextVariable => context_value(build, frame),
        Role::TypeVariable => type_variable(build, frame),
        Role::Assignment => assigned(build, frame),
        _ => declared(build, frame),
    };
    if matches!(frame.role, Role::Field | Role::EnumMember) {
        decorators.hash(build);
        fields::add_fields(build, &bound.names, written, build.has(frame, Capture::Optional));
        if bound.names.is_empty() {
            if let Some(base) = written {
                fields::add_embedded_base(build, binder, base, frame); // the members of an embedded type are the outer type's own
            }
            return bound.value;
        }
    }
    fields::add_named_value(build, frame, &bound.names, written);
    bind(build, binder, frame, &bound, r#type);
    bound.value
}

/// One name is bound to the whole value, several to its parts.
fn bind(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    frame: &Frame,
    bound: &Bound,
    r#type: ExpressionId,
) {
    let (names, value, at) = (&bound.names[..], bound.value, bound.at);
    if names.len() > 1 && value.is_known() {
        let parts: Vec<_> = names.iter().map(|name| name.value).collect();
        let list = build.add_list(&parts);
        let pattern = build.add(Expression::Sequence(list));
        destructuring::bind_pattern(build, binder, pattern, value, r#type, frame.role, at);
        return;
    }
    if build.has(frame, Capture::Receiver) {
        return; // an extension property is no name of this scope
    }
    for name in names {
        if let Expression::Entry { value, .. } = build.facts.expression(name.value) {
            build.complete_construction(value, r#type);
        }
        build.complete_construction(value, r#type);
        destructuring::bind_pattern(build, binder, name.value, value, r#type, frame.role, at);
    }
}

/// A loop binds its variables to the elements; the types of keys are not known.
fn loop_variables(build: &mut FactBuilder<'_>, frame: &Frame) -> Bound {
    let values = build.all(frame, Capture::Value);
    let mut value = ExpressionId::UNKNOWN;
    if !build.has(frame, Capture::LoopsOverKeys) {
        let iterated = values.first().map_or(ExpressionId::UNKNOWN, |v| v.value);
        value = build.add(Expression::Each(iterated));
        if iterated.is_known() && !build.language.rules.implied.iteration_methods[0].is_empty() {
            let waits = contexts::is_async(build, frame.start);
            build.add_reference(
                ReferenceKind::ImplicitCall { awaited: waits },
                value,
                frame.start,
                frame.line,
            );
        }
    }
    let mut names = build.all(frame, Capture::Name);
    // With a captured name the first value is what is iterated; the loop's body may be an expression too.
    let at = match build.language.rules.block_scoped {
        true if !names.is_empty() => values.first().map_or(frame.start, |v| v.end),
        _ => visible_from(build, frame, &values),
    };
    if let (true, [_, pattern]) = (names.is_empty(), &values[..]) {
        names.push(*pattern);
    }
    Bound { names, value, at }
}

/// The value of a context manager. Without a captured name this is `pattern as name`: the second value is the name.
fn context_value(build: &mut FactBuilder<'_>, frame: &Frame) -> Bound {
    let values = build.all(frame, Capture::Value);
    let entered = values.first().map_or(ExpressionId::UNKNOWN, |v| v.value);
    let mut value = build.add(Expression::Enter(entered));
    let mut names = build.all(frame, Capture::Name);
    if let (true, [pattern, name]) = (names.is_empty(), &values[..]) {
        value = pattern.value;
        names.push(*name);
    }
    let at = visible_from(build, frame, &values);
    Bound { names, value, at }
}

/// A type variable and its bounds: the first value is its name unless one is captured as it.
fn type_variable(build: &mut FactBuilder<'_>, frame: &Frame) -> Bound {
    let values = build.all(frame, Capture::Value);
    let mut names = build.all(frame, Capture::Name);
    let mut value = values.first().map_or(ExpressionId::UNKNOWN, |v| v.value);
    match &values[..] {
        [name, bound] => {
            value = bound.value;
            names.push(*name);
        }
        [name, bounds @ ..] if names.is_empty() => {
            let bounds: Vec<_> = bounds.iter().map(|b| b.value).filter(|b| b.is_known()).collect();
            let list = build.add_list(&bounds);
            value = build.add(Expression::Either(list));
            names.push(*name);
        }
        _ => {}
    }
    let at = visible_from(build, frame, &values);
    Bound { names, value, at }
}

fn assigned(build: &FactBuilder<'_>, frame: &Frame) -> Bound {
    let values = build.all(frame, Capture::Value);
    let at = match build.language.rules.names.sigil.is_empty() {
        true => frame.start,
        false => values.last().map_or(frame.start, |v| v.end),
    };
    let value = values.first().map_or(ExpressionId::UNKNOWN, |v| v.value);
    Bound { names: build.all(frame, Capture::Name), value, at }
}

fn declared(build: &FactBuilder<'_>, frame: &Frame) -> Bound {
    let values = build.all(frame, Capture::Value);
    let value = values.first().map_or(ExpressionId::UNKNOWN, |v| v.value);
    Bound { names: build.all(frame, Capture::Name), value, at: visible_from(build, frame, &values) }
}

/// With block scope, a declaration's own value does not see the name.
fn visible_from(build: &FactBuilder<'_>, frame: &Frame, values: &[Captured]) -> u32 {
    match build.language.rules.block_scoped {
        true => values.last().map_or(frame.start, |v| v.end),
        false => frame.start,
    }
}
