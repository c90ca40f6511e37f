//! Destructuring: each name of a pattern is bound to its part of the value.

use crate::extract::binding::binder::Binder;
use crate::extract::binding::{collections, fields};
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::facts::{Expression, ExpressionId, ListId, MemberBinding, ReferenceKind};
use crate::languages::syntax::{Capture, Role};

/// A pattern that is still to be bound, with its part of the value and of the type.
struct Part {
    pattern: ExpressionId,
    value: ExpressionId,
    r#type: ExpressionId,
}

/// Binds every name of a pattern to its part of the value.
pub fn bind_pattern(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    pattern: ExpressionId,
    value: ExpressionId,
    r#type: ExpressionId,
    role: Role,
    at: u32,
) {
    let mut work = vec![Part { pattern, value, r#type }];
    while let Some(part) = work.pop() {
        let Part { pattern, value, r#type } = part;
        match build.facts.expression(pattern) {
            Expression::Name(name) => {
                let rules = &build.language.rules;
                if role == Role::Assignment && (rules.names.unqualified_properties || rules.values) {
                    build.add_reference(ReferenceKind::Write, pattern, at, build.line);
                }
                binder.bind_name(build, name, value, r#type, role, at);
            }
            Expression::Member { object, name } => {
                build.called.push(pattern); // assigned to, not read
                build.add_reference(ReferenceKind::Write, pattern, at, build.line);
                let scope = build.scope;
                build.facts.members.push(MemberBinding { object, name, value, r#type, scope, at });
            }
            Expression::Sequence(list) => by_position(build, list, &part, role, &mut work),
            Expression::Object(list) => by_key(build, list, &part, &mut work),
            Expression::Entry { key, value: own } => {
                let value = either_value(build, value, own);
                binder.bind_name(build, key, value, r#type, role, at);
            }
            Expression::Call { callee, arguments } => {
                for (i, pattern) in build.facts.list(arguments).collect::<Vec<_>>().into_iter().enumerate() {
                    let value = unpacked(build, callee, value, i);
                    work.push(Part { pattern, value, r#type: ExpressionId::UNKNOWN });
                }
            }
            Expression::Either(list) => {
                work.extend(build.facts.list(list).map(|pattern| Part { pattern, value, r#type }));
            }
            Expression::Spread(pattern) => {
                work.push(Part { pattern, value: ExpressionId::UNKNOWN, r#type: ExpressionId::UNKNOWN });
            }
            Expression::Index { object, .. } if value.is_known() => {
                collections::add_element(build, binder, object, value, true, at);
            }
            _ => {}
        }
    }
}

/// A declarator with its own value, or a pattern with a default.
fn either_value(build: &mut FactBuilder<'_>, value: ExpressionId, own: ExpressionId) -> ExpressionId {
    if !value.is_known() {
        return own;
    }
    if !own.is_known() {
        return value;
    }
    let list = build.add_list(&[value, own]);
    build.add(Expression::Either(list))
}

/// The parts of a list, by their positions in the value.
fn by_position(build: &mut FactBuilder<'_>, list: ListId, whole: &Part, role: Role, work: &mut Vec<Part>) {
    let (value, r#type) = (whole.value, whole.r#type);
    let parts: Vec<_> = build.facts.list(list).collect();
    let values: Vec<_> = match build.facts.expression(value) {
        Expression::Sequence(list) => build.facts.list(list).collect(),
        _ => Vec::new(),
    };
    if build.language.rules.calls.multiple_results && values.len() != parts.len() {
        work.extend(results(build, &parts, value, r#type, role));
        return;
    }
    let single = parts.len() == 1 && values.is_empty() && !r#type.is_known();
    for (i, pattern) in parts.iter().copied().enumerate() {
        if let Expression::Spread(rest) = build.facts.expression(pattern) {
            work.push(Part { pattern: rest, value, r#type });
            continue;
        }
        let item = match values.get(i) {
            Some(value) if values.len() == parts.len() => *value,
            _ if single && matches!(role, Role::LoopVariable | Role::Binding) && value.is_known() => {
                build.add(Expression::Item { value, index: 0 })
            }
            _ if value.is_known() => build.add(Expression::Item { value, index: i as u32 }),
            _ => ExpressionId::UNKNOWN,
        };
        work.push(Part { pattern, value: item, r#type });
    }
}

/// The parts of an object pattern, by their keys.
fn by_key(build: &mut FactBuilder<'_>, list: ListId, whole: &Part, work: &mut Vec<Part>) {
    let (value, r#type) = (whole.value, whole.r#type);
    for entry in build.facts.list(list).collect::<Vec<_>>() {
        let (key, pattern) = match build.facts.expression(entry) {
            Expression::Entry { key, value } => (key, value),
            Expression::Name(name) => (name, entry),
            Expression::Spread(pattern) => {
                work.push(Part { pattern, value, r#type });
                continue;
            }
            _ => continue,
        };
        let part = if value.is_known() {
            build.add(Expression::Member { object: value, name: key })
        } else if r#type.is_known() {
            let typed = build.add(Expression::Typed(r#type));
            build.add(Expression::Member { object: typed, name: key })
        } else {
            ExpressionId::UNKNOWN
        };
        work.push(Part { pattern, value: part, r#type: ExpressionId::UNKNOWN });
    }
}

/// A named value, whose patterns are bound to its parts.
pub fn close_declarator(build: &mut FactBuilder<'_>, binder: &mut Binder, frame: &Frame) -> ExpressionId {
    let key = build.symbol(frame, Capture::Key);
    let value = build.first(frame, Capture::Value);
    for pattern in build.all(frame, Capture::Name) {
        let unknown = ExpressionId::UNKNOWN;
        bind_pattern(build, binder, pattern.value, value, unknown, Role::Binding, frame.end);
    }
    build.add(Expression::Entry { key, value })
}

/// Several results: the parts of what a call returns; of an iteration the element is the second; otherwise the first
/// part is the value.
fn results(
    build: &mut FactBuilder<'_>,
    parts: &[ExpressionId],
    value: ExpressionId,
    r#type: ExpressionId,
    role: Role,
) -> Vec<Part> {
    let from_call = matches!(build.facts.expression(value), Expression::Call { .. });
    let whole = usize::from(role == Role::LoopVariable);
    let part_of = |(i, part): (usize, &ExpressionId)| {
        let part_value = match from_call {
            true => build.add(Expression::Item { value, index: i as u32 }),
            false if i == whole => value,
            false => ExpressionId::UNKNOWN,
        };
        Part { pattern: *part, value: part_value, r#type }
    };
    parts.iter().enumerate().map(part_of).collect()
}

/// The part of a value at a position of a constructor pattern.
fn unpacked(
    build: &mut FactBuilder<'_>,
    callee: ExpressionId,
    value: ExpressionId,
    position: usize,
) -> ExpressionId {
    let Some(of) = build.last_name(callee).filter(|_| value.is_known()) else {
        return ExpressionId::UNKNOWN;
    };
    if build.language.rules.types.unwrapping_patterns.contains(&build.facts.text(of)) {
        return build.add(Expression::Each(value));
    }
    let name = fields::positional_name(build, of, position);
    build.add(Expression::Member { object: value, name })
}
