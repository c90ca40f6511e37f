//! Markup that calls a component.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::facts::{Expression, ExpressionId, ReferenceKind};
use crate::languages::syntax::Capture;

/// A component is called with its attributes as an object; lower-case names are elements of the page.
pub fn close_element(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let callee = build.all(frame, Capture::Callee).first().copied();
    let Some(callee) = callee.filter(|c| match build.facts.expression(c.value) {
        Expression::Name(name) => !build.facts.text(name).starts_with(char::is_lowercase),
        Expression::Member { .. } => true,
        _ => false,
    }) else {
        return ExpressionId::UNKNOWN;
    };
    build.called.push(callee.value);
    let attributes = build.list(frame, Capture::Arguments);
    let attributes = build.add(Expression::Object(attributes));
    let arguments = build.add_list(&[attributes]);
    let call = build.add(Expression::Call { callee: callee.value, arguments });
    build.add_reference(ReferenceKind::Call, call, callee.end, callee.end_line);
    call
}
