//! `super`.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::facts::{Expression, ExpressionId, ListId, ReferenceKind};
use crate::languages::syntax::Capture;

/// `super` is the receiver, or calls the method of the same name in the supertype.
pub fn close_super(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    match build.language.rules.calls.super_is_method {
        true => super_method(build, frame),
        false => build.add(Expression::Super),
    }
}

/// The supertype's method of the same name; called here unless it is the callee of a call.
fn super_method(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let mut owner = build.facts.nearest_named(build.facts.scope(build.scope).owner);
    while !owner.is_file() && !build.facts.definition(build.facts.definition(owner).parent).is_type() {
        owner = build.facts.nearest_named(build.facts.definition(owner).parent);
    }
    let name = build.facts.definition(owner).name;
    let object = build.add(Expression::Super);
    let callee = build.add(Expression::Member { object, name });
    if owner.is_file() || frame.capture == Some(Capture::Callee) {
        return callee;
    }
    build.called.push(callee);
    let call = build.add(Expression::Call { callee, arguments: ListId::EMPTY });
    build.add_reference(ReferenceKind::Call, call, frame.end, frame.end_line);
    call
}
