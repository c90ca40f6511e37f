//! Collections: elements that calls and assignments add to containers.

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::facts::{Bound, Expression, ExpressionId, ListId, MemberBinding, Symbol};

/// `container.append(value)` or, by a key, `container[key] = value`.
pub fn add_element(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    container: ExpressionId,
    value: ExpressionId,
    keyed: bool,
    at: u32,
) {
    let says_little = matches!(
        build.facts.expression(value),
        Expression::Unknown | Expression::Literal(_) | Expression::Text(_) | Expression::Entry { .. }
    );
    if build.language.rules.calls.adding_methods.is_empty() || says_little {
        return;
    }
    let target = build.facts.expression(container);
    if !matches!(target, Expression::Name(_) | Expression::Member { .. }) {
        return;
    }
    let held = match keyed {
        true => build.add(Expression::Entry { key: Symbol::EMPTY, value }),
        false => value,
    };
    let value = build.add(Expression::Array(held));
    let (scope, r#type) = (build.scope, ExpressionId::UNKNOWN);
    match target {
        Expression::Member { object, name } => {
            build.facts.members.push(MemberBinding { object, name, value, r#type, scope, at });
        }
        Expression::Name(name) => {
            binder.add_addition(build, name, Bound::Value { value, r#type }, at);
        }
        _ => {}
    }
}

/// A call of a method that adds its last argument to the container.
pub fn note_added(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    callee: ExpressionId,
    arguments: ListId,
    at: u32,
) {
    let adding = build.language.rules.calls.adding_methods;
    if adding.is_empty() {
        return;
    }
    let Expression::Member { object, name } = build.facts.expression(callee) else { return };
    if !adding.contains(&build.facts.text(name)) {
        return;
    }
    if let Some(value) = build.facts.list(arguments).last() {
        add_element(build, binder, object, value, false, at);
    }
}
