//! Arms of a match, and patterns that take a value apart by the name of what it is.

use crate::extract::binding::binder::Binder;
use crate::extract::binding::destructuring;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::extract::narrowing::Narrowing;
use crate::facts::{Expression, ExpressionId};
use crate::languages::syntax::{Capture, Role};

/// A pattern binds its names to parts of the value that is compared; the arm gives what stands in it.
pub fn close_arm(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    narrowing: &mut Narrowing,
    frame: &Frame,
) -> ExpressionId {
    let last = build.nodes.frames.len();
    let value = (last.saturating_sub(3)..last)
        .rev()
        .find_map(|at| build.captured(at, Capture::Subject))
        .unwrap_or(ExpressionId::UNKNOWN);
    for name in build.all(frame, Capture::Name) {
        destructuring::bind_pattern(
            build,
            binder,
            name.value,
            value,
            ExpressionId::UNKNOWN,
            Role::Binding,
            frame.start,
        );
    }
    narrowing.narrow_arm(build, binder, frame, value);
    build.first(frame, Capture::Value)
}

/// Kept as a call that nobody makes.
pub fn close_unpacked(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let callee = build.first(frame, Capture::PatternType);
    build.called.push(callee);
    let arguments = build.list(frame, Capture::Value);
    build.add(Expression::Call { callee, arguments })
}
