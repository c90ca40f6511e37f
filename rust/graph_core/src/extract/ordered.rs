//! Parts that go by their order: grammars that do not name the children of a node, or put what belongs together side
//! by side.

use super::Walk;
use super::frame::{Captured, Frame};
use crate::facts::{Expression, ExpressionId, ListId, Symbol};
use crate::languages::syntax::{Capture, Role};

impl Walk<'_> {
    /// Names one behind the other are a path; with arguments it is a generic type.
    pub(super) fn joined_names(&mut self, frame: &Frame) -> ExpressionId {
        let names = self.all(frame, Capture::Name);
        let mut whole = names.first().map_or(ExpressionId::UNKNOWN, |first| first.value);
        for part in names.iter().skip(1) {
            let Expression::Name(name) = self.facts.expression(part.value) else { break };
            whole = self.add(Expression::Member { object: whole, name });
        }
        if !self.has(frame, Capture::Arguments) {
            return whole;
        }
        let arguments = self.list(frame, Capture::Arguments);
        self.add(Expression::Index { object: whole, arguments })
    }

    /// What stands behind the object are the arguments where none are marked as them.
    pub(super) fn close_index(&mut self, frame: &Frame) -> ExpressionId {
        let parts: Vec<_> = self.all(frame, Capture::Receiver).iter().map(|part| part.value).collect();
        let arguments = match parts.get(1..) {
            Some(behind @ [_, ..]) => self.push_list(behind),
            _ => self.list(frame, Capture::Arguments),
        };
        let object = parts.first().copied().unwrap_or(ExpressionId::UNKNOWN);
        self.add(Expression::Index { object, arguments })
    }

    /// A value behind a key: a name of its own, or the first value where the key is only a mark.
    pub(super) fn close_keyed(&mut self, frame: &Frame) -> ExpressionId {
        let (mut key, mut value) = (self.symbol(frame, Capture::Key), self.first(frame, Capture::Value));
        if let (Symbol::EMPTY, [first, second]) = (key, &self.all(frame, Capture::Value)[..]) {
            if let Expression::Name(name) = self.facts.expression(first.value) {
                key = name;
            }
            self.callees.push(first.value); // it is not read
            value = second.value;
        }
        self.add(Expression::Entry { key, value })
    }

    /// The arguments of a call; a function that is written behind them is the last one.
    pub(super) fn arguments(&mut self, frame: &Frame) -> ListId {
        if let [_, _, last] = self.all(frame, Capture::Receiver)[..] {
            return self.push_list(&[last.value]); // the name stands between the object and what it is given
        }
        let written = self.all(frame, Capture::Arguments);
        let list = match written.first().map(|first| self.facts.expression(first.value)) {
            Some(Expression::Sequence(list)) => list,
            _ => ListId::EMPTY,
        };
        let is_function = |a: &Captured| matches!(self.facts.expression(a.value), Expression::Definition(_));
        let behind: Vec<_> = written.iter().filter(|a| is_function(a)).map(|a| a.value).collect();
        if behind.is_empty() {
            return list;
        }
        let all: Vec<_> = self.facts.list(list).chain(behind).collect();
        self.push_list(&all)
    }

    /// The type of a declarator is that of the declaration around it, or of the parameter that it is.
    pub(super) fn declare_type(&mut self, written: Captured) {
        if self.frames.last().is_none_or(|f| f.role != Role::Parameters) {
            self.values.push(written);
            return;
        }
        let text = self.folded(written.start, written.end, 200);
        let owner = self.facts.scope(self.scope).owner;
        if let Some(last) = self.facts.definitions[owner.at()].parameters.last_mut() {
            (last.r#type, last.type_text) = (written.value, text);
        }
    }

    /// A default that stands behind its parameter, not in it.
    pub(super) fn default_of_last(&mut self, default: Captured) {
        let text = self.folded(default.start, default.end, 200);
        let owner = self.facts.scope(self.scope).owner;
        if let Some(last) = self.facts.definitions[owner.at()].parameters.last_mut() {
            (last.default, last.default_text, last.optional) = (default.value, text, true);
        }
    }
}
