//! Containers: what generic types of the platform hold, what indexing and iteration give, and what the platform's
//! functions and the methods of its containers return of what they are given.

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
    /// An object of a generic type with arguments; `bases` is the type without them.
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
        let held = |inner: &Items| match inner.is_empty() {
            true => bases.clone(),
            false => one(Value::Container(values(inner)), Via::Type),
        };
        match platform::of(self.language).generic_types.get(name) {
            None => held(last),
            Some(Generic::First) => held(first),
            Some(Generic::Entries) => one(Value::Table(Arc::new([Arc::default(), values(last)])), Via::Type),
            Some(Generic::Map) => one(Value::Table(Arc::new([values(first), values(last)])), Via::Type),
            Some(Generic::Tuple) if last.is_empty() => held(first),
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

    /// `object[arguments]`; without an argument that is known, as in a slice, the same container.
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
                // Type arguments.
                (Value::Class(_) | Value::Function(_), _) => push(&mut found, item),
                (Value::Instance(class), _) => {
                    extend(
                        &mut found,
                        self.method_result(*class, self.language.rules.implied.index_method, item.via),
                    );
                    for whole in self.underlying_type(*class, item.via) {
                        extend(&mut found, elements(&whole.value, whole.via));
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

    /// What a container has under its keys or places.
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

    /// What a call of the platform gives that stands for what it is given; None: nothing is known of it.
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
                let same = platform.returns_self.contains(name);
                if on_container.is_none() && of_module.is_none() && !same {
                    return None;
                }
                let objects = self.value_of(object, position);
                let own = objects.iter().filter(|_| same).filter_map(|item| match item.value {
                    Value::Instance(class) | Value::Class(class) => {
                        Some(Item { value: Value::Instance(class), via: weaker(item.via, Via::Type) })
                    }
                    _ => None,
                });
                let own: Items = own.collect();
                if !own.is_empty() {
                    return Some(own);
                }
                if let Some(gives) = of_module
                    && !objects.is_empty()
                    && objects.iter().all(|i| matches!(i.value, Value::External(_)) && i.via == Via::Import)
                {
                    return self.arguments_result(gives, arguments, position);
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

    /// Of what a function is given in a call that which it gives back as it is.
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
            let bound = self.is_bound(callee, position);
            for (place, argument) in self.facts.list(arguments).enumerate() {
                let (key, value) = match self.facts.expression(argument) {
                    Expression::Spread(_) => break,
                    Expression::Entry { key, value } => (Some(self.facts.name_hash(key)), value),
                    _ => (None, argument),
                };
                let index = self.parameter_index(def, place, key, bound);
                if index.is_some_and(|(index, _)| index == wanted) {
                    for mut item in self.value_of(value, position) {
                        item.via = weaker(item.via, Via::Flow);
                        push(&mut found, item);
                    }
                }
            }
        }
        found
    }

    fn container_result(&self, item: &Item, gives: Returned) -> Items {
        if !matches!(
            item.value,
            Value::Container(_) | Value::Tuple(_) | Value::Table(_) | Value::Object { .. }
        ) {
            return Items::new();
        }
        if matches!(item.value, Value::Object { .. }) && self.language.rules.members.literal_keys {
            return Items::new();
        }
        let all = match gives {
            Returned::Same | Returned::Elements => return one(item.value.clone(), item.via),
            Returned::Keys => elements(&item.value, item.via),
            _ => self.container_values(item),
        };
        match gives {
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

    fn arguments_result(&self, gives: Returned, arguments: ListId, position: Position) -> Option<Items> {
        let mut given = self
            .facts
            .list(arguments)
            .filter(|a| !matches!(self.facts.expression(*a), Expression::Entry { .. }));
        let first = given.next()?;
        let inside = |argument: ExpressionId| self.destructured(argument, position, None);
        let container = |inner: &Items| match inner.is_empty() {
            true => Items::new(),
            false => one(Value::Container(values(inner)), Via::Flow),
        };
        let mut found = match gives {
            Returned::Same => self.value_of(first, position),
            Returned::Element => inside(first),
            Returned::Elements => container(&inside(first)),
            Returned::Wrapped => container(&self.value_of(first, position)),
            Returned::OfSecond => container(&inside(given.next()?)),
            Returned::Numbered => {
                let pair = Value::Tuple(Arc::new([Arc::default(), values(&inside(first))]));
                one(Value::Container(Arc::new([pair])), Via::Flow)
            }
            Returned::Zipped => {
                let parts: Arc<[Values]> =
                    std::iter::once(first).chain(given).map(|a| values(&inside(a))).collect();
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
}

impl<'w> Evaluator<'w> {
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

    fn iterated_elements(&self, class: Def, via: Via) -> Items {
        let mut found = Items::new();
        for whole in self.underlying_type(class, via) {
            extend(&mut found, elements(&whole.value, whole.via));
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
                            one.value = Value::Instance(class); // one of several that are caught
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

pub fn add(items: &mut Items, more: &Values, via: Via) {
    for value in more.iter() {
        push(items, Item { value: value.clone(), via });
    }
}

/// What a parameter holds that takes several arguments of a type.
pub(super) fn gathered(items: Items, kind: ParameterKind) -> Items {
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
