//! Members of an enumeration.

use crate::extract::binding::binder::Binder;
use crate::extract::binding::bindings;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::extract::definitions::decorators::Decorators;
use crate::extract::documentation::Documentation;
use crate::facts::{Bound, Expression, ExpressionId, ReferenceKind, Symbol};
use crate::languages::syntax::Capture;

/// A member of an enum has the enum's type and calls its constructor.
pub fn close_enum_member(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    decorators: &mut Decorators,
    documentation: &mut Documentation,
    frame: &Frame,
) -> ExpressionId {
    let Some(class) = build.owner_name() else {
        return bindings::close_binding(build, binder, decorators, documentation, frame);
    };
    let owner = build.facts.scope(build.scope).owner;
    for name in build.all(frame, Capture::Name) {
        let (Expression::Name(symbol) | Expression::Entry { key: symbol, .. }) =
            build.facts.expression(name.value)
        else {
            continue;
        };
        build.facts.definitions[owner.at()].fields.push((symbol, Symbol::EMPTY, false));
        let bound = Bound::Value { value: ExpressionId::UNKNOWN, r#type: class };
        binder.add_binding(build, symbol, bound, build.scope, frame.start);
    }
    if let Some(arguments) = build.all(frame, Capture::Arguments).first().copied()
        && let Expression::Sequence(arguments) = build.facts.expression(arguments.value)
    {
        let new = build.add(Expression::New { class, arguments });
        build.add_reference(ReferenceKind::New, new, frame.start, frame.line);
    }
    decorators.clear();
    ExpressionId::UNKNOWN
}
