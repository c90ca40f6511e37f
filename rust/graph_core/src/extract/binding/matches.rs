//! Arms of a match, and constructor patterns.

use crate::extract::binding::binder::Binder;
use crate::extract::binding::destructuring;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::extract::narrowing::Narrowing;
use crate::facts::{Expression, ExpressionId};
use crate::languages::syntax::{Capture, Role};

/// Binds the names of the pattern to parts of the subject; the value of the arm is that of its code.
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

/// A constructor pattern, as a call expression without a reference to it.
pub fn close_unpacked(build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
    let callee = build.first(frame, Capture::PatternType);
    build.called.push(callee);
    let arguments = build.list(frame, Capture::Value);
    build.add(Expression::Call { callee, arguments })
}
