//! Arguments: what the calls of a file pass to parameters that have no type of their own.

use smallvec::SmallVec;

use crate::facts::{DefinitionId, Expression, ExpressionId, Position, ReferenceKind};
use crate::graph::{Via, flag};
use crate::resolve::collect::Collector;
use crate::resolve::collect::contribution::ContributionBuilder;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::value::{Items, MOST, Value};

impl Collector<'_, '_> {
    /// The types of parameters that are functions, and of the parameters of those.
    pub(super) fn collect_function_parameters(&self, def: Def, entries: &mut ContributionBuilder) {
        let definition = self.facts.definition(def.id);
        let of_type = !definition.has_body && definition.name.is_empty();
        for (index, parameter) in definition.parameters.iter().enumerate() {
            if !parameter.r#type.is_known() {
                continue;
            }
            let mut items =
                self.types.type_of(parameter.r#type, Position::new(definition.scope, definition.start));
            items.retain(|i| match i.value {
                Value::Function(_) => true,
                Value::External(_) | Value::Unknown => false,
                _ => of_type,
            });
            if !items.is_empty() {
                entries.table.function_parameters.insert((def.id, index as u32), items);
            }
        }
    }

    /// A function that is written in a call is given what the parameter that it is for says of its own.
    fn pass_by_type(
        &self,
        closure: DefinitionId,
        target: Def,
        index: u32,
        entries: &mut ContributionBuilder,
    ) {
        let untyped = |i: &usize| !self.facts.definition(closure).parameters[*i].r#type.is_known();
        for item in self.function_parameter(target, index).into_iter().flatten() {
            let Value::Function(of) = item.value else { continue };
            for i in (0..self.facts.definition(closure).parameters.len()).filter(untyped) {
                if let Some(items) = self.function_parameter(of, i as u32) {
                    let own = Def { file: self.file, id: closure };
                    entries.passed.push(((own, i as u32), items.clone()));
                }
            }
        }
    }

    fn function_parameter(&self, def: Def, index: u32) -> Option<&Items> {
        self.types.consult(def.file, self.index.name_hash(def));
        self.types.tables.function_parameter(def, index)
    }

    /// A decorator is given what it decorates.
    fn collect_decorated(&self, entries: &mut ContributionBuilder) {
        for (i, definition) in self.facts.definitions.iter().enumerate() {
            if definition.decorators.is_empty() || definition.flags & flag::PROPERTY != 0 {
                continue;
            }
            let given =
                self.types.definition_value(Def { file: self.file, id: DefinitionId(i as u32) }, Via::Flow);
            let around = self.facts.scope(definition.scope).parent;
            for (decorator, _) in &definition.decorators {
                for (def, bound) in self.callables(*decorator, Position::new(around, definition.start)) {
                    if let Some((index, typed)) = self.types.parameter_index(def, 0, None, bound)
                        && (!typed || matches!(given[0].value, Value::Function(_)))
                    {
                        entries.passed.push(((def, index), given.clone()));
                    }
                }
            }
        }
    }

    /// What calls give to parameters that have no type of their own.
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
            let targets = self.callables(callee, reference.position());
            if targets.is_empty() {
                continue;
            }
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
                    for (def, bound) in &targets {
                        if let Some((index, true)) = self.types.parameter_index(*def, position, key, *bound) {
                            self.pass_by_type(closure, *def, index, entries);
                        }
                    }
                }
                let mut items = self.types.value_of(value, reference.position());
                items.retain(|i| !matches!(i.value, Value::External(_) | Value::Unknown | Value::Super(_)));
                if items.is_empty() {
                    continue;
                }
                for (def, bound) in &targets {
                    let Some((index, typed)) = self.types.parameter_index(*def, position, key, *bound) else {
                        continue;
                    };
                    let mut given = items.clone();
                    if typed {
                        given.retain(|i| matches!(i.value, Value::Function(_)));
                    }
                    if !given.is_empty() {
                        entries.passed.push(((*def, index), given));
                    }
                }
            }
        }
    }

    /// The functions that a callee may be, and whether the object takes the first parameter.
    fn callables(&self, callee: ExpressionId, position: Position) -> SmallVec<[(Def, bool); 2]> {
        let mut found = SmallVec::new();
        for item in self.types.value_of(callee, position) {
            match item.value {
                Value::Function(def) => {
                    found.push((def, self.types.is_bound(callee, position)));
                }
                Value::Class(class) => {
                    if let Some(def) = self.types.constructor(class) {
                        found.push((def, true));
                    }
                }
                _ => {}
            }
        }
        found.truncate(MOST);
        found
    }
}
