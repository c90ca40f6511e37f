//! Binding names: assignments and patterns, parameters, definitions, exports.

use super::Walk;
use super::frame::{Captured, Frame};
use crate::facts::{
    Binding, Bound, Expression, ExpressionId, MemberBinding, NamedValue, ReferenceKind, ScopeId, ScopeKind,
    Symbol,
};
use crate::languages::syntax::{Capture, Role, mark};

impl Walk<'_> {
    /// `name = value`, element by element where both sides are patterns.
    pub(super) fn close_binding(&mut self, frame: &Frame) -> ExpressionId {
        let written = self.written_type(frame);
        let r#type = match written {
            Some(written) => written.value,
            None if frame.documentation != 0 => self.documented_value(frame),
            None => ExpressionId::UNKNOWN,
        };
        let values = self.all(frame, Capture::Value);
        if frame.role == Role::Assignment && self.in_object() {
            return self.close_initialized(frame); // it is no variable
        }
        let mut value = values.first().map_or(ExpressionId::UNKNOWN, |v| v.value);
        let optional = self.has(frame, Capture::Optional);
        match frame.role {
            // Keys are no elements.
            Role::Each if self.has(frame, Capture::Key) => value = ExpressionId::UNKNOWN,
            Role::Each => {
                let loops = value.is_known() && !self.language.rules.implied.iteration_methods[0].is_empty();
                value = self.add(Expression::Each(value));
                if loops {
                    let waits = self.waits(frame.start);
                    self.refer(
                        ReferenceKind::ImplicitCall { awaited: waits },
                        value,
                        frame.start,
                        frame.line,
                    );
                }
            }
            Role::Enter => value = self.add(Expression::Enter(value)),
            _ => {}
        }
        let at = match frame.role {
            Role::Assignment if self.language.rules.names.sigil.is_empty() => frame.start,
            Role::Assignment => values.last().map_or(frame.start, |v| v.end),
            // Where blocks limit names, a declaration does not see itself.
            // What is looped over stands before the code of the loop, which may be an expression.
            Role::Each if self.language.rules.block_scoped && self.has(frame, Capture::Name) => {
                values.first().map_or(frame.start, |v| v.end)
            }
            _ if self.language.rules.block_scoped => values.last().map_or(frame.start, |v| v.end),
            _ => frame.start,
        };
        let mut names = self.all(frame, Capture::Name);
        if let (true, [pattern, name]) = (frame.role == Role::Enter && names.is_empty(), &values[..]) {
            // A name for what a pattern fits, not for what is entered.
            value = pattern.value;
            names.push(*name);
        }
        if let (true, [_, pattern]) = (frame.role == Role::Each && names.is_empty(), &values[..]) {
            names.push(*pattern);
        }
        if let (true, [name, bound]) = (frame.role == Role::Bounded, &values[..]) {
            value = bound.value;
            names.push(*name);
        }
        if let (true, [name, bounds @ ..]) = (frame.role == Role::Bounded && names.is_empty(), &values[..]) {
            let bounds: Vec<_> = bounds.iter().map(|b| b.value).filter(|b| b.is_known()).collect();
            let list = self.push_list(&bounds);
            value = self.add(Expression::Either(list));
            names.push(*name);
        }
        if matches!(frame.role, Role::Field | Role::EnumMember) {
            for (_, _, hash) in std::mem::take(&mut self.decorators) {
                self.hashes.word(hash);
            }
            self.close_field(&names, written, optional);
            if names.is_empty() {
                if let Some(base) = written {
                    self.add_base_of_field(base, frame); // embedded: its members are the type's own
                }
                return value;
            }
        }
        self.note_value(frame, &names, written);
        if let [_, _, ..] = names[..]
            && value.is_known()
        {
            let parts: Vec<_> = names.iter().map(|name| name.value).collect();
            let list = self.push_list(&parts);
            let pattern = self.add(Expression::Sequence(list));
            self.bind_pattern(pattern, value, r#type, frame.role, at);
            return value;
        }
        if self.has(frame, Capture::Receiver) {
            return value; // it is written for a type outside of it: no name here
        }
        for name in &names {
            if let Expression::Entry { value, .. } = self.facts.expression(name.value) {
                self.complete(value, r#type);
            }
            self.complete(value, r#type);
            self.bind_pattern(name.value, value, r#type, frame.role, at);
        }
        value
    }

    /// A value of a type or of the module, that others may read by its name. A function is a definition.
    fn note_value(&mut self, frame: &Frame, names: &[Captured], written: Option<Captured>) {
        let kind = self.facts.scope(self.scope).kind;
        if !matches!(frame.role, Role::Assignment | Role::Binding)
            || !matches!(kind, ScopeKind::File | ScopeKind::Class)
        {
            return;
        }
        let owner = self.facts.scope(self.scope).owner;
        let r#type = written.map_or(Symbol::EMPTY, |w| self.folded(w.start, w.end, 200));
        let values = self.all(frame, Capture::Value);
        let value = match (values.first(), values.last()) {
            (Some(first), Some(last)) => self.folded(first.start, last.end, 80),
            _ => Symbol::EMPTY,
        };
        if values.iter().any(|v| matches!(self.facts.expression(v.value), Expression::Definition(_))) {
            return;
        }
        for name in names {
            let (Expression::Name(name) | Expression::Entry { key: name, .. }) =
                self.facts.expression(name.value)
            else {
                continue;
            };
            self.facts.values.push(NamedValue { owner, name, r#type, value });
        }
    }

    /// The declared type, unless the word is that it is to be inferred.
    pub(super) fn written_type(&self, frame: &Frame) -> Option<Captured> {
        let written = self.all(frame, Capture::Type).first().copied()?;
        match self.facts.expression(written.value) {
            Expression::Name(name) if self.language.rules.types.inferred.contains(&self.facts.text(name)) => {
                None
            }
            _ => Some(written),
        }
    }

    /// A member of an enum is of the enum's type, and constructed with its arguments.
    pub(super) fn close_enum_member(&mut self, frame: &Frame) -> ExpressionId {
        let Some(class) = self.owner_name() else {
            return self.close_binding(frame);
        };
        let owner = self.facts.scope(self.scope).owner;
        for name in self.all(frame, Capture::Name) {
            let (Expression::Name(symbol) | Expression::Entry { key: symbol, .. }) =
                self.facts.expression(name.value)
            else {
                continue;
            };
            self.facts.definitions[owner.at()].fields.push((symbol, Symbol::EMPTY, false));
            let bound = Bound::Value { value: ExpressionId::UNKNOWN, r#type: class };
            self.add_binding(symbol, bound, self.scope, frame.start);
        }
        if let Some(arguments) = self.all(frame, Capture::Arguments).first().copied()
            && let Expression::Sequence(arguments) = self.facts.expression(arguments.value)
        {
            let new = self.add(Expression::New { class, arguments });
            self.refer(ReferenceKind::New, new, frame.start, frame.line);
        }
        self.decorators.clear();
        ExpressionId::UNKNOWN
    }

    /// In here, the name that the statement around binds is of one of these types.
    pub(super) fn close_narrow(&mut self, frame: &Frame) -> ExpressionId {
        let around = self.frames.len().saturating_sub(1);
        let Some(Expression::Name(name)) =
            self.captured(around, Capture::Name).map(|name| self.facts.expression(name))
        else {
            return ExpressionId::UNKNOWN;
        };
        let types: Vec<_> = self.all(frame, Capture::Type).iter().map(|t| t.value).collect();
        let r#type = match types[..] {
            [one] => one,
            _ => {
                let list = self.push_list(&types);
                self.add(Expression::Either(list))
            }
        };
        let bound = Bound::Value { value: ExpressionId::UNKNOWN, r#type };
        self.add_binding(name, bound, self.scope, frame.start);
        ExpressionId::UNKNOWN
    }

    /// Binds every name of a pattern to its part of the value.
    pub(super) fn bind_pattern(
        &mut self,
        pattern: ExpressionId,
        value: ExpressionId,
        r#type: ExpressionId,
        role: Role,
        at: u32,
    ) {
        let mut work = vec![(pattern, value, r#type)];
        while let Some((pattern, value, r#type)) = work.pop() {
            match self.facts.expression(pattern) {
                Expression::Name(name) => {
                    if role == Role::Assignment && self.language.rules.names.unqualified_properties {
                        let line = self.line;
                        self.refer(ReferenceKind::Write, pattern, at, line);
                    }
                    self.bind_name(name, value, r#type, role, at);
                }
                Expression::Member { object, name } => {
                    self.callees.push(pattern); // it is not read
                    let line = self.line;
                    self.refer(ReferenceKind::Write, pattern, at, line);
                    let scope = self.scope;
                    self.facts.members.push(MemberBinding { object, name, value, r#type, scope, at });
                }
                Expression::Sequence(list) => {
                    let parts: Vec<_> = self.facts.list(list).collect();
                    let values: Vec<_> = match self.facts.expression(value) {
                        Expression::Sequence(list) => self.facts.list(list).collect(),
                        _ => Vec::new(),
                    };
                    if self.language.rules.calls.multiple_results && values.len() != parts.len() {
                        work.extend(self.results(&parts, value, r#type, role));
                        continue;
                    }
                    let single = parts.len() == 1 && values.is_empty() && !r#type.is_known();
                    for (i, part) in parts.iter().enumerate() {
                        if let Expression::Spread(rest) = self.facts.expression(*part) {
                            work.push((rest, value, r#type));
                            continue;
                        }
                        let item = match values.get(i) {
                            Some(value) if values.len() == parts.len() => *value,
                            _ if single && matches!(role, Role::Each | Role::Binding) && value.is_known() => {
                                self.add(Expression::Item { value, index: 0 })
                            }
                            _ if value.is_known() => self.add(Expression::Item { value, index: i as u32 }),
                            _ => ExpressionId::UNKNOWN,
                        };
                        work.push((*part, item, r#type));
                    }
                }
                Expression::Object(list) => {
                    for entry in self.facts.list(list).collect::<Vec<_>>() {
                        let (key, target) = match self.facts.expression(entry) {
                            Expression::Entry { key, value } => (key, value),
                            Expression::Name(name) => (name, entry),
                            Expression::Spread(rest) => {
                                work.push((rest, value, r#type));
                                continue;
                            }
                            _ => continue,
                        };
                        let part = if !value.is_known() && !r#type.is_known() {
                            ExpressionId::UNKNOWN
                        } else if !value.is_known() {
                            let typed = self.add(Expression::Typed(r#type));
                            self.add(Expression::Member { object: typed, name: key })
                        } else {
                            self.add(Expression::Member { object: value, name: key })
                        };
                        work.push((target, part, ExpressionId::UNKNOWN));
                    }
                }
                Expression::Entry { key, value: own } => {
                    // A declarator with its own value, or a pattern with a default.
                    let value = match (value.0, own.0) {
                        (0, _) => own,
                        (_, 0) => value,
                        _ => {
                            let list = self.push_list(&[value, own]);
                            self.add(Expression::Either(list))
                        }
                    };
                    self.bind_name(key, value, r#type, role, at);
                }
                Expression::Call { callee, arguments } => {
                    for (i, part) in self.facts.list(arguments).collect::<Vec<_>>().into_iter().enumerate() {
                        work.push((part, self.unpacked(callee, value, i), ExpressionId::UNKNOWN));
                    }
                }
                Expression::Either(list) => {
                    let parts: Vec<_> = self.facts.list(list).collect();
                    work.extend(parts.into_iter().map(|part| (part, value, r#type)));
                }
                Expression::Spread(inner) => work.push((inner, ExpressionId::UNKNOWN, ExpressionId::UNKNOWN)),
                Expression::Index { object, .. } if value.is_known() => self.put(object, value, true, at),
                _ => {}
            }
        }
    }

    /// The parts of what a call gives; of an iteration the element is the second; of all else the first is it.
    pub(super) fn results(
        &mut self,
        parts: &[ExpressionId],
        value: ExpressionId,
        r#type: ExpressionId,
        role: Role,
    ) -> Vec<(ExpressionId, ExpressionId, ExpressionId)> {
        let from_call = matches!(self.facts.expression(value), Expression::Call { .. });
        let whole = usize::from(role == Role::Each);
        let part_of = |(i, part): (usize, &ExpressionId)| {
            let part_value = match from_call {
                true => self.add(Expression::Item { value, index: i as u32 }),
                false if i == whole => value,
                false => ExpressionId::UNKNOWN,
            };
            (*part, part_value, r#type)
        };
        parts.iter().enumerate().map(part_of).collect()
    }

    pub(super) fn bind_name(
        &mut self,
        name: Symbol,
        value: ExpressionId,
        r#type: ExpressionId,
        role: Role,
        at: u32,
    ) {
        let bound = match self.facts.expression(value) {
            Expression::Definition(id) if self.facts.definition(id).name == name => Bound::Definition(id),
            _ => match self.required(name, value) {
                Some(import) => Bound::Import(import),
                None => Bound::Value { value, r#type },
            },
        };
        let name = if role == Role::Field { self.member_name(name) } else { name };
        if role == Role::Assignment {
            self.assigned.push(self.facts.bindings.len());
        }
        let hoisted = role == Role::Assignment || self.frames.last().is_some_and(|f| f.has(mark::HOISTED));
        let scope = self.declaring_scope(hoisted);
        self.add_binding(name, bound, scope, at);
    }

    pub(super) fn add_binding(&mut self, name: Symbol, bound: Bound, scope: ScopeId, at: u32) {
        if self.language.rules.names.unbound_is_call && !matches!(bound, Bound::Definition(_)) {
            self.locals.insert((scope, name));
        }
        self.facts.bindings.push(Binding { scope, block: self.scope, name, bound, at });
    }

    /// Where a declaration here is seen.
    pub(super) fn declaring_scope(&self, hoisted: bool) -> ScopeId {
        if self.language.rules.block_scoped && !hoisted {
            self.scope
        } else {
            self.function_scope(self.scope)
        }
    }

    pub(super) fn function_scope(&self, mut scope: ScopeId) -> ScopeId {
        while self.facts.scope(scope).kind == ScopeKind::Block {
            scope = self.facts.scope(scope).parent;
        }
        scope
    }

    pub(super) fn close_field(&mut self, names: &[Captured], written: Option<Captured>, optional: bool) {
        let text = written.map_or(Symbol::EMPTY, |w| self.folded(w.start, w.end, 200));
        let owner = self.facts.scope(self.scope).owner;
        for name in names {
            let (Expression::Name(name) | Expression::Entry { key: name, .. }) =
                self.facts.expression(name.value)
            else {
                continue;
            };
            if !owner.is_file() && self.facts.definition(owner).is_type() {
                let name = self.member_name(name);
                self.facts.definitions[owner.at()].fields.push((name, text, optional));
            }
        }
    }

    pub(super) fn add_base_of_field(&mut self, base: Captured, frame: &Frame) {
        let owner = self.facts.scope(self.scope).owner;
        let text = self.folded(base.start, base.end, 200);
        if self.facts.definition(owner).is_type() {
            let definition = &mut self.facts.definitions[owner.at()];
            definition.extends.push(base.value);
            definition.bases.push(text);
            // It is also a field with the name of the type.
            if let Some(name) = self.last_name(base.value) {
                self.bind_name(name, ExpressionId::UNKNOWN, base.value, frame.role, frame.start);
            }
        }
    }

    /// Assignments go to where their name is declared further out, if it is.
    pub(super) fn settle_assignments(&mut self) {
        let mut declared: rustc_hash::FxHashSet<(ScopeId, Symbol)> = Default::default();
        let assigned: rustc_hash::FxHashSet<usize> = self.assigned.iter().copied().collect();
        let mut added = self.added.iter().copied().peekable(); // in order
        let declares = self.language.rules.assignment_declares;
        for (i, binding) in self.facts.bindings.iter().enumerate() {
            let narrows = matches!(binding.bound, Bound::Narrowed { .. });
            let is_added = added.next_if_eq(&i).is_some();
            if !narrows && !is_added && (declares || !assigned.contains(&i)) {
                declared.insert((binding.scope, binding.name));
            }
        }
        for index in std::mem::take(&mut self.assigned) {
            let binding = self.facts.bindings[index];
            let mut scope = self.function_scope(binding.scope);
            let outer = self.outer.contains(&(scope, binding.name));
            if declares && !outer {
                continue;
            }
            scope = if outer { self.facts.scope(scope).parent } else { binding.block };
            while !scope.is_file()
                && (!declared.contains(&(scope, binding.name))
                    || outer && self.facts.scope(scope).kind == ScopeKind::Class)
            {
                scope = self.facts.scope(scope).parent;
            }
            self.facts.bindings[index].scope = scope;
        }
        if self.language.rules.block_scoped {
            for index in 0..self.facts.bindings.len() {
                let Binding { scope, block, name, bound: Bound::Narrowed { .. }, .. } =
                    self.facts.bindings[index]
                else {
                    continue;
                };
                let mut around = block;
                while around.0 > scope.0 && !declared.contains(&(around, name)) {
                    around = self.facts.scope(around).parent;
                }
                self.facts.bindings[index].scope = around;
            }
        }
        self.settle_added(&declared);
    }
}
