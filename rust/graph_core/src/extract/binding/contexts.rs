//! Context managers, and whether a statement is asynchronous.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::facts::{Expression, ExpressionId, ReferenceKind};
use crate::languages::modifiers::Modifier;
use crate::languages::syntax::Capture;

/// Entering a context manager calls its methods.
pub fn close_entered(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let value = build.first(frame, Capture::Value);
    if !value.is_known() {
        return value;
    }
    let entered = match build.facts.expression(value) {
        Expression::Enter(_) => value,
        _ => build.add(Expression::Enter(value)),
    };
    let waits = build.nodes.frames.last().is_some_and(|statement| is_async(build, statement.start));
    build.add_reference(ReferenceKind::ImplicitCall { awaited: waits }, entered, frame.end, frame.line);
    ExpressionId::UNKNOWN
}

/// Does the statement at that offset begin with the modifier for asynchronous code?
pub fn is_async(build: &FactBuilder<'_>, start: u32) -> bool {
    let Some(rest) = build.source.get(start as usize..) else { return false };
    let modifiers = build.language.rules.modifiers.iter();
    modifiers
        .filter(|(_, modifier)| *modifier == Modifier::Async)
        .any(|(word, _)| rest.starts_with(word.as_bytes()))
}
