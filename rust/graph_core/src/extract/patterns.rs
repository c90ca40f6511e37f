//! Patterns that take a value apart by the name of what it is, and closures that are given a container's elements.

use super::Walk;
use super::frame::Frame;
use crate::facts::{Binding, Bound, Expression, ExpressionId, ListId, ParameterFact, Symbol};
use crate::languages::platform::ContextObject;
use crate::languages::syntax::{Capture, Role};

impl Walk<'_> {
    /// A pattern binds its names to parts of the value that is compared; the arm gives what stands in it.
    pub(super) fn close_arm(&mut self, frame: &Frame) -> ExpressionId {
        let last = self.frames.len();
        let value = (last.saturating_sub(3)..last)
            .rev()
            .find_map(|at| self.captured(at, Capture::Receiver))
            .unwrap_or(ExpressionId::UNKNOWN);
        for name in self.all(frame, Capture::Name) {
            self.bind_pattern(name.value, value, ExpressionId::UNKNOWN, Role::Binding, frame.start);
        }
        self.narrow_arm(frame, value);
        self.first(frame, Capture::Value)
    }

    /// Fields that go by their places: of a type, or of one of the members of an enumeration.
    pub(super) fn close_numbered(&mut self, frame: &Frame) -> ExpressionId {
        let around = self.frames.len().saturating_sub(1);
        let Some(Expression::Name(of)) =
            self.captured(around, Capture::Name).map(|name| self.facts.expression(name))
        else {
            return ExpressionId::UNKNOWN;
        };
        let is_member = self.frames[around].role == Role::EnumMember;
        for (i, written) in self.all(frame, Capture::Type).into_iter().enumerate() {
            let bound = Bound::Value { value: ExpressionId::UNKNOWN, r#type: written.value };
            let place = self.facts.strings.intern(&i.to_string());
            let name = self.place_in(of, i);
            self.add_binding(name, bound, self.scope, written.start);
            if !is_member {
                self.add_binding(place, bound, self.scope, written.start);
                let text = self.folded(written.start, written.end, 200);
                let owner = self.facts.scope(self.scope).owner;
                self.facts.definitions[owner.at()].fields.push((place, text, false));
            }
        }
        ExpressionId::UNKNOWN
    }

    /// The name of a place in what goes by a name.
    fn place_in(&mut self, of: Symbol, place: usize) -> Symbol {
        let name = format!("{}.{place}", self.facts.text(of));
        self.facts.strings.intern(&name)
    }

    /// Kept as a call that nobody makes.
    pub(super) fn close_unpacked(&mut self, frame: &Frame) -> ExpressionId {
        let callee = self.first(frame, Capture::Receiver);
        self.callees.push(callee);
        let arguments = self.list(frame, Capture::Value);
        self.add(Expression::Call { callee, arguments })
    }

    /// What the parts of such a pattern are parts of: of what is held, or of nothing that is known.
    pub(super) fn unpacked(
        &mut self,
        callee: ExpressionId,
        value: ExpressionId,
        place: usize,
    ) -> ExpressionId {
        let Some(of) = self.last_name(callee).filter(|_| value.is_known()) else {
            return ExpressionId::UNKNOWN;
        };
        if self.language.rules.types.unwrapping_patterns.contains(&self.facts.text(of)) {
            return self.add(Expression::Each(value));
        }
        let name = self.place_in(of, place);
        self.add(Expression::Member { object: value, name })
    }

    /// The only parameter of a function without a name that declares none, by the word for it.
    pub(super) fn implied_parameter(&mut self, name: Symbol, at: u32) {
        let around = self.frames.iter().rev().filter(|f| f.role == Role::Closure).find_map(|f| {
            let id = f.definition?;
            let parameters = &self.facts.definition(id).parameters;
            parameters.first().is_none_or(|first| first.name == name).then_some(id)
        });
        let Some(id) = around.filter(|id| self.facts.definition(*id).parameters.is_empty()) else { return };
        let scope = self.facts.definition(id).scope;
        self.facts.definitions[id.at()].parameters.push(ParameterFact { name, ..ParameterFact::default() });
        let bound = Bound::Parameter { definition: id, index: 0 };
        self.facts.bindings.push(Binding { scope, block: scope, name, bound, at });
    }

    /// A function that is written as the argument of a container's method is given its elements, for want of a
    /// type of its own.
    pub(super) fn note_given(&mut self, callee: ExpressionId, arguments: ListId) {
        let platform = self.language.platform();
        if platform.element_callbacks.is_empty() && platform.scope_functions.is_empty()
            || arguments.is_empty()
        {
            return;
        }
        let (object, name) = match self.facts.expression(callee) {
            Expression::Member { object, name } => (Some(object), self.facts.text(name)),
            Expression::Name(name) => (None, self.facts.text(name)),
            _ => return,
        };
        let lends = platform.scope_functions.get(name).copied();
        let object = match (object, lends) {
            (None, Some(ContextObject::FirstArgument)) => self.facts.list(arguments).next(),
            (Some(_), Some(ContextObject::FirstArgument)) | (None, _) => None,
            (Some(_), None) if !platform.element_callbacks.contains(name) => None,
            (object, _) => object,
        };
        let Some(object) = object else { return };
        let functions: Vec<_> = self
            .facts
            .list(arguments)
            .filter_map(|a| match self.facts.expression(a) {
                Expression::Definition(id) => Some(id),
                _ => None,
            })
            .collect();
        for id in functions {
            if let Some(ContextObject::FirstArgument | ContextObject::Receiver) = lends {
                let of_object = self.add(Expression::Valued(object));
                self.facts.definitions[id.at()].receiver = of_object;
                continue;
            }
            let given = match lends {
                Some(_) => object,
                None => self.add(Expression::Each(object)),
            };
            if let Some(first) = self.facts.definitions[id.at()].parameters.first_mut()
                && !first.r#type.is_known()
                && !first.default.is_known()
            {
                first.default = given;
            }
        }
    }
}
