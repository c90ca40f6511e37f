//! Containers: the elements of the platform's generic types, the values of indexing and iteration, and what the
//! platform's functions and the methods of its containers return.

use std::sync::Arc;

use crate::facts::{Expression, ExpressionId, ListId, Position};
use crate::graph::{NodeKind, ParameterKind, Via};
use crate::hashing::NameHash;
use crate::languages::platform::{Generic, Returned};
use crate::platform;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::evaluator::Evaluator;
use crate::resolve::types::value::{
    Item, Items, MOST, Value, Values, elements, extend, one, push, values, weaker,
};

impl Evaluator<'_> {
    /// An object of a generic type with type arguments; `bases` returns the objects of the type without them.
    pub(super) fn generic_instance(
        &self,
        name: &str,
        bases: impl FnOnce() -> Items,
        arguments: Vec<Items>,
    ) -> Items {
        let rules = &self.language.rules;
        if rules.types.transparent.contains(&name) {
            let mut found = Items::new();
            arguments.into_iter().for_each(|argument| extend(&mut found, argument));
            return found;
        }
        let bases = bases();
        if bases.iter().any(|i| matches!(i.value, Value::Instance(_))) {
            return bases;
        }
        let (Some(first), Some(last)) = (arguments.first(), arguments.last()) else { return bases };
        let container = |inner: &Items| match inner.is_empty() {
            true => bases.clone(),
            false => one(Value::Container(values(inner)), Via::Type),
        };
        match platform::of(self.language).generic_types.get(name) {
            None => container(last),
            Some(Generic::First) => container(first),
            Some(Generic::Entries) => one(Value::Table(Arc::new([Arc::default(), values(last)])), Via::Type),
            Some(Generic::Map) => one(Value::Table(Arc::new([values(first), values(last)])), Via::Type),
            Some(Generic::Tuple) if last.is_empty() => container(first),
            Some(Generic::Tuple) => one(Value::Tuple(arguments.iter().map(values).collect()), Via::Type),
            Some(Generic::Class) => {
                let classes = first.iter().filter_map(|item| match item.value {
                    Value::Instance(class) => Some(Item { value: Value::Class(class), via: item.via }),
                    Value::External(_) => Some(item.clone()),
                    _ => None,
                });
                classes.collect()
            }
            Some(Generic::Instance) => {
                let objects = first.iter().map(|item| match item.value {
                    Value::Class(class) => Item { value: Value::Instance(class), via: item.via },
                    _ => item.clone(),
                });
                objects.collect()
            }
            Some(Generic::Result) => {
                let mut results = Items::new();
                for item in first {
                    if let Value::Function(def) = item.value {
                        extend(&mut results, self.returned_value(def, item.via));
                    }
                }
                results
            }
            Some(Generic::Function) => one(Value::builtin(), Via::Type),
        }
    }

    /// The value of `object[arguments]`; if the argument is not known, as for a slice, the container itself.
    pub(super) fn indexed_value(&self, object: ExpressionId, arguments: ListId, position: Position) -> Items {
        let key = self.facts.list(arguments).next().map(|a| self.facts.expression(a));
        let mut found = Items::new();
        let objects = match self.facts.expression(object) {
            Expression::Name(name) if self.language.rules.overloads => {
                self.with_arity(self.lookup(name, position), self.facts.list(arguments).len())
            }
            _ => self.value_of(object, position),
        };
        for item in objects {
            match (&item.value, key) {
                // A generic type with its arguments.
                (Value::Class(_) | Value::Function(_), _) => push(&mut found, item),
                (Value::Instance(class), _) => {
                    extend(
                        &mut found,
                        self.method_result(*class, self.language.rules.implied.index_method, item.via),
                    );
                    for underlying in self.underlying_type(*class, item.via) {
                        extend(&mut found, elements(&underlying.value, underlying.via));
                    }
                    if let (true, Some(Expression::Text(name))) = (found.is_empty(), key) {
                        let mut field = self.member(&item, self.facts.name_hash(name));
                        field.retain(|i| matches!(i.value, Value::Instance(_)));
                        extend(&mut found, field);
                    }
                }
                (Value::Container(_) | Value::Tuple(_), None) => push(&mut found, item),
                (Value::Tuple(parts), Some(Expression::Literal(number))) => {
                    let part = self.facts.text(number).parse::<usize>().ok().and_then(|n| parts.get(n));
                    match part {
                        Some(part) => add(&mut found, part, item.via),
                        None => extend(&mut found, elements(&item.value, item.via)),
                    }
                }
                (Value::Object { .. }, Some(Expression::Text(name))) => {
                    extend(&mut found, self.object_entry(&item, self.facts.name_hash(name)));
                }
                _ => extend(&mut found, self.container_values(&item)),
            }
        }
        found
    }

    /// The values of a container: of a map those under its keys, of others their elements.
    fn container_values(&self, item: &Item) -> Items {
        match &item.value {
            Value::Table(parts) => {
                let mut found = Items::new();
                add(&mut found, &parts[1], item.via);
                found
            }
            Value::Object { file, list, position, .. } => {
                let facts = self.index.facts(*file);
                let mut keys: Vec<NameHash> = Vec::new();
                for entry in facts.list(*list).take(4 * MOST) {
                    if let Expression::Entry { key, .. } = facts.expression(entry)
                        && !keys.contains(&facts.name_hash(key))
                    {
                        keys.push(facts.name_hash(key));
                    }
                }
                let mut found = Items::new();
                for key in keys {
                    extend(&mut found, self.literal_entry(*file, *list, *position, key));
                }
                found.retain(|i| !matches!(i.value, Value::Unknown | Value::External(_)));
                found
            }
            value => elements(value, item.via),
        }
    }

    /// What a call of a function or method of the platform returns, by its arguments or the elements of its object;
    /// None if nothing is known of it.
    pub(super) fn platform_result(
        &self,
        callees: &Items,
        callee: ExpressionId,
        arguments: ListId,
        position: Position,
    ) -> Option<Items> {
        let platform = platform::of(self.language);
        match self.facts.expression(callee) {
            Expression::Name(_) if callees.iter().any(|i| i.value == Value::Unknown) => None,
            Expression::Name(name) => {
                let returned = *platform.functions.get(self.facts.text(name))?;
                self.arguments_result(returned, arguments, position)
            }
            Expression::Member { object, name } => {
                let name = self.facts.text(name);
                let on_container = platform.container_methods.get(name).copied();
                let of_module = platform.functions.get(name).copied();
                let returns_self = platform.returns_self.contains(name);
                if on_container.is_none() && of_module.is_none() && !returns_self {
                    return None;
                }
                let objects = self.value_of(object, position);
                let same = objects.iter().filter(|_| returns_self).filter_map(|item| match item.value {
                    Value::Instance(class) | Value::Class(class) => {
                        Some(Item { value: Value::Instance(class), via: weaker(item.via, Via::Type) })
                    }
                    _ => None,
                });
                let same: Items = same.collect();
                if !same.is_empty() {
                    return Some(same);
                }
                if let Some(returned) = of_module
                    && !objects.is_empty()
                    && objects.iter().all(|i| matches!(i.value, Value::External(_)) && i.via == Via::Import)
                {
                    return self.arguments_result(returned, arguments, position);
                }
                let mut found = Items::new();
                for item in objects {
                    extend(&mut found, self.container_result(&item, on_container?));
                }
                if on_container == Some(Returned::Element)
                    && let Some(default) = self.facts.list(arguments).nth(1)
                {
                    extend(&mut found, self.value_of(default, position));
                }
                found.retain(|i| !matches!(i.value, Value::External(_)));
                Some(found).filter(|f| !f.is_empty())
            }
            _ => None,
        }
    }

    /// The arguments of a call that the function returns unchanged.
    pub(super) fn returned_arguments(
        &self,
        def: Def,
        callee: ExpressionId,
        arguments: ListId,
        position: Position,
    ) -> Items {
        let mut found = Items::new();
        for item in self.tables.returned(def).into_iter().flatten() {
            let Value::FromParameter(wanted) = item.value else { continue };
            let is_bound = self.is_bound(callee, position);
            for (argument_position, argument) in self.facts.list(arguments).enumerate() {
                let (key, value) = match self.facts.expression(argument) {
                    Expression::Spread(_) => break,
                    Expression::Entry { key, value } => (Some(self.facts.name_hash(key)), value),
                    _ => (None, argument),
                };
                let parameter = self.parameter_for(def, argument_position, key, is_bound);
                if parameter.is_some_and(|parameter| parameter.index == wanted) {
                    for mut item in self.value_of(value, position) {
                        item.via = weaker(item.via, Via::Flow);
                        push(&mut found, item);
                    }
                }
            }
        }
        found
    }

    /// What a method of a container returns.
    fn container_result(&self, item: &Item, returned: Returned) -> Items {
        if !matches!(
            item.value,
            Value::Container(_) | Value::Tuple(_) | Value::Table(_) | Value::Object { .. }
        ) {
            return Items::new();
        }
        if matches!(item.value, Value::Object { .. }) && self.language.rules.members.literal_keys {
            return Items::new();
        }
        let all = match returned {
            Returned::Same | Returned::Elements => return one(item.value.clone(), item.via),
            Returned::Keys => elements(&item.value, item.via),
            _ => self.container_values(item),
        };
        match returned {
            Returned::Element => all,
            Returned::Pairs => {
                let keys = match &item.value {
                    Value::Table(parts) => parts[0].clone(),
                    _ => Arc::default(),
                };
                let pair = Value::Tuple(Arc::new([keys, values(&all)]));
                one(Value::Container(Arc::new([pair])), item.via)
            }
            _ => one(Value::Container(values(&all)), item.via),
        }
    }

    /// What a function of the platform returns for its arguments.
    fn arguments_result(&self, returned: Returned, arguments: ListId, position: Position) -> Option<Items> {
        let mut arguments = self
            .facts
            .list(arguments)
            .filter(|a| !matches!(self.facts.expression(*a), Expression::Entry { .. }));
        let first = arguments.next()?;
        let elements_of = |argument: ExpressionId| self.destructured(argument, position, None);
        let container = |inner: &Items| match inner.is_empty() {
            true => Items::new(),
            false => one(Value::Container(values(inner)), Via::Flow),
        };
        let mut found = match returned {
            Returned::Same => self.value_of(first, position),
            Returned::Element => elements_of(first),
            Returned::Elements => container(&elements_of(first)),
            Returned::Wrapped => container(&self.value_of(first, position)),
            Returned::OfSecond => container(&elements_of(arguments.next()?)),
            Returned::Numbered => {
                let pair = Value::Tuple(Arc::new([Arc::default(), values(&elements_of(first))]));
                one(Value::Container(Arc::new([pair])), Via::Flow)
            }
            Returned::Zipped => {
                let parts: Arc<[Values]> =
                    std::iter::once(first).chain(arguments).map(|a| values(&elements_of(a))).collect();
                one(Value::Container(Arc::new([Value::Tuple(parts)])), Via::Flow)
            }
            Returned::Results => {
                let mut results = Items::new();
                for item in self.value_of(first, position) {
                    match item.value {
                        Value::Class(class) => {
                            push(&mut results, Item { value: Value::Instance(class), via: item.via })
                        }
                        Value::Function(def) => extend(&mut results, self.returned_value(def, item.via)),
                        _ => {}
                    }
                }
                container(&results)
            }
            Returned::Keys | Returned::Values | Returned::Pairs => Items::new(),
        };
        found.retain(|i| !matches!(i.value, Value::External(_) | Value::Unknown));
        for item in &mut found {
            item.via = weaker(item.via, Via::Flow);
        }
        Some(found).filter(|f| !f.is_empty())
    }

    /// The part of a destructured value at an index, or its elements by iteration.
    pub(super) fn destructured(&self, value: ExpressionId, position: Position, index: Option<u32>) -> Items {
        let mut found = Items::new();
        for item in self.value_of(value, position) {
            match (&item.value, index) {
                (Value::Tuple(parts), Some(index)) => {
                    for value in parts.get(index as usize).into_iter().flat_map(|p| p.iter()) {
                        push(&mut found, Item { value: value.clone(), via: item.via });
                    }
                }
                (Value::Instance(class), None) => {
                    extend(&mut found, self.iterated_elements(*class, item.via))
                }
                (Value::Table(parts), None) if self.language.rules.types.map_iterates_entries => {
                    push(&mut found, Item { value: Value::Tuple(parts[..].into()), via: item.via });
                }
                (Value::Class(class), None) if self.index.definition(*class).kind == NodeKind::Enum => {
                    let via = weaker(item.via, Via::Type);
                    push(&mut found, Item { value: Value::Instance(*class), via });
                }
                (value, _) => extend(&mut found, elements(value, item.via)),
            }
        }
        found
    }

    /// The elements that iterating over an object of a type yields, by the methods of its iterator.
    fn iterated_elements(&self, class: Def, via: Via) -> Items {
        let mut found = Items::new();
        for underlying in self.underlying_type(class, via) {
            extend(&mut found, elements(&underlying.value, underlying.via));
        }
        let implied = &self.language.rules.implied;
        let results =
            implied.iteration_methods[0].iter().flat_map(|name| self.method_result(class, name, via));
        for result in results {
            match result.value {
                Value::Instance(iterator) => {
                    extend(&mut found, self.method_result(iterator, implied.next_method, via))
                }
                value => extend(&mut found, elements(&value, via)),
            }
        }
        found
    }

    /// The value that entering a context manager yields; for caught exception types an object of them.
    pub(super) fn context_value(&self, value: ExpressionId, position: Position) -> Items {
        let mut found = Items::new();
        for item in self.value_of(value, position) {
            match &item.value {
                Value::Class(class) => {
                    let via = weaker(item.via, Via::Type);
                    push(&mut found, Item { value: Value::Instance(*class), via })
                }
                Value::Instance(class) => {
                    let mut entered = Items::new();
                    for methods in self.language.rules.implied.context_methods {
                        let entering = methods.first().copied().unwrap_or_default();
                        extend(&mut entered, self.method_result(*class, entering, item.via));
                    }
                    entered.retain(|i| matches!(i.value, Value::Instance(_) | Value::Container(_)));
                    if entered.is_empty() {
                        push(&mut found, item);
                    } else {
                        extend(&mut found, entered);
                    }
                }
                Value::Tuple(_) | Value::Container(_) => {
                    for mut one in elements(&item.value, item.via) {
                        if let Value::Class(class) = one.value {
                            one.value = Value::Instance(class); // one of several exception types that are caught
                        }
                        push(&mut found, one);
                    }
                }
                _ => push(&mut found, item),
            }
        }
        found
    }
}

/// Adds values with a rule.
fn add(items: &mut Items, more: &Values, via: Via) {
    for value in more.iter() {
        push(items, Item { value: value.clone(), via });
    }
}

/// The value of a parameter whose declared type is that of each argument: a container if it takes several arguments.
pub(super) fn rest_value(items: Items, kind: ParameterKind) -> Items {
    if items.is_empty() {
        return items;
    }
    match kind {
        ParameterKind::Rest => one(Value::Container(values(&items)), Via::Type),
        ParameterKind::KeywordRest => {
            one(Value::Table(Arc::new([Arc::default(), values(&items)])), Via::Type)
        }
        _ => items,
    }
}
