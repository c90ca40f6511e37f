//! Narrowing: where a type check of a name has succeeded, the name has that type. This file keeps the checks;
//! `branches` says in which code they hold.

pub mod branches;
mod conditions;

use smallvec::SmallVec;

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::facts::{Bound, Expression, ExpressionId, ListId, ReferenceKind, Symbol};
use crate::languages::syntax::Capture;

/// If an expression holds (or does not), a name has a type.
#[derive(Clone, Copy)]
struct Check {
    of: ExpressionId,
    holds: bool,
    name: Symbol,
    r#type: ExpressionId,
}

/// A condition rarely has more checks; each use of one searches all that are kept.
const MOST_CHECKS: usize = 8;

#[derive(Default)]
pub struct Narrowing {
    /// The latest checks, the newest first.
    checks: Vec<Check>,
}

impl Narrowing {
    /// A call of a function that checks the type of a name.
    pub fn note_check(
        &mut self,
        build: &mut FactBuilder<'_>,
        call: ExpressionId,
        callee: ExpressionId,
        arguments: ListId,
    ) {
        let (Expression::Name(function) | Expression::Member { name: function, .. }) =
            build.facts.expression(callee)
        else {
            return;
        };
        let rules = &build.language.rules;
        let values: SmallVec<[ExpressionId; 4]> = build.facts.list(arguments).collect();
        let is_name = matches!(build.facts.expression(callee), Expression::Name(_));
        let (value, mut r#type) = match values[..] {
            [value, r#type]
                if is_name && rules.types.check_functions.contains(&build.facts.text(function)) =>
            {
                (value, r#type)
            }
            // As a type, a call stands for the type predicate of its callee.
            [value, ..] if rules.types.predicates => (value, call),
            _ => return,
        };
        let Expression::Name(name) = build.facts.expression(value) else { return };
        if let Expression::Sequence(list) = build.facts.expression(r#type) {
            r#type = build.add(Expression::Either(list));
        }
        self.keep(Check { of: call, holds: true, name, r#type });
    }

    fn keep(&mut self, check: Check) {
        self.checks.truncate(MOST_CHECKS - 1);
        self.checks.insert(0, check);
    }

    /// An operator that checks the type of a name.
    fn note_type_check(&mut self, build: &mut FactBuilder<'_>, frame: &Frame) -> ExpressionId {
        let of = build.add(Expression::Literal(Symbol::EMPTY));
        if let [value, written] = build.all(frame, Capture::Value)[..]
            && let Expression::Name(name) = build.facts.expression(value.value)
        {
            build.add_reference(ReferenceKind::Type, written.value, frame.start, frame.line);
            let holds = !build.has(frame, Capture::NegatedTypeCheck);
            self.keep(Check { of, holds, name, r#type: written.value });
        }
        of
    }

    /// `a and b` holds if both sides do, and `b` runs only if `a` holds; `a or b` fails if both fail, and `b` runs
    /// only if `a` fails.
    fn join_checks(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        frame: &Frame,
        values: &[Captured],
        whole: ExpressionId,
    ) {
        let [left, right] = values else { return };
        let both = build.has(frame, Capture::Conjunction);
        for at in 0..self.checks.len() {
            let check = self.checks[at];
            if check.holds != both || check.of != left.value && check.of != right.value {
                continue;
            }
            self.checks[at].of = whole;
            if check.of == left.value {
                narrow(build, binder, check, left.end, frame.end);
            }
        }
        if !both {
            self.join_either(build, left.value, right.value, whole);
        }
    }

    /// If either of two checks of one name holds, the name has either type.
    fn join_either(
        &mut self,
        build: &mut FactBuilder<'_>,
        left: ExpressionId,
        right: ExpressionId,
        whole: ExpressionId,
    ) {
        let holding = |of: ExpressionId| self.checks.iter().find(|c| c.of == of && c.holds).copied();
        let (Some(first), Some(second)) = (holding(left), holding(right)) else { return };
        if first.name == second.name {
            let list = build.add_list(&[first.r#type, second.r#type]);
            let r#type = build.add(Expression::Either(list));
            self.keep(Check { of: whole, holds: true, name: first.name, r#type });
        }
    }

    /// Moves the checks of an operand to its negation, inverted.
    fn negate_checks(&mut self, inner: ExpressionId, whole: ExpressionId) {
        for check in self.checks.iter_mut().filter(|c| c.of == inner && inner.is_known()) {
            check.of = whole;
            check.holds = !check.holds;
        }
    }

    /// Applies the checks of a condition that holds (or does not) between two offsets.
    fn narrow_by(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        condition: ExpressionId,
        holds: bool,
        start: u32,
        end: u32,
    ) {
        for at in 0..self.checks.len() {
            let check = self.checks[at];
            if check.of == condition && check.holds == holds {
                narrow(build, binder, check, start, end);
            }
        }
    }
}

/// Binds the name to its narrowed type between two offsets.
fn narrow(build: &mut FactBuilder<'_>, binder: &mut Binder, check: Check, start: u32, until: u32) {
    let scope = build.function_scope(build.scope);
    binder.add_binding(build, check.name, Bound::Narrowed { r#type: check.r#type, until }, scope, start);
}
