//! Conditions and what they choose between, as expressions.

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::Frame;
use crate::extract::narrowing::Narrowing;
use crate::facts::{Expression, ExpressionId, Symbol};
use crate::languages::syntax::{Capture, Role};

impl Narrowing {
    /// A binary operator: a type check, or a short-circuit operator, whose value is either operand.
    pub fn close_choice(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        frame: &Frame,
    ) -> ExpressionId {
        if build.has(frame, Capture::TypeCheck) || build.has(frame, Capture::NegatedTypeCheck) {
            return self.note_type_check(build, frame);
        }
        if !frame.branched {
            return ExpressionId::UNKNOWN;
        }
        let values = build.all(frame, Capture::Value);
        let list = build.list(frame, Capture::Value);
        let value = build.add(Expression::Either(list));
        self.join_checks(build, binder, frame, &values, value);
        value
    }

    /// One of several values, perhaps chosen by a condition, or a list of expressions.
    pub fn close_either(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        frame: &Frame,
    ) -> ExpressionId {
        let values = build.all(frame, Capture::Value);
        self.narrow_sides(build, binder, frame, &values);
        if let [one] = values[..] {
            return one.value;
        }
        let list = build.list(frame, Capture::Value);
        let value = build.add(match frame.role {
            Role::ExpressionList => Expression::Sequence(list),
            _ => Expression::Either(list),
        });
        self.join_checks(build, binder, frame, &values, value);
        value
    }

    /// A literal. The negation of a condition is one too, and inverts its checks.
    pub fn close_literal(&mut self, build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
        if frame.capture.is_none() {
            return ExpressionId::UNKNOWN;
        }
        let text = build.one_line(frame.start, frame.end, 40);
        if build.language.rules.types.inferred.contains(&build.facts.text(text)) {
            return ExpressionId::UNKNOWN;
        }
        let whole = build.add(Expression::Literal(text));
        if build.has(frame, Capture::Negates) {
            self.negate_checks(build.first(frame, Capture::Value), whole);
        }
        whole
    }

    /// A negation inverts the checks of its operand; an operator that does not negate passes the operand on.
    pub fn close_negation(&mut self, build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
        let inner = build.first(frame, Capture::Value);
        if frame.capture.is_none() || build.has(frame, Capture::NotNegating) {
            return inner;
        }
        let whole = build.add(Expression::Literal(Symbol::EMPTY));
        self.negate_checks(inner, whole);
        whole
    }
}
