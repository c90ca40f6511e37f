//! The code in which a check holds: branches, arms of a match, and the code after a branch that ends with a jump.

use tree_sitter::Node;

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::narrowing::{self, Check, Narrowing};
use crate::facts::{Bound, Expression, ExpressionId};
use crate::languages::syntax::{Capture, Role, mark};

/// In this branch the name that the enclosing statement binds has one of these types.
pub fn close_narrow(build: &mut FactBuilder<'_>, binder: &mut Binder, frame: &Frame) -> ExpressionId {
    let around = build.nodes.frames.len().saturating_sub(1);
    let Some(Expression::Name(name)) =
        build.captured(around, Capture::Name).map(|name| build.facts.expression(name))
    else {
        return ExpressionId::UNKNOWN;
    };
    let types: Vec<_> = build.all(frame, Capture::Type).iter().map(|t| t.value).collect();
    let r#type = match types[..] {
        [one] => one,
        _ => {
            let list = build.add_list(&types);
            build.add(Expression::Either(list))
        }
    };
    let bound = Bound::Value { value: ExpressionId::UNKNOWN, r#type };
    binder.add_binding(build, name, bound, build.scope, frame.start);
    ExpressionId::UNKNOWN
}

impl Narrowing {
    /// The first side is evaluated if the condition holds, the second if it does not.
    pub(super) fn narrow_sides(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        frame: &Frame,
        sides: &[Captured],
    ) {
        let condition = build.first(frame, Capture::Condition);
        if !condition.is_known() {
            return;
        }
        for (side, holds) in sides.iter().zip([true, false]) {
            self.narrow_by(build, binder, condition, holds, side.start, side.end);
        }
    }

    /// `a if condition else b`: the outer two values, chosen by the one between them.
    pub fn close_conditional(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        frame: &Frame,
    ) -> ExpressionId {
        let [first, condition, last] = build.all(frame, Capture::Value)[..] else {
            return ExpressionId::UNKNOWN;
        };
        self.narrow_by(build, binder, condition.value, true, first.start, first.end);
        self.narrow_by(build, binder, condition.value, false, last.start, last.end);
        let list = build.add_list(&[first.value, last.value]);
        build.add(Expression::Either(list))
    }

    pub fn close_asserted(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        frame: &Frame,
    ) -> ExpressionId {
        let condition = build.first(frame, Capture::Condition);
        let end = end_of_block(build, build.nodes.frames.len());
        self.narrow_by(build, binder, condition, true, frame.end, end);
        ExpressionId::UNKNOWN
    }

    /// The condition of a pattern or a comprehension narrows in the whole enclosing node.
    pub fn narrow_around(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        frame: &Frame,
    ) -> ExpressionId {
        let condition = build.first(frame, Capture::Condition);
        if let Some((start, end)) = build.nodes.frames.last().map(|around| (around.start, around.end)) {
            self.narrow_by(build, binder, condition, true, start, end);
        }
        ExpressionId::UNKNOWN
    }

    /// A block that runs if the condition before it holds, or the pattern matches.
    pub fn narrow_block(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        frame: &Frame,
        node: Node,
    ) {
        let Some(last) = build.nodes.frames.len().checked_sub(1) else { return };
        let around = &build.nodes.frames[last];
        if around.depth + 1 != frame.depth || around.rule.is_none() {
            return;
        }
        let Some(condition) = build.captured(last, Capture::Condition) else { return };
        let (after, until) = (build.nodes.frames[last].end, end_of_block(build, last));
        // The sides of an `either` are narrowed once it is closed.
        if build.nodes.frames[last].role != Role::Either {
            self.narrow_by(build, binder, condition, true, frame.start, frame.end);
        }
        if self.checks.iter().any(|c| c.of == condition && !c.holds)
            && node.next_sibling().is_none()
            && leaves(build, node)
        {
            self.narrow_by(build, binder, condition, false, after, until);
        }
        // A value that matches a pattern has the pattern's type; the value is captured two nodes further out.
        let subject = last.checked_sub(2).and_then(|at| build.captured(at, Capture::Subject));
        if let Some(Expression::Name(name)) = subject.map(|s| build.facts.expression(s))
            && let Expression::Typed(_) | Expression::Either(_) = build.facts.expression(condition)
        {
            let check = Check { of: condition, holds: true, name, r#type: condition };
            narrowing::narrow(build, binder, check, frame.start, frame.end);
        }
    }

    /// A jump that runs if the condition before it holds, without an else branch: after it the condition does not
    /// hold.
    pub fn narrow_after(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        frame: &Frame,
        node: Node,
    ) {
        let Some(last) = build.nodes.frames.len().checked_sub(1) else { return };
        if build.nodes.frames[last].depth + 1 == frame.depth
            && let Some(condition) = build.captured(last, Capture::Condition)
            && node.next_sibling().is_none()
        {
            let (after, until) = (build.nodes.frames[last].end, end_of_block(build, last));
            self.narrow_by(build, binder, condition, false, after, until);
        }
    }

    /// In an arm the subject has one of the types that the arm checks for, or the arm's condition holds.
    pub fn narrow_arm(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        frame: &Frame,
        value: ExpressionId,
    ) {
        let checks: Vec<_> = build.all(frame, Capture::Condition).iter().map(|c| c.value).collect();
        let types = checks.iter().all(|c| matches!(build.facts.expression(*c), Expression::Typed(_)));
        if let ([condition], false) = (&checks[..], types) {
            self.narrow_by(build, binder, *condition, true, frame.start, frame.end);
        }
        if let Expression::Name(name) = build.facts.expression(value)
            && !checks.is_empty()
            && types
        {
            let list = build.add_list(&checks);
            let r#type = build.add(Expression::Either(list));
            narrowing::narrow(
                build,
                binder,
                Check { of: r#type, holds: true, name, r#type },
                frame.start,
                frame.end,
            );
        }
    }
}

/// Does the block end with a jump?
fn leaves(build: &FactBuilder<'_>, node: Node) -> bool {
    let last = node.named_child_count().checked_sub(1).and_then(|last| node.named_child(last as u32));
    last.and_then(|l| build.syntax.rule(l.kind_id())).is_some_and(|rule| rule.has(mark::JUMP))
}

/// The offset at which the innermost enclosing block ends.
fn end_of_block(build: &FactBuilder<'_>, frame: usize) -> u32 {
    let mut around = build.nodes.frames[..frame].iter().rev();
    around.find(|f| f.has(mark::BLOCK) || f.definition.is_some()).map_or(u32::MAX, |f| f.end)
}
