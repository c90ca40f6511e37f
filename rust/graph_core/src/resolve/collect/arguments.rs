//! Arguments: the values that the calls of a file pass to parameters.

use smallvec::SmallVec;

use crate::facts::{DefinitionId, Expression, ExpressionId, ListId, Position, Reference, ReferenceKind};
use crate::graph::{Via, flag};
use crate::hashing::NameHash;
use crate::resolve::collect::Collector;
use crate::resolve::collect::contribution::ContributionBuilder;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::value::{Items, MOST, Value};

/// A function that a call may reach.
#[derive(Clone, Copy)]
struct Callee {
    def: Def,
    /// The object of the call is the first argument of the function.
    is_bound: bool,
}

impl Collector<'_, '_> {
    /// Adds the types of a definition's parameters that are function types; for a function type those of all its
    /// parameters.
    pub(super) fn collect_function_parameters(&self, def: Def, entries: &mut ContributionBuilder) {
        let definition = self.facts.definition(def.id);
        let is_function_type = !definition.has_body && definition.name.is_empty();
        for (index, parameter) in definition.parameters.iter().enumerate() {
            if !parameter.r#type.is_known() {
                continue;
            }
            let mut items =
                self.types.type_of(parameter.r#type, Position::new(definition.scope, definition.start));
            items.retain(|i| match i.value {
                Value::Function(_) => true,
                Value::External(_) | Value::Unknown => false,
                _ => is_function_type,
            });
            if !items.is_empty() {
                entries.table.function_parameters.insert((def.id, index as u32), items);
            }
        }
    }

    /// Adds what decorators and calls pass to parameters.
    pub(super) fn collect_passed(&self, entries: &mut ContributionBuilder) {
        self.collect_decorated(entries);
        for reference in &self.facts.references {
            let (callee, arguments) = match (reference.kind, self.facts.expression(reference.expression)) {
                (ReferenceKind::Call, Expression::Call { callee, arguments }) => (callee, arguments),
                (ReferenceKind::New, Expression::New { class, arguments }) => (class, arguments),
                _ => continue,
            };
            if arguments.is_empty() {
                continue;
            }
            let callees = self.callees(callee, reference.position());
            if !callees.is_empty() {
                self.collect_arguments(&callees, arguments, reference, entries);
            }
        }
    }

    /// Adds what is passed to decorators: the decorated definitions.
    fn collect_decorated(&self, entries: &mut ContributionBuilder) {
        for (i, definition) in self.facts.definitions.iter().enumerate() {
            if definition.decorators.is_empty() || definition.flags & flag::PROPERTY != 0 {
                continue;
            }
            let decorated =
                self.types.definition_value(Def { file: self.file, id: DefinitionId(i as u32) }, Via::Flow);
            let outside = self.facts.scope(definition.scope).parent;
            for (decorator, _) in &definition.decorators {
                for callee in self.callees(*decorator, Position::new(outside, definition.start)) {
                    if let Some(parameter) = self.types.parameter_for(callee.def, 0, None, callee.is_bound)
                        && (!parameter.is_typed || matches!(decorated[0].value, Value::Function(_)))
                    {
                        entries.passed.push(((callee.def, parameter.index), decorated.clone()));
                    }
                }
            }
        }
    }

    /// Adds what one call passes to the functions that it may reach.
    fn collect_arguments(
        &self,
        callees: &[Callee],
        arguments: ListId,
        reference: &Reference,
        entries: &mut ContributionBuilder,
    ) {
        for (position, argument) in self.facts.list(arguments).enumerate() {
            let (key, value) = match self.facts.expression(argument) {
                Expression::Spread(_) => break,
                Expression::Entry { key, value } => (Some(self.facts.name_hash(key)), value),
                Expression::Unknown | Expression::Literal(_) | Expression::Text(_) => continue,
                _ => (None, argument),
            };
            if let Expression::Definition(closure) = self.facts.expression(value)
                && self.facts.definition(closure).is_callable()
            {
                self.collect_closure_parameters(closure, callees, (position, key), entries);
            }
            let mut items = self.types.value_of(value, reference.position());
            items.retain(|i| !matches!(i.value, Value::External(_) | Value::Unknown | Value::Super(_)));
            if items.is_empty() {
                continue;
            }
            for callee in callees {
                let parameter = self.types.parameter_for(callee.def, position, key, callee.is_bound);
                let Some(parameter) = parameter else { continue };
                let mut passed = items.clone();
                if parameter.is_typed {
                    passed.retain(|i| matches!(i.value, Value::Function(_)));
                }
                if !passed.is_empty() {
                    entries.passed.push(((callee.def, parameter.index), passed));
                }
            }
        }
    }

    /// Adds what is passed to the parameters without a type of a function that is written as an argument: the
    /// parameters of the function type with which the callee declares its parameter. The argument has a position and
    /// may have a key.
    fn collect_closure_parameters(
        &self,
        closure: DefinitionId,
        callees: &[Callee],
        (position, key): (usize, Option<NameHash>),
        entries: &mut ContributionBuilder,
    ) {
        let parameters = &self.facts.definition(closure).parameters;
        let closure = Def { file: self.file, id: closure };
        for callee in callees {
            let parameter = self.types.parameter_for(callee.def, position, key, callee.is_bound);
            let Some(parameter) = parameter.filter(|parameter| parameter.is_typed) else { continue };
            for item in self.function_parameter(callee.def, parameter.index).into_iter().flatten() {
                let Value::Function(function_type) = item.value else { continue };
                for (i, _) in (0..).zip(parameters).filter(|(_, parameter)| !parameter.r#type.is_known()) {
                    if let Some(items) = self.function_parameter(function_type, i) {
                        entries.passed.push(((closure, i), items.clone()));
                    }
                }
            }
        }
    }

    fn function_parameter(&self, def: Def, index: u32) -> Option<&Items> {
        self.types.consult(def.file, self.index.name_hash(def));
        self.types.tables.function_parameter(def, index)
    }

    /// The functions that a callee may be.
    fn callees(&self, callee: ExpressionId, position: Position) -> SmallVec<[Callee; 2]> {
        let mut found = SmallVec::new();
        for item in self.types.value_of(callee, position) {
            match item.value {
                Value::Function(def) => {
                    found.push(Callee { def, is_bound: self.types.is_bound(callee, position) });
                }
                Value::Class(class) => {
                    if let Some(def) = self.types.constructor(class) {
                        found.push(Callee { def, is_bound: true });
                    }
                }
                _ => {}
            }
        }
        found.truncate(MOST);
        found
    }
}
