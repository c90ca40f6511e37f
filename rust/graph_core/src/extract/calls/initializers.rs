//! Object initializers: members that are assigned to a new object.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::facts::{Expression, ExpressionId, ListId, ReferenceKind};
use crate::languages::syntax::Capture;

/// `name = value` in an object initializer.
pub fn close_initialized(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let key = build.symbol(frame, Capture::Name);
    let value = build.first(frame, Capture::Value);
    if key.is_empty() { value } else { build.add(Expression::Entry { key, value }) }
}

/// Adds a write reference for each member of an object initializer.
pub fn initialize(build: &mut FactBuilder<'_>, object: ExpressionId, members: ListId, frame: &Frame) {
    for entry in build.facts.list(members).collect::<Vec<_>>() {
        if let Expression::Entry { key: name, .. } = build.facts.expression(entry) {
            let member = build.add(Expression::Member { object, name });
            build.add_reference(ReferenceKind::Write, member, frame.end, frame.end_line);
        }
    }
}
