//! What a definition returns, yields and throws.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::facts::{Expression, ExpressionId, ReferenceKind};
use crate::languages::syntax::Capture;

pub fn close_return(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let value = build.first(frame, Capture::Value);
    build.add_returned(value, frame.start);
    ExpressionId::UNKNOWN
}

/// A generator returns a sequence of what it yields.
pub fn close_yield(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let value = build.first(frame, Capture::Value);
    let sequence = build.add_list(&[value]);
    let sequence = build.add(Expression::Sequence(sequence));
    build.add_returned(sequence, frame.start);
    ExpressionId::UNKNOWN
}

pub fn close_throws(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    for value in build.all(frame, Capture::Value) {
        let text = build.one_line(value.start, value.end, 200);
        build.add_reference(ReferenceKind::Type, value.value, value.start, frame.line);
        let owner = build.facts.scope(build.scope).owner;
        build.facts.definitions[owner.at()].throws.push(text);
    }
    ExpressionId::UNKNOWN
}
