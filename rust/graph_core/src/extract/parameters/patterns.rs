//! Destructured parameters.

use crate::extract::binding::binder::Binder;
use crate::extract::binding::destructuring;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Captured;
use crate::facts::{Bound, DefinitionId, Expression, ExpressionId, ScopeId, Symbol};
use crate::languages::syntax::Role;

/// Binds each name of the pattern to a part of the parameter.
pub fn bind_parameter_pattern(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    pattern: ExpressionId,
    at: u32,
    owner: DefinitionId,
    index: u32,
    scope: ScopeId,
) {
    let hidden = build.facts.strings.intern(&format!("\u{0}{index}"));
    let bound = Bound::Parameter { definition: owner, index };
    binder.add_binding(build, hidden, bound, scope, at);
    let whole = build.add(Expression::Name(hidden));
    destructuring::bind_pattern(build, binder, pattern, whole, ExpressionId::UNKNOWN, Role::Parameter, at);
}

/// The pattern as text, independent of its formatting.
pub fn pattern_text(build: &mut FactBuilder<'_>, pattern: ExpressionId, captured: &Captured) -> Symbol {
    let (open, list, close) = match build.facts.expression(pattern) {
        Expression::Object(list) => ("{", list, "}"),
        Expression::Sequence(list) => ("[", list, "]"),
        _ => return build.one_line(captured.start, captured.end, 100),
    };
    let names: Vec<&str> = build
        .facts
        .list(list)
        .map(|part| match build.facts.expression(part) {
            Expression::Entry { key, .. } | Expression::Name(key) => build.facts.text(key),
            _ => "…",
        })
        .collect();
    let text = format!("{open}{}{close}", names.join(", "));
    build.facts.strings.intern(&text)
}
