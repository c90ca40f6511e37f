//! Fields and constants: what a type or a module holds under a name.

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::facts::{Bound, Expression, ExpressionId, NamedValue, ScopeKind, Symbol};
use crate::languages::syntax::{Capture, Role};

/// A constant or variable of a type or a module. Functions are definitions instead.
pub fn add_named_value(
    build: &mut FactBuilder<'_>,
    frame: &Frame,
    names: &[Captured],
    written: Option<Captured>,
) {
    let kind = build.facts.scope(build.scope).kind;
    if !matches!(frame.role, Role::Assignment | Role::Binding)
        || !matches!(kind, ScopeKind::File | ScopeKind::Class)
    {
        return;
    }
    let owner = build.facts.scope(build.scope).owner;
    let r#type = written.map_or(Symbol::EMPTY, |w| build.one_line(w.start, w.end, 200));
    let values = build.all(frame, Capture::Value);
    let value = match (values.first(), values.last()) {
        (Some(first), Some(last)) => build.one_line(first.start, last.end, 80),
        _ => Symbol::EMPTY,
    };
    if values.iter().any(|v| matches!(build.facts.expression(v.value), Expression::Definition(_))) {
        return;
    }
    for name in names {
        let (Expression::Name(name) | Expression::Entry { key: name, .. }) =
            build.facts.expression(name.value)
        else {
            continue;
        };
        build.facts.values.push(NamedValue { owner, name, r#type, value });
    }
}

pub fn add_fields(
    build: &mut FactBuilder<'_>,
    names: &[Captured],
    written: Option<Captured>,
    optional: bool,
) {
    let text = written.map_or(Symbol::EMPTY, |w| build.one_line(w.start, w.end, 200));
    let owner = build.facts.scope(build.scope).owner;
    for name in names {
        let (Expression::Name(name) | Expression::Entry { key: name, .. }) =
            build.facts.expression(name.value)
        else {
            continue;
        };
        if !owner.is_file() && build.facts.definition(owner).is_type() {
            let name = build.member_name(name);
            build.facts.definitions[owner.at()].fields.push((name, text, optional));
        }
    }
}

pub fn add_embedded_base(build: &mut FactBuilder<'_>, binder: &mut Binder, base: Captured, frame: &Frame) {
    let owner = build.facts.scope(build.scope).owner;
    let text = build.one_line(base.start, base.end, 200);
    if build.facts.definition(owner).is_type() {
        let definition = &mut build.facts.definitions[owner.at()];
        definition.extends.push(base.value);
        definition.bases.push(text);
        // An embedded type is also a field with the type's name.
        if let Some(name) = build.last_name(base.value) {
            binder.bind_name(build, name, ExpressionId::UNKNOWN, base.value, frame.role, frame.start);
        }
    }
}

/// Fields without names: of a type, or of a member of an enumeration.
pub fn close_numbered(build: &mut FactBuilder<'_>, binder: &mut Binder, frame: &Frame) -> ExpressionId {
    let around = build.nodes.frames.len().saturating_sub(1);
    let Some(Expression::Name(of)) =
        build.captured(around, Capture::Name).map(|name| build.facts.expression(name))
    else {
        return ExpressionId::UNKNOWN;
    };
    let is_member = build.nodes.frames[around].role == Role::EnumMember;
    for (i, written) in build.all(frame, Capture::Type).into_iter().enumerate() {
        let bound = Bound::Value { value: ExpressionId::UNKNOWN, r#type: written.value };
        let position = build.facts.strings.intern(&i.to_string());
        let name = positional_name(build, of, i);
        binder.add_binding(build, name, bound, build.scope, written.start);
        if !is_member {
            binder.add_binding(build, position, bound, build.scope, written.start);
            let text = build.one_line(written.start, written.end, 200);
            let owner = build.facts.scope(build.scope).owner;
            build.facts.definitions[owner.at()].fields.push((position, text, false));
        }
    }
    ExpressionId::UNKNOWN
}

/// The name of the field at a position: `Name.0`.
pub fn positional_name(build: &mut FactBuilder<'_>, of: Symbol, position: usize) -> Symbol {
    let name = format!("{}.{position}", build.facts.text(of));
    build.facts.strings.intern(&name)
}
