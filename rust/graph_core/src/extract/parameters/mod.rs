//! Parameters: kind, type and default of each.

pub mod fields;
pub mod lists;
mod patterns;

use crate::extract::binding::binder::Binder;
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::definitions::decorators::Decorators;
use crate::facts::{Bound, DefinitionId, Expression, ExpressionId, ParameterFact, Symbol};
use crate::graph::ParameterKind;
use crate::languages::syntax::{Capture, Role};

#[derive(Default)]
pub struct Parameters {
    /// The definition whose remaining parameters are keyword-only.
    keyword_only: Option<DefinitionId>,
}

impl Parameters {
    /// A pattern with a default: a parameter, an entry of an object pattern, or part of another pattern.
    pub fn close_default_pattern(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        decorators: &mut Decorators,
        frame: &Frame,
    ) -> ExpressionId {
        let names = build.all(frame, Capture::Name);
        let Some(name) = names.first().copied() else {
            return ExpressionId::UNKNOWN;
        };
        let around = build.nodes.frames.last().map_or(Role::Plain, |f| f.role);
        if around == Role::Parameters {
            self.close_parameter(build, binder, decorators, frame, &names);
            return ExpressionId::UNKNOWN;
        }
        let Expression::Name(key) = build.facts.expression(name.value) else {
            return name.value;
        };
        let value = build.first(frame, Capture::Default);
        let value = build.add(Expression::Entry { key, value });
        if around == Role::Object {
            return build.add(Expression::Entry { key, value });
        }
        value
    }

    /// A parameter; within a pattern, its rest.
    pub fn close_single(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        decorators: &mut Decorators,
        frame: &Frame,
    ) -> ExpressionId {
        let values = build.all(frame, Capture::Name);
        self.close_parameter(build, binder, decorators, frame, &values);
        match values.first() {
            Some(name) if build.nodes.frames.last().is_some_and(|f| f.role == Role::Sequence) => {
                build.add(Expression::Spread(name.value))
            }
            _ => ExpressionId::UNKNOWN,
        }
    }

    /// Adds the parameters that one node declares, which share type and default.
    fn close_parameter(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        decorators: &mut Decorators,
        frame: &Frame,
        names: &[Captured],
    ) {
        if build.nodes.frames.last().is_some_and(|f| f.role == Role::Sequence) {
            return; // a name in a type list is no parameter
        }
        // A child may have added the parameter already.
        let count = frame.parameters.min(build.owner().parameters.len());
        if !lists::in_signature(build) {
            build.facts.bindings.truncate(frame.bindings);
            return;
        }
        let written = build.written_type(frame);
        let default = build.all(frame, Capture::Default).first().copied();
        let type_text = written.map_or(Symbol::EMPTY, |w| build.one_line(w.start, w.end, 200));
        let default_text = default.map_or(Symbol::EMPTY, |d| build.one_line(d.start, d.end, 200));
        let owner = build.facts.scope(build.scope).owner;
        if build.facts.definition(owner).is_type() {
            fields::add_components(build, binder, decorators, frame, names, written);
            return;
        }
        // The modifier of a rest parameter may be a child of the list.
        let before =
            build.nodes.frames.last_mut().is_some_and(|list| std::mem::take(&mut list.modifiers.rest));
        let role = if before || frame.modifiers.rest { Role::RestParameter } else { frame.role };
        if count == build.owner().parameters.len() {
            self.add_parameters(build, binder, names, role);
        }
        if names.is_empty()
            && let Some(written) = written
        {
            // A parameter without a name has only a type.
            let fact = ParameterFact { r#type: written.value, type_text, ..ParameterFact::default() };
            build.facts.definitions[owner.at()].parameters.push(fact);
            return;
        }
        for parameter in &mut build.facts.definitions[owner.at()].parameters[count..] {
            parameter.r#type = written.map_or(ExpressionId::UNKNOWN, |w| w.value);
            parameter.type_text = type_text;
            parameter.default = default.map_or(ExpressionId::UNKNOWN, |d| d.value);
            parameter.default_text = default_text;
            parameter.optional = default.is_some() || frame.role == Role::OptionalParameter;
        }
        if frame.modifiers.receiver {
            build.facts.definitions[owner.at()].receiver = written.map_or(ExpressionId::UNKNOWN, |w| w.value);
        }
        let is_field = frame.modifiers.visibility.is_some() || frame.modifiers.readonly;
        if is_field || build.has(frame, Capture::FieldMark) {
            let visibility = frame.modifiers.visibility;
            fields::declare_field(build, names, owner, type_text, visibility, frame.start);
        } else if build.has(frame, Capture::TypeScope) {
            fields::declare_in_type(build, names, owner, frame.start);
        }
        decorators.hash(build);
    }

    /// Adds parameters of a kind, and binds their names.
    pub fn add_parameters(
        &mut self,
        build: &mut FactBuilder<'_>,
        binder: &mut Binder,
        names: &[Captured],
        role: Role,
    ) {
        let owner = build.facts.scope(build.scope).owner;
        if !build.facts.definition(owner).is_callable() {
            return;
        }
        for captured in names {
            let mut pattern = captured.value;
            let mut role = role;
            if let Expression::Spread(inner) = build.facts.expression(pattern) {
                pattern = inner;
                role = Role::RestParameter;
            }
            let name = match build.facts.expression(pattern) {
                Expression::This => continue, // declares only the type of `this`
                Expression::Name(name) | Expression::Entry { key: name, .. } => name,
                _ => Symbol::EMPTY,
            };
            let definition = build.facts.definition(owner);
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
            let shown = if name.is_empty() { patterns::pattern_text(build, pattern, captured) } else { name };
            build.facts.definitions[owner.at()].parameters.push(ParameterFact {
                name: shown,
                kind,
                ..ParameterFact::default()
            });
            let scope = build.function_scope(build.scope);
            if !name.is_empty() {
                binder.add_binding(
                    build,
                    name,
                    Bound::Parameter { definition: owner, index },
                    scope,
                    captured.start,
                );
            } else {
                patterns::bind_parameter_pattern(build, binder, pattern, captured.start, owner, index, scope);
            }
        }
    }

    /// The parameters after a keyword mark are keyword-only, those before a positional mark positional-only.
    pub fn mark_parameters(&mut self, build: &mut FactBuilder<'_>, role: Role) -> ExpressionId {
        let owner = build.facts.scope(build.scope).owner;
        if role == Role::KeywordMark {
            self.keyword_only = Some(owner);
        } else {
            for parameter in &mut build.facts.definitions[owner.at()].parameters {
                parameter.kind = ParameterKind::Positional;
            }
        }
        ExpressionId::UNKNOWN
    }
}
