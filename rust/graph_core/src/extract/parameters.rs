//! Parameters: lists of them, patterns with defaults, those that are fields of a type.

use super::Walk;
use super::frame::{Captured, Frame};
use crate::facts::{Binding, Bound, DefinitionId, Expression, ExpressionId, ParameterFact, ScopeId, Symbol};
use crate::graph::ParameterKind;
use crate::languages::syntax::{Capture, Role};

impl Walk<'_> {
    /// A name or pattern with a default: a parameter, an entry of an object pattern, or a name with a value.
    pub(super) fn close_default_pattern(&mut self, frame: &Frame) -> ExpressionId {
        let names = self.all(frame, Capture::Name);
        let Some(name) = names.first().copied() else {
            return ExpressionId::UNKNOWN;
        };
        let around = self.frames.last().map_or(Role::Plain, |f| f.role);
        if around == Role::Parameters {
            self.close_parameter(frame, &names);
            return ExpressionId::UNKNOWN;
        }
        let Expression::Name(key) = self.facts.expression(name.value) else {
            return name.value;
        };
        let value = self.first(frame, Capture::Default);
        let value = self.add(Expression::Entry { key, value });
        if around == Role::Object {
            return self.add(Expression::Entry { key, value });
        }
        value
    }

    /// A parameter that stands for itself; in a pattern it is the rest.
    pub(super) fn close_single(&mut self, frame: &Frame) -> ExpressionId {
        let values = self.all(frame, Capture::Name);
        self.close_parameter(frame, &values);
        match values.first() {
            Some(name) if self.frames.last().is_some_and(|f| f.role == Role::Sequence) => {
                self.add(Expression::Spread(name.value))
            }
            _ => ExpressionId::UNKNOWN,
        }
    }

    pub(super) fn close_parameter(&mut self, frame: &Frame, names: &[Captured]) {
        if self.frames.last().is_some_and(|f| f.role == Role::Sequence) {
            return; // a name in a list of types
        }
        // A part of it may have added it already.
        let count = frame.parameters.min(self.owner().parameters.len());
        if !self.in_signature() {
            self.facts.bindings.truncate(frame.bindings);
            return;
        }
        let written = self.written_type(frame);
        let default = self.all(frame, Capture::Default).first().copied();
        let type_text = written.map_or(Symbol::EMPTY, |w| self.folded(w.start, w.end, 200));
        let default_text = default.map_or(Symbol::EMPTY, |d| self.folded(d.start, d.end, 200));
        let owner = self.facts.scope(self.scope).owner;
        if self.facts.definition(owner).is_type() {
            self.add_components(frame, names, written);
            return;
        }
        // The word for it may stand in the list, before the parameter.
        let before = self.frames.last_mut().is_some_and(|list| std::mem::take(&mut list.modifiers.rest));
        let role = if before || frame.modifiers.rest { Role::RestParameter } else { frame.role };
        if count == self.owner().parameters.len() {
            self.add_parameters(names, role);
        }
        if names.is_empty()
            && let Some(written) = written
        {
            // A parameter without a name, by its type alone.
            let fact = ParameterFact { r#type: written.value, type_text, ..ParameterFact::default() };
            self.facts.definitions[owner.at()].parameters.push(fact);
            return;
        }
        for parameter in &mut self.facts.definitions[owner.at()].parameters[count..] {
            parameter.r#type = written.map_or(ExpressionId::UNKNOWN, |w| w.value);
            parameter.type_text = type_text;
            parameter.default = default.map_or(ExpressionId::UNKNOWN, |d| d.value);
            parameter.default_text = default_text;
            parameter.optional = default.is_some() || frame.role == Role::OptionalParameter;
        }
        if frame.modifiers.extends {
            self.facts.definitions[owner.at()].receiver = written.map_or(ExpressionId::UNKNOWN, |w| w.value);
        }
        let is_field = frame.modifiers.visibility.is_some() || frame.modifiers.readonly;
        if is_field || self.has(frame, Capture::Field) {
            self.field_of_parameter(names, owner, type_text, frame.start);
        } else if self.has(frame, Capture::Optional) {
            self.seen_in_type(names, owner, frame.start);
        }
        for (_, _, hash) in std::mem::take(&mut self.decorators) {
            self.hashes.word(hash);
        }
    }

    /// Is the open list of parameters one of a definition, and not of a type that is written in it?
    pub(super) fn in_signature(&self) -> bool {
        match self.frames.iter().rposition(|f| f.role == Role::Parameters) {
            Some(at) if at > 0 => {
                let holder = &self.frames[at - 1];
                holder.definition.is_some() && holder.depth + 1 == self.frames[at].depth
            }
            _ => true,
        }
    }

    /// Parameters of a type itself are fields of it.
    pub(super) fn add_components(&mut self, frame: &Frame, names: &[Captured], written: Option<Captured>) {
        self.decorators.clear();
        self.close_field(names, written, false);
        for name in names {
            self.bind_pattern(
                name.value,
                ExpressionId::UNKNOWN,
                written.map_or(ExpressionId::UNKNOWN, |w| w.value),
                frame.role,
                frame.start,
            );
        }
    }

    /// A constructor's parameter that declares a field of the class.
    pub(super) fn field_of_parameter(
        &mut self,
        names: &[Captured],
        owner: DefinitionId,
        text: Symbol,
        at: u32,
    ) {
        let class = self.facts.definition(owner).parent;
        if !self.facts.definition(class).is_type() {
            return;
        }
        let Some(parameter) = self.facts.definition(owner).parameters.last() else {
            return;
        };
        let (r#type, optional) = (parameter.r#type, parameter.optional);
        for name in names {
            if let Expression::Name(name) = self.facts.expression(name.value) {
                let scope = self.facts.definition(class).scope;
                let name = self.member_name(name);
                let bound = Bound::Value { value: ExpressionId::UNKNOWN, r#type };
                self.facts.bindings.push(Binding { scope, block: scope, name, bound, at });
                self.facts.definitions[class.at()].fields.push((name, text, optional));
            }
        }
    }

    /// A constructor's parameter that the code of the type around sees.
    fn seen_in_type(&mut self, names: &[Captured], owner: DefinitionId, at: u32) {
        let class = self.facts.definition(owner).parent;
        let r#type =
            self.facts.definition(owner).parameters.last().map_or(ExpressionId::UNKNOWN, |p| p.r#type);
        for name in names {
            if let Expression::Name(name) = self.facts.expression(name.value) {
                let scope = self.facts.definition(class).scope;
                let bound = Bound::Value { value: ExpressionId::UNKNOWN, r#type };
                self.facts.bindings.push(Binding { scope, block: scope, name, bound, at });
            }
        }
    }

    pub(super) fn add_parameters(&mut self, names: &[Captured], role: Role) {
        let owner = self.facts.scope(self.scope).owner;
        if !self.facts.definition(owner).is_callable() {
            return;
        }
        for captured in names {
            let mut pattern = captured.value;
            let mut role = role;
            if let Expression::Spread(inner) = self.facts.expression(pattern) {
                pattern = inner;
                role = Role::RestParameter;
            }
            let name = match self.facts.expression(pattern) {
                Expression::This => continue, // says only what `this` is
                Expression::Name(name) | Expression::Entry { key: name, .. } => name,
                _ => Symbol::EMPTY,
            };
            let definition = self.facts.definition(owner);
            let index = definition.parameters.len() as u32;
            let after_rest = definition.parameters.iter().any(|p| {
                matches!(p.kind, ParameterKind::Rest | ParameterKind::Keyword)
                    || p.kind == ParameterKind::KeywordRest
            });
            let kind = match role {
                Role::RestParameter => ParameterKind::Rest,
                Role::KeywordRest => ParameterKind::KeywordRest,
                Role::Keyword => ParameterKind::Keyword,
                _ if after_rest || self.keyword_only == Some(owner) => ParameterKind::Keyword,
                _ => ParameterKind::Plain,
            };
            let shown = if name.is_empty() { self.pattern_text(pattern, captured) } else { name };
            self.facts.definitions[owner.at()].parameters.push(ParameterFact {
                name: shown,
                kind,
                ..ParameterFact::default()
            });
            let scope = self.function_scope(self.scope);
            if !name.is_empty() {
                self.add_binding(name, Bound::Parameter { definition: owner, index }, scope, captured.start);
            } else {
                self.bind_parameter_pattern(pattern, captured.start, owner, index, scope);
            }
        }
    }

    /// A destructured parameter: each name is a part of it.
    pub(super) fn bind_parameter_pattern(
        &mut self,
        pattern: ExpressionId,
        at: u32,
        owner: DefinitionId,
        index: u32,
        scope: ScopeId,
    ) {
        let hidden = self.facts.strings.intern(&format!("\u{0}{index}"));
        let bound = Bound::Parameter { definition: owner, index };
        self.add_binding(hidden, bound, scope, at);
        let whole = self.add(Expression::Name(hidden));
        self.bind_pattern(pattern, whole, ExpressionId::UNKNOWN, Role::Parameter, at);
    }

    /// A pattern's names as they are shown: the same however it is formatted.
    pub(super) fn pattern_text(&mut self, pattern: ExpressionId, captured: &Captured) -> Symbol {
        let (open, list, close) = match self.facts.expression(pattern) {
            Expression::Object(list) => ("{", list, "}"),
            Expression::Sequence(list) => ("[", list, "]"),
            _ => return self.folded(captured.start, captured.end, 100),
        };
        let names: Vec<&str> = self
            .facts
            .list(list)
            .map(|part| match self.facts.expression(part) {
                Expression::Entry { key, .. } | Expression::Name(key) => self.facts.text(key),
                _ => "…",
            })
            .collect();
        let text = format!("{open}{}{close}", names.join(", "));
        self.facts.strings.intern(&text)
    }

    pub(super) fn mark_parameters(&mut self, role: Role) {
        let owner = self.facts.scope(self.scope).owner;
        if role == Role::KeywordMark {
            self.keyword_only = Some(owner);
        } else {
            for parameter in &mut self.facts.definitions[owner.at()].parameters {
                parameter.kind = ParameterKind::Positional;
            }
        }
    }

    /// A parameter list that is a method's receiver gives its type; others are the definition's own.
    pub(super) fn close_parameters(&mut self, frame: &Frame) -> ExpressionId {
        let owner = self.facts.scope(self.scope).owner;
        let parameters = &mut self.facts.definitions[owner.at()].parameters;
        let from = frame.parameters.min(parameters.len());
        match frame.capture {
            Some(Capture::Receiver) => {
                let receiver = parameters.drain(from..).next();
                if let Some(receiver) = receiver {
                    self.facts.definitions[owner.at()].receiver = receiver.r#type;
                    for binding in self.facts.bindings[frame.bindings..].iter_mut() {
                        if let Bound::Parameter { .. } = binding.bound {
                            binding.bound =
                                Bound::Value { value: ExpressionId::UNKNOWN, r#type: receiver.r#type };
                        }
                    }
                }
                ExpressionId::UNKNOWN
            }
            Some(Capture::Returns) => {
                // Several results: as a sequence of their types.
                let types: Vec<_> = parameters.drain(from..).map(|p| p.r#type).collect();
                for binding in self.facts.bindings[frame.bindings..].iter_mut() {
                    if let Bound::Parameter { index, .. } = binding.bound {
                        binding.bound = Bound::Value {
                            value: ExpressionId::UNKNOWN,
                            r#type: types[index as usize - from],
                        };
                    }
                }
                let list = self.push_list(&types);
                self.add(Expression::Sequence(list))
            }
            _ => {
                // The last one is written without a node of its own: it takes the rest.
                if let Some(written) = self.all(frame, Capture::Type).last().copied() {
                    let type_text = self.folded(written.start, written.end, 200);
                    if let Some(last) = self.facts.definitions[owner.at()].parameters[from..].last_mut() {
                        last.r#type = written.value;
                        last.type_text = type_text;
                        last.kind = ParameterKind::Rest;
                    }
                }
                ExpressionId::UNKNOWN
            }
        }
    }
}
