//! Members: what a name behind an object or a type stands for, called, handed over or read; constructions whose
//! type or whose members are written around them.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::Walk;
use super::frame::{Captured, Frame};
use crate::facts::{Binding, Bound, Expression, ExpressionId, ListId, Reference, ReferenceKind, Symbol};
use crate::languages::syntax::{Capture, Role};

impl Walk<'_> {
    /// A call whose receiver and name are parts of the call itself.
    pub(super) fn named_callee(&mut self, frame: &Frame) -> Option<Captured> {
        let parts = self.all(frame, Capture::Receiver);
        let between = parts.get(1).filter(|_| parts.len() == 3);
        let named = self.all(frame, Capture::Name).first().or(between).copied()?;
        let Some(object) = parts.first().copied() else {
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
        let is_type = self.all(frame, Capture::Receiver).len() == 1 && !self.has(frame, Capture::Name);
        let member = self.close_member(frame);
        if !member.is_known() || is_type && !constructs {
            return member;
        }
        self.callees.push(member);
        // What it will be given is not known.
        let spread = self.add(Expression::Spread(ExpressionId::UNKNOWN));
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
        let mut object = parts.first().map_or(ExpressionId::UNKNOWN, |p| p.value);
        if self.has(frame, Capture::Path) {
            let word = self.facts.strings.intern("self");
            object = self.add(Expression::Name(word));
        }
        if parts.is_empty() && !self.has(frame, Capture::Path) {
            return self.joined_names(frame);
        }
        let of_type = self.all(frame, Capture::Field);
        let name = match self.all(frame, Capture::Name).first().or(of_type.first()).or(parts.get(1)) {
            Some(name) => self.facts.expression(name.value),
            None => return object, // only what it is of is written
        };
        let name = match name {
            Expression::Index { object, .. } => self.facts.expression(object), // with arguments that are types
            name => name,
        };
        let name = match name {
            Expression::Name(name) | Expression::Text(name) | Expression::Literal(name) => name,
            Expression::This => return self.add(Expression::Typed(object)), // the object of a type around
            _ => return ExpressionId::UNKNOWN,
        };
        let name = if of_type.is_empty() { name } else { self.member_name(name) };
        let member = self.add(Expression::Member { object, name });
        self.refer(ReferenceKind::Read, member, frame.end, frame.end_line);
        member
    }

    /// Does what is captured name the member that is called or read? That is no word for the object.
    pub(super) fn names_member(&self, capture: Capture) -> bool {
        let around = self.frames.last().map_or(Role::Plain, |f| f.role);
        capture == Capture::Name && matches!(around, Role::Call | Role::Member)
            || capture == Capture::Key && around == Role::Declarator
    }

    /// A name alone that may be a member of the object, or of what is handed on or kept and not called.
    pub(super) fn note_bare(&mut self, name: ExpressionId, capture: Capture, node: Node) {
        let read = matches!(
            capture,
            Capture::Value | Capture::Receiver | Capture::Body | Capture::Check | Capture::Default
        );
        let (at, line) = (node.start_byte() as u32, node.start_position().row as u32 + 1);
        if capture == Capture::Receiver
            && let Some(around) = self.frames.last().filter(|f| matches!(f.role, Role::Member | Role::Call))
            && self.values[around.values..].iter().filter(|v| v.capture == capture).count() == 1
        {
            return; // the second part is a member's name
        }
        if self.language.rules.names.unqualified_properties && read {
            self.refer(ReferenceKind::Read, name, at, line);
        }
        if matches!(capture, Capture::Value | Capture::Default | Capture::Receiver) {
            self.refer(ReferenceKind::Mention, name, at, line);
        }
    }

    /// Leaves out reads and mentions of what is called, and mentions of what the file itself says is a value.
    pub(super) fn drop_plain_reads(&mut self) {
        self.callees.sort_unstable();
        let mut references = std::mem::take(&mut self.facts.references);
        let is_called = |r: &Reference| self.callees.binary_search(&r.expression).is_ok();
        let values = self.plain_values();
        let is_value = |r: &Reference| match self.facts.expression(r.expression) {
            Expression::Name(name) => values.contains(&name),
            _ => true,
        };
        references.retain(|r| match r.kind {
            ReferenceKind::Read => !is_called(r),
            ReferenceKind::Mention => !is_called(r) && !is_value(r),
            _ => true,
        });
        self.facts.references = references;
    }

    /// Names that are bound in the file, but to no definition and no import.
    fn plain_values(&self) -> FxHashSet<Symbol> {
        let defined = |b: &Binding| matches!(b.bound, Bound::Definition(_) | Bound::Import(_));
        let named = self.facts.bindings.chunk_by(|a, b| a.name == b.name);
        named.filter(|bindings| !bindings.iter().any(defined)).map(|bindings| bindings[0].name).collect()
    }

    /// A construction whose type is that of what it is given to: not known yet.
    pub(super) fn unnamed_callee(&mut self, frame: &Frame) -> Captured {
        Captured {
            capture: Capture::Callee,
            value: ExpressionId::UNKNOWN,
            start: frame.start,
            end: frame.start,
            end_line: frame.line,
        }
    }

    /// Says of such a construction what it constructs.
    pub(super) fn complete(&mut self, value: ExpressionId, r#type: ExpressionId) {
        if let Expression::New { class: ExpressionId::UNKNOWN, arguments } = self.facts.expression(value)
            && r#type.is_known()
        {
            self.facts.expressions[value.at()] = Expression::New { class: r#type, arguments };
        }
    }

    /// `name = value` where the members of a new object are listed.
    pub(super) fn close_initialized(&mut self, frame: &Frame) -> ExpressionId {
        let key = self.symbol(frame, Capture::Name);
        let value = self.first(frame, Capture::Value);
        if key.is_empty() { value } else { self.add(Expression::Entry { key, value }) }
    }

    /// The members that are assigned to a new object behind its construction.
    pub(super) fn initialize(&mut self, object: ExpressionId, members: ListId, frame: &Frame) {
        for entry in self.facts.list(members).collect::<Vec<_>>() {
            if let Expression::Entry { key: name, .. } = self.facts.expression(entry) {
                let member = self.add(Expression::Member { object, name });
                self.refer(ReferenceKind::Write, member, frame.end, frame.end_line);
            }
        }
    }
}
