//! Written types: the values of expressions in type positions: annotations, aliases, types in quotes.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::facts::{Expression, ExpressionId, Position, ScopeId, Symbol};
use crate::graph::{NodeKind, Via};
use crate::hashing::NameHash;
use crate::languages::Unit;
use crate::platform;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::evaluator::{DEEPEST, Evaluator};
use crate::resolve::types::memo::MemoState;
use crate::resolve::types::value::{
    Item, Items, MOST_PARTS, Value, Values, extend, one, relabel, values, weaker,
};

/// The longest text that is read as a type, in bytes.
const LONGEST_TEXT: usize = 300;

/// How deep types in a text may be nested.
const DEEPEST_TEXT: u32 = 4;

impl Evaluator<'_> {
    /// The objects of the types that are named by an expression in a type position.
    pub fn type_of(&self, expression: ExpressionId, position: Position) -> Items {
        if !expression.is_known()
            || self.depth.get() > DEEPEST
            || !self.memo.borrow_mut().open_type(expression, self.facts.expressions.len())
        {
            return Items::new();
        }
        self.depth.set(self.depth.get() + 1);
        let items = self.evaluate_type(expression, position);
        self.depth.set(self.depth.get() - 1);
        self.memo.borrow_mut().close_type(expression);
        items
    }

    fn evaluate_type(&self, expression: ExpressionId, position: Position) -> Items {
        let mut found = Items::new();
        match self.facts.expression(expression) {
            Expression::Name(_) | Expression::Member { .. } => {
                for item in self.named_type(expression, position) {
                    extend(&mut found, self.instance_of(item));
                }
                if let Expression::Name(name) = self.facts.expression(expression)
                    && found.iter().all(|i| matches!(i.value, Value::External(_)))
                    && let Some(alias) = self.tables.global(self.file, self.facts.name_hash(name))
                {
                    extend(&mut found, alias.iter().cloned().filter_map(object_of_alias).collect());
                }
            }
            Expression::Text(text) => {
                // A forward reference in quotes.
                return self.type_in_text(self.facts.text(text), position.scope, 0);
            }
            Expression::This => return self.self_value(position.scope),
            Expression::SelfType => {
                found = self.value_of(expression, position);
                found = found.into_iter().flat_map(|item| self.instance_of(item)).collect();
            }
            Expression::Index { object, arguments } => {
                let count = self.facts.list(arguments).len();
                let arguments = self.facts.list(arguments).map(|a| self.type_of(a, position)).collect();
                let name = self.type_name(object);
                let bases = || match self.facts.expression(object) {
                    Expression::Name(name) if self.language.rules.overloads => {
                        let types = self.with_arity(self.lookup_type(name, position), count);
                        types.into_iter().flat_map(|item| self.instance_of(item)).collect()
                    }
                    _ => self.type_of(object, position),
                };
                return self.generic_instance(name, bases, arguments);
            }
            Expression::Either(list) => {
                for part in self.facts.list(list) {
                    extend(&mut found, self.type_of(part, position));
                }
            }
            Expression::Array(inner) => {
                let inner = self.type_of(inner, position);
                found = one(Value::Container(values(&inner)), Via::Type);
            }
            Expression::Sequence(list) => {
                let parts: Arc<[Values]> = self
                    .facts
                    .list(list)
                    .take(MOST_PARTS)
                    .map(|p| values(&self.type_of(p, position)))
                    .collect();
                found = one(Value::Tuple(parts), Via::Type);
            }
            Expression::Typed(inner) => return self.type_of(inner, position),
            Expression::TypeOf(value) => {
                found = relabel(&self.value_of(value, position), Via::Type);
                found.retain(|i| i.value != Value::Unknown);
            }
            Expression::Definition(id) => {
                let def = Def { file: self.file, id };
                let of_function = self.facts.definition(id).is_callable();
                found = one(if of_function { Value::Function(def) } else { Value::Instance(def) }, Via::Type);
            }
            Expression::Call { callee, .. } => found = self.narrowed_by_call(callee, position),
            Expression::Literal(_) => found = one(Value::builtin(), Via::Type),
            _ => {}
        }
        found
    }

    /// Objects of the types that a text names: `a.B`, `A | B`, `A[B, C]`.
    fn type_in_text(&self, text: &str, scope: ScopeId, depth: u32) -> Items {
        let mut found = Items::new();
        let text = text.trim();
        if depth > DEEPEST_TEXT || text.len() > LONGEST_TEXT {
            return found;
        }
        let alternatives = split_outside(text, '|');
        if alternatives.len() > 1 {
            for part in alternatives {
                extend(&mut found, self.type_in_text(part, scope, depth + 1));
            }
            return found;
        }
        if let Some((base, arguments)) = text.strip_suffix(']').and_then(|t| t.split_once('[')) {
            let arguments = split_outside(arguments, ',')
                .into_iter()
                .map(|a| self.type_in_text(a, scope, depth + 1))
                .collect();
            let name = base.rsplit('.').next().unwrap_or(base);
            return self.generic_instance(name, || self.type_in_text(base, scope, depth + 1), arguments);
        }
        for item in self.dotted_name(text, scope) {
            extend(&mut found, self.instance_of(item));
        }
        found
    }

    /// An object of a class; for an alias an object of the aliased type.
    fn instance_of(&self, item: Item) -> Items {
        match item.value {
            Value::Class(class) => {
                self.consult(class.file, self.index.name_hash(class));
                let definition = self.index.definition(class);
                // A type with methods of its own is not only an alias.
                let is_alias = definition.kind == NodeKind::Type && !self.index.has_outside_members(class);
                if is_alias && definition.returns.is_known() {
                    let aliased = self.returned_value(class, Via::Type);
                    if aliased.iter().any(|i| i.value != Value::Unknown) {
                        return aliased;
                    }
                }
                one(Value::Instance(class), Via::Type)
            }
            Value::External(package) => one(Value::External(package), Via::Type),
            // A function that constructs objects.
            Value::Function(def) if self.language.doc_comments.is_some() => {
                one(Value::Instance(def), Via::Type)
            }
            _ if platform::of(self.language).generic_types.is_empty() => Items::new(),
            _ => object_of_alias(item).into_iter().collect(),
        }
    }

    /// The values of a variable in a type position, if it is an alias of a generic type with arguments, or a type
    /// variable with a bound.
    pub fn type_alias(&self, value: ExpressionId, position: Position) -> Items {
        let rules = &self.language.rules;
        let mut found = match self.facts.expression(value) {
            Expression::Index { .. } if !platform::of(self.language).generic_types.is_empty() => {
                self.type_of(value, position)
            }
            Expression::Call { callee, arguments } => {
                let name = self.type_name(callee);
                let Some((_, key)) = rules.types.variable_functions.iter().find(|(call, _)| *call == name)
                else {
                    return Items::new();
                };
                let bound = self.facts.list(arguments).find_map(|a| match self.facts.expression(a) {
                    Expression::Entry { key: k, value } if self.facts.text(k) == *key => Some(value),
                    _ => None,
                });
                bound.map_or_else(Items::new, |bound| self.type_of(bound, position))
            }
            _ => Items::new(),
        };
        found.retain(|i| !matches!(i.value, Value::External(_)));
        found
    }

    /// The values of a dotted name in a type position. Parameters and variables of that name are ignored.
    pub fn named_type(&self, expression: ExpressionId, position: Position) -> Items {
        if let MemoState::Known(items) = self.memo.borrow().state(expression) {
            return items;
        }
        let mut names: SmallVec<[Symbol; 4]> = SmallVec::new();
        let mut objects: SmallVec<[ExpressionId; 4]> = SmallVec::new();
        let mut root = expression;
        while let Expression::Member { object, name } = self.facts.expression(root) {
            names.push(name);
            objects.push(object);
            root = object;
        }
        let mut items = match self.facts.expression(root) {
            Expression::Name(name) => self.with_arity(self.lookup_type(name, position), 0),
            _ => self.value_of(root, position),
        };
        if items.is_empty() {
            items = self.platform_name(root);
        }
        while let (Some(name), Some(object)) = (names.pop(), objects.pop()) {
            if items.is_empty() {
                items = self.package_by_name(object);
            }
            let mut next = Items::new();
            for item in &items {
                extend(&mut next, self.member(item, self.facts.name_hash(name)));
            }
            items = next;
        }
        self.memo.borrow_mut().keep(expression, items.clone(), self.facts.expressions.len());
        items
    }

    /// Of several types of one name those with that many type parameters, if there are any.
    pub(super) fn with_arity(&self, mut items: Items, count: usize) -> Items {
        let arity = |item: &Item| match item.value {
            Value::Class(class) => Some(usize::from(self.index.definition(class).arity)),
            _ => None,
        };
        if items.len() > 1 && items.iter().any(|i| arity(i) == Some(count)) {
            items.retain(|i| arity(i).is_none_or(|a| a == count));
        }
        items
    }

    /// A name that is declared nowhere, as a value of the platform; empty if a package may begin with the name.
    pub fn platform_name(&self, expression: ExpressionId) -> Items {
        match self.facts.expression(expression) {
            Expression::Name(name) if !self.index.begins_package(self.facts.name_hash(name)) => {
                one(Value::builtin(), Via::Syntax)
            }
            _ => Items::new(),
        }
    }

    /// The package of a dotted name, in languages where types may be named in full without an import.
    pub(super) fn package_by_name(&self, expression: ExpressionId) -> Items {
        if self.language.rules.unit != Unit::Package {
            return Items::new();
        }
        let mut names: SmallVec<[&str; 8]> = SmallVec::new();
        let mut root = expression;
        loop {
            match self.facts.expression(root) {
                Expression::Member { object, name } => {
                    names.push(self.facts.text(name));
                    root = object;
                }
                Expression::Name(name) => {
                    names.push(self.facts.text(name));
                    break;
                }
                _ => return Items::new(),
            }
        }
        names.reverse();
        let rules = &self.language.rules;
        let name = names.join(".");
        let mut enclosing =
            if rules.names.nested_packages { self.facts.text(self.facts.package) } else { "" };
        loop {
            let full = if enclosing.is_empty() { name.clone() } else { format!("{enclosing}.{name}") };
            if let Some(unit) = self.index.package(self.file, &full) {
                return one(Value::Unit(unit), Via::Import);
            }
            if enclosing.is_empty() {
                return Items::new();
            }
            enclosing = enclosing.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
    }

    /// The type by which another type is defined (`type A B`).
    pub(super) fn underlying_type(&self, class: Def, via: Via) -> Items {
        if self.index.definition(class).kind != NodeKind::Type {
            return Items::new();
        }
        let mut found = self.returned_value(class, via);
        found.retain(|i| i.value != Value::Unknown && i.value != Value::Instance(class));
        found
    }

    /// The last name of a written type; empty if it has none.
    fn type_name(&self, expression: ExpressionId) -> &str {
        match self.facts.expression(expression) {
            Expression::Name(name) | Expression::Member { name, .. } => self.facts.text(name),
            _ => "",
        }
    }

    /// The values of a dotted name in a text.
    pub(super) fn dotted_name(&self, text: &str, scope: ScopeId) -> Items {
        let mut parts = text.split('.').map(str::trim);
        let first = parts.next().unwrap_or("");
        let Some(name) = self.symbol(first) else {
            return Items::new();
        };
        let mut items = self.lookup(name, Position::new(scope, u32::MAX));
        for part in parts {
            let mut next = Items::new();
            for item in &items {
                extend(&mut next, self.member(item, NameHash::of(part)));
            }
            items = next;
        }
        items
    }

    fn symbol(&self, text: &str) -> Option<Symbol> {
        self.facts.strings.symbol(NameHash::of(text))
    }
}

/// An item of the tables as an object of an aliased type; None if it is no object.
fn object_of_alias(item: Item) -> Option<Item> {
    let is_object =
        matches!(item.value, Value::Instance(_) | Value::Container(_) | Value::Tuple(_) | Value::Table(_));
    is_object.then_some(Item { via: weaker(item.via, Via::Type), value: item.value })
}

/// Splits a text at a separator outside of brackets.
fn split_outside(text: &str, separator: char) -> Vec<&str> {
    let mut depth = 0u32;
    text.split(|c| {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == separator && depth == 0
    })
    .collect()
}
