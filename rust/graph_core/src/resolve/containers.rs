//! Containers: what generic types of the platform hold, what indexing gives, and what the platform's functions and
//! the methods of its containers give back of what they are given.

use std::sync::Arc;

use super::eval::Evaluator;
use super::value::{Def, Item, Items, MOST, Value, Values, elements, extend, one, push, values, weaker};
use super::world::BUILTIN;
use crate::facts::{Expression, ExpressionId, ListId, ScopeId, hash};
use crate::graph::{ParameterKind, Via};
use crate::languages::platform::{Generic, Returned};
use crate::platform;

impl Evaluator<'_> {
    /// An object of a generic type with arguments; `bases` is the type without them.
    pub(super) fn generic(&self, name: &str, bases: impl FnOnce() -> Items, arguments: Vec<Items>) -> Items {
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
                        extend(&mut results, self.result(def, item.via));
                    }
                }
                results
            }
            Some(Generic::Function) => one(Value::External(hash(BUILTIN.as_bytes())), Via::Type),
        }
    }

    /// `object[arguments]`; without an argument that is known, as in a slice, the same container.
    pub(super) fn indexed(&self, object: ExpressionId, arguments: ListId, scope: ScopeId, at: u32) -> Items {
        let key = self.facts.list(arguments).next().map(|a| self.facts.expression(a));
        let mut found = Items::new();
        let objects = match self.facts.expression(object) {
            Expression::Name(name) if self.language.rules.overloads => {
                self.with_arity(self.lookup(name, scope, at), self.facts.list(arguments).len())
            }
            _ => self.eval(object, scope, at),
        };
        for item in objects {
            match (&item.value, key) {
                // Type arguments.
                (Value::Class(_) | Value::Function(_), _) => push(&mut found, item),
                (Value::Instance(class), _) => {
                    extend(&mut found, self.result_of(*class, b"__getitem__", item.via));
                    for whole in self.underlying(*class, item.via) {
                        extend(&mut found, elements(&whole.value, whole.via));
                    }
                    if let (true, Some(Expression::Text(name))) = (found.is_empty(), key) {
                        let mut field = self.member(&item, self.facts.strings.hash(name));
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
                    extend(&mut found, self.entry(&item, self.facts.strings.hash(name)));
                }
                _ => extend(&mut found, self.held(&item)),
            }
        }
        found
    }

    /// What a container has under its keys or places.
    fn held(&self, item: &Item) -> Items {
        match &item.value {
            Value::Table(parts) => {
                let mut found = Items::new();
                add(&mut found, &parts[1], item.via);
                found
            }
            Value::Object { file, list, scope, at, .. } => {
                let facts = self.world.facts(*file);
                let mut keys: Vec<u64> = Vec::new();
                for entry in facts.list(*list).take(4 * MOST) {
                    if let Expression::Entry { key, .. } = facts.expression(entry)
                        && !keys.contains(&facts.strings.hash(key))
                    {
                        keys.push(facts.strings.hash(key));
                    }
                }
                let mut found = Items::new();
                for key in keys {
                    extend(&mut found, self.of_literal(*file, *list, *scope, *at, key));
                }
                found.retain(|i| !matches!(i.value, Value::Unknown | Value::External(_)));
                found
            }
            value => elements(value, item.via),
        }
    }

    /// What a call of the platform gives that stands for what it is given; None: nothing is known of it.
    pub(super) fn given_back(
        &self,
        callees: &Items,
        callee: ExpressionId,
        arguments: ListId,
        scope: ScopeId,
        at: u32,
    ) -> Option<Items> {
        let platform = platform::of(self.language);
        match self.facts.expression(callee) {
            Expression::Name(_) if callees.iter().any(|i| i.value == Value::Unknown) => None,
            Expression::Name(name) => {
                let gives = *platform.functions.get(self.facts.text(name))?;
                self.of_arguments(gives, arguments, scope, at)
            }
            Expression::Member { object, name } => {
                let name = self.facts.text(name);
                let on_container = platform.container_methods.get(name).copied();
                let of_module = platform.functions.get(name).copied();
                let same = platform.returns_self.contains(name);
                if on_container.is_none() && of_module.is_none() && !same {
                    return None;
                }
                let objects = self.eval(object, scope, at);
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
                    return self.of_arguments(gives, arguments, scope, at);
                }
                let mut found = Items::new();
                for item in objects {
                    extend(&mut found, self.of_container(&item, on_container?));
                }
                if on_container == Some(Returned::Element)
                    && let Some(default) = self.facts.list(arguments).nth(1)
                {
                    extend(&mut found, self.eval(default, scope, at));
                }
                found.retain(|i| !matches!(i.value, Value::External(_)));
                Some(found).filter(|f| !f.is_empty())
            }
            _ => None,
        }
    }

    /// Of what a function is given in a call that which it gives back as it is.
    pub(super) fn handed_back(
        &self,
        def: Def,
        callee: ExpressionId,
        arguments: ListId,
        scope: ScopeId,
        at: u32,
    ) -> Items {
        let mut found = Items::new();
        for item in self.tables.returned(def).into_iter().flatten() {
            let Value::Given(wanted) = item.value else { continue };
            let bound = self.is_bound(callee, scope, at);
            for (position, argument) in self.facts.list(arguments).enumerate() {
                let (key, value) = match self.facts.expression(argument) {
                    Expression::Spread(_) => break,
                    Expression::Entry { key, value } => (Some(self.facts.strings.hash(key)), value),
                    _ => (None, argument),
                };
                let index = self.parameter_index(def, position, key, bound);
                if index.is_some_and(|(index, _)| index == wanted) {
                    for mut item in self.eval(value, scope, at) {
                        item.via = weaker(item.via, Via::Flow);
                        push(&mut found, item);
                    }
                }
            }
        }
        found
    }

    fn of_container(&self, item: &Item, gives: Returned) -> Items {
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
            _ => self.held(item),
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

    fn of_arguments(&self, gives: Returned, arguments: ListId, scope: ScopeId, at: u32) -> Option<Items> {
        let mut given = self
            .facts
            .list(arguments)
            .filter(|a| !matches!(self.facts.expression(*a), Expression::Entry { .. }));
        let first = given.next()?;
        let inside = |argument: ExpressionId| self.parts(argument, scope, at, None);
        let container = |inner: &Items| match inner.is_empty() {
            true => Items::new(),
            false => one(Value::Container(values(inner)), Via::Flow),
        };
        let mut found = match gives {
            Returned::Same => self.eval(first, scope, at),
            Returned::Element => inside(first),
            Returned::Elements => container(&inside(first)),
            Returned::Wrapped => container(&self.eval(first, scope, at)),
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
                for item in self.eval(first, scope, at) {
                    match item.value {
                        Value::Class(class) => {
                            push(&mut results, Item { value: Value::Instance(class), via: item.via })
                        }
                        Value::Function(def) => extend(&mut results, self.result(def, item.via)),
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

fn add(items: &mut Items, more: &Values, via: Via) {
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
