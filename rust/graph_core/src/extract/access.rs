//! Members: what a name behind an object or a type stands for, called, handed over or read.

use super::Walk;
use super::frame::{Captured, Frame};
use crate::facts::{Expression, ExpressionId, ReferenceKind};
use crate::languages::syntax::Capture;

impl Walk<'_> {
    /// A call whose receiver and name are parts of the call itself.
    pub(super) fn named_callee(&mut self, frame: &Frame) -> Option<Captured> {
        let named = self.all(frame, Capture::Name).first().copied()?;
        let Some(object) = self.all(frame, Capture::Receiver).first().copied() else {
            return Some(named);
        };
        let Expression::Name(name) = self.facts.expression(named.value) else {
            return None;
        };
        let member = Expression::Member { object: object.value, name };
        Some(Captured { value: self.add(member), ..named })
    }

    /// A function that is named without a call: whoever is given it may call it.
    pub(super) fn close_handed(&mut self, frame: &Frame) -> ExpressionId {
        let constructs = self.has(frame, Capture::Default);
        let member = self.close_member(frame);
        if member.0 == 0 {
            return member;
        }
        self.callees.push(member);
        // What it will be given is not known.
        let spread = self.add(Expression::Spread(ExpressionId(0)));
        let arguments = self.push_list(&[spread]);
        let (kind, call) = match constructs {
            true => (ReferenceKind::New, Expression::New { class: member, arguments }),
            false => (ReferenceKind::Call, Expression::Call { callee: member, arguments }),
        };
        let call = self.add(call);
        self.refer(kind, call, frame.end, frame.end_line);
        member
    }

    /// The last part is the name where none is marked as it.
    pub(super) fn close_member(&mut self, frame: &Frame) -> ExpressionId {
        let parts = self.all(frame, Capture::Receiver);
        let mut object = parts.first().map_or(ExpressionId(0), |p| p.value);
        if self.has(frame, Capture::Path) {
            let word = self.facts.strings.intern("self");
            object = self.add(Expression::Name(word));
        }
        let of_type = self.all(frame, Capture::Field);
        let name = match self.all(frame, Capture::Name).first().or(of_type.first()).or(parts.get(1)) {
            Some(name) => self.facts.expression(name.value),
            None => return object, // only what it is of is written
        };
        let name = match name {
            Expression::Name(name) | Expression::Text(name) | Expression::Literal(name) => name,
            Expression::This => return self.add(Expression::Typed(object)), // the object of a type around
            _ => return ExpressionId(0),
        };
        let name = if of_type.is_empty() { name } else { self.member_name(name) };
        let member = self.add(Expression::Member { object, name });
        self.refer(ReferenceKind::Read, member, frame.end, frame.end_line);
        member
    }
}
