//! Narrowing: where a check of a name's type has succeeded, the name is of that type.

use smallvec::SmallVec;
use tree_sitter::Node;

use super::Walk;
use super::frame::{Captured, Frame};
use crate::facts::{Bound, Expression, ExpressionId, ListId, Symbol};
use crate::languages::syntax::{Capture, Role, mark};

/// If an expression holds (or does not), a name is of a type.
#[derive(Clone, Copy)]
pub struct Check {
    of: ExpressionId,
    holds: bool,
    name: Symbol,
    r#type: ExpressionId,
}

/// As many are looked through at a time; a condition rarely has more.
const MOST_CHECKS: usize = 8;

impl Walk<'_> {
    /// A call that says of which type a name is.
    pub(super) fn note_check(&mut self, call: ExpressionId, callee: ExpressionId, arguments: ListId) {
        let (Expression::Name(function) | Expression::Member { name: function, .. }) =
            self.facts.expression(callee)
        else {
            return;
        };
        let rules = &self.language.rules;
        let given: SmallVec<[ExpressionId; 4]> = self.facts.list(arguments).collect();
        let is_name = matches!(self.facts.expression(callee), Expression::Name(_));
        let (value, mut r#type) = match given[..] {
            [value, r#type]
                if is_name && rules.types.check_functions.contains(&self.facts.text(function)) =>
            {
                (value, r#type)
            }
            // In the place of a type a call is what it proves.
            [value, ..] if rules.types.predicates => (value, call),
            _ => return,
        };
        let Expression::Name(name) = self.facts.expression(value) else { return };
        if let Expression::Sequence(list) = self.facts.expression(r#type) {
            r#type = self.add(Expression::Either(list));
        }
        self.checks.truncate(MOST_CHECKS - 1);
        self.checks.insert(0, Check { of: call, holds: true, name, r#type });
    }

    /// An operator that says of which type a name is.
    pub(super) fn note_type_check(&mut self, frame: &Frame) -> ExpressionId {
        let of = self.add(Expression::Literal(Symbol::EMPTY));
        if let [value, written] = self.all(frame, Capture::Value)[..]
            && let Expression::Name(name) = self.facts.expression(value.value)
        {
            self.refer(crate::facts::ReferenceKind::Type, written.value, frame.start, frame.line);
            self.checks.truncate(MOST_CHECKS - 1);
            let holds = !self.has(frame, Capture::Key);
            self.checks.insert(0, Check { of, holds, name, r#type: written.value });
        }
        of
    }

    /// `a and b` holds if both do, `a or b` does not if neither does; the right side is looked at only then.
    pub(super) fn join_checks(&mut self, frame: &Frame, values: &[Captured], whole: ExpressionId) {
        let [left, right] = values else { return };
        let both = self.has(frame, Capture::Both);
        for at in 0..self.checks.len() {
            let check = self.checks[at];
            if check.holds != both || check.of != left.value && check.of != right.value {
                continue;
            }
            self.checks[at].of = whole;
            if check.of == left.value {
                self.narrow(check, left.end, frame.end);
            }
        }
        if !both {
            self.join_either(left.value, right.value, whole);
        }
    }

    /// If either of two checks of a name holds, it is of either type.
    fn join_either(&mut self, left: ExpressionId, right: ExpressionId, whole: ExpressionId) {
        let holding = |of: ExpressionId| self.checks.iter().find(|c| c.of == of && c.holds).copied();
        let (Some(first), Some(second)) = (holding(left), holding(right)) else { return };
        if first.name == second.name {
            let list = self.push_list(&[first.r#type, second.r#type]);
            let r#type = self.add(Expression::Either(list));
            self.checks.truncate(MOST_CHECKS - 1);
            self.checks.insert(0, Check { of: whole, holds: true, name: first.name, r#type });
        }
    }

    pub(super) fn close_negation(&mut self, frame: &Frame) -> ExpressionId {
        let inner = self.first(frame, Capture::Value);
        if frame.capture.is_none() || self.has(frame, Capture::Default) {
            return inner; // by an operator that negates nothing it is the same
        }
        let whole = self.add(Expression::Literal(Symbol::EMPTY));
        self.negate_checks(inner, whole);
        whole
    }

    pub(super) fn negate_checks(&mut self, inner: ExpressionId, whole: ExpressionId) {
        for check in self.checks.iter_mut().filter(|c| c.of == inner && inner.is_known()) {
            check.of = whole;
            check.holds = !check.holds;
        }
    }

    /// What a condition before them chooses between: the first side if it holds, then the one if it does not.
    pub(super) fn narrow_sides(&mut self, frame: &Frame, sides: &[Captured]) {
        let condition = self.first(frame, Capture::Check);
        if !condition.is_known() {
            return;
        }
        for (side, holds) in sides.iter().zip([true, false]) {
            self.narrow_by(condition, holds, side.start, side.end);
        }
    }

    /// Either of the outer two, by the one between them.
    pub(super) fn close_conditional(&mut self, frame: &Frame) -> ExpressionId {
        let [first, condition, last] = self.all(frame, Capture::Value)[..] else {
            return ExpressionId::UNKNOWN;
        };
        self.narrow_by(condition.value, true, first.start, first.end);
        self.narrow_by(condition.value, false, last.start, last.end);
        let list = self.push_list(&[first.value, last.value]);
        self.add(Expression::Either(list))
    }

    pub(super) fn close_asserted(&mut self, frame: &Frame) {
        let condition = self.first(frame, Capture::Check);
        let end = self.end_of_block(self.frames.len());
        self.narrow_by(condition, true, frame.end, end);
    }

    /// The condition of a pattern or of elements narrows in all of what it is a part of.
    pub(super) fn narrow_around(&mut self, frame: &Frame) {
        let condition = self.first(frame, Capture::Check);
        if let Some((start, end)) = self.frames.last().map(|around| (around.start, around.end)) {
            self.narrow_by(condition, true, start, end);
        }
    }

    /// A block that is entered if the condition or the pattern before it holds.
    pub(super) fn narrow_block(&mut self, frame: &Frame, node: Node) {
        let Some(last) = self.frames.len().checked_sub(1) else { return };
        let around = &self.frames[last];
        if around.depth + 1 != frame.depth || around.rule.is_none() {
            return;
        }
        let Some(condition) = self.captured(last, Capture::Check) else { return };
        let (behind, until) = (self.frames[last].end, self.end_of_block(last));
        if self.frames[last].role != Role::Either {
            self.narrow_by(condition, true, frame.start, frame.end); // else its sides are told apart in the end
        }
        if self.checks.iter().any(|c| c.of == condition && !c.holds)
            && node.next_sibling().is_none()
            && self.leaves(node)
        {
            self.narrow_by(condition, false, behind, until);
        }
        // What a pattern fits is of the pattern's type: the value stands two nodes further out.
        let subject = last.checked_sub(2).and_then(|at| self.captured(at, Capture::Receiver));
        if let Some(Expression::Name(name)) = subject.map(|s| self.facts.expression(s))
            && let Expression::Typed(_) | Expression::Either(_) = self.facts.expression(condition)
        {
            let check = Check { of: condition, holds: true, name, r#type: condition };
            self.narrow(check, frame.start, frame.end);
        }
    }

    /// A statement that goes elsewhere if the condition before it holds, and has no other side.
    pub(super) fn narrow_behind(&mut self, frame: &Frame, node: Node) {
        let Some(last) = self.frames.len().checked_sub(1) else { return };
        if self.frames[last].depth + 1 == frame.depth
            && let Some(condition) = self.captured(last, Capture::Check)
            && node.next_sibling().is_none()
        {
            let (behind, until) = (self.frames[last].end, self.end_of_block(last));
            self.narrow_by(condition, false, behind, until);
        }
    }

    /// In an arm the value that is looked at is of the types that it is checked against there, or a check holds.
    pub(super) fn narrow_arm(&mut self, frame: &Frame, value: ExpressionId) {
        let checks: Vec<_> = self.all(frame, Capture::Check).iter().map(|c| c.value).collect();
        let types = checks.iter().all(|c| matches!(self.facts.expression(*c), Expression::Typed(_)));
        if let ([condition], false) = (&checks[..], types) {
            self.narrow_by(*condition, true, frame.start, frame.end);
        }
        if let Expression::Name(name) = self.facts.expression(value)
            && !checks.is_empty()
            && types
        {
            let list = self.push_list(&checks);
            let r#type = self.add(Expression::Either(list));
            self.narrow(Check { of: r#type, holds: true, name, r#type }, frame.start, frame.end);
        }
    }

    fn narrow_by(&mut self, condition: ExpressionId, holds: bool, start: u32, end: u32) {
        for at in 0..self.checks.len() {
            let check = self.checks[at];
            if check.of == condition && check.holds == holds {
                self.narrow(check, start, end);
            }
        }
    }

    fn narrow(&mut self, check: Check, start: u32, until: u32) {
        let scope = self.function_scope(self.scope);
        self.add_binding(check.name, Bound::Narrowed { r#type: check.r#type, until }, scope, start);
    }

    /// Does the block end by going elsewhere?
    fn leaves(&self, node: Node) -> bool {
        let last = node.named_child_count().checked_sub(1).and_then(|last| node.named_child(last as u32));
        last.and_then(|l| self.syntax.rule(l.kind_id())).is_some_and(|rule| rule.has(mark::LEAVING))
    }

    /// Where the innermost block around the frame ends.
    fn end_of_block(&self, frame: usize) -> u32 {
        let mut around = self.frames[..frame].iter().rev();
        around.find(|f| f.has(mark::BLOCK) || f.definition.is_some()).map_or(u32::MAX, |f| f.end)
    }
}
