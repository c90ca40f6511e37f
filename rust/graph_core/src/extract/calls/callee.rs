//! The callee of a call or a construction.

use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::facts::{Expression, ExpressionId, ReferenceKind};
use crate::languages::syntax::Capture;

/// The captured callee, or a receiver and a name. A construction may have neither.
pub fn callee_of(build: &mut FactBuilder<'_>, frame: &Frame, kind: ReferenceKind) -> Option<Captured> {
    let written = build.all(frame, Capture::Callee).first().copied();
    match written.or_else(|| named_callee(build, frame)) {
        None if kind == ReferenceKind::New => Some(unnamed_callee(frame)),
        callee => callee,
    }
}

/// A callee whose receiver and name are children of the call.
fn named_callee(build: &mut FactBuilder<'_>, frame: &Frame) -> Option<Captured> {
    let receivers = build.all(frame, Capture::Receiver);
    let between = receivers.get(1).filter(|_| receivers.len() == 3);
    let named = build.all(frame, Capture::Name).first().or(between).copied()?;
    let Some(object) = receivers.first().copied() else {
        return Some(named);
    };
    let Expression::Name(name) = build.facts.expression(named.value) else {
        return None;
    };
    let member = Expression::Member { object: object.value, name };
    Some(Captured { value: build.add(member), ..named })
}

/// The callee of a construction without a type: the type of what it is assigned to, not known yet.
fn unnamed_callee(frame: &Frame) -> Captured {
    Captured {
        capture: Capture::Callee,
        value: ExpressionId::UNKNOWN,
        start: frame.start,
        end: frame.start,
        end_line: frame.line,
    }
}

/// Does the function return an object of the type that is its first argument?
pub fn is_typed_call(build: &FactBuilder<'_>, callee: Expression) -> bool {
    let calls = build.language.rules.types.typed_functions;
    match callee {
        Expression::Name(name) => calls.contains(&build.facts.text(name)),
        Expression::Member { object, name } => match build.facts.expression(object) {
            Expression::Name(of) => {
                let path = Some((build.facts.text(of), build.facts.text(name)));
                calls.iter().any(|call| call.split_once('.') == path)
            }
            _ => false,
        },
        _ => false,
    }
}
