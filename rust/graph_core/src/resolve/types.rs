//! Types: what an expression in the place of a type stands for: annotations, aliases, names in quotes.

use std::sync::Arc;

use smallvec::SmallVec;

use super::eval::{DEEPEST, Evaluator};
use super::lookup::relabel;
use super::memo::State;
use super::value::{Def, Item, Items, Value, Values, extend, one, values, weaker};
use super::world::BUILTIN;
use crate::facts::{Expression, ExpressionId, ScopeId, Symbol, hash};
use crate::graph::{NodeKind, Via};
use crate::languages::Unit;
use crate::platform;

impl Evaluator<'_> {
    /// Instances of the types that an expression in the place of a type names.
    pub fn eval_type(&self, expression: ExpressionId, scope: ScopeId, at: u32) -> Items {
        if !expression.is_known()
            || self.depth.get() > DEEPEST
            || !self.memo.borrow_mut().open_type(expression, self.facts.expressions.len())
        {
            return Items::new();
        }
        self.depth.set(self.depth.get() + 1);
        let items = self.type_new(expression, scope, at);
        self.depth.set(self.depth.get() - 1);
        self.memo.borrow_mut().close_type(expression);
        items
    }

    fn type_new(&self, expression: ExpressionId, scope: ScopeId, at: u32) -> Items {
        let mut found = Items::new();
        match self.facts.expression(expression) {
            Expression::Name(_) | Expression::Member { .. } => {
                for item in self.named_type(expression, scope, at) {
                    extend(&mut found, self.instance(item));
                }
                if let Expression::Name(name) = self.facts.expression(expression)
                    && found.iter().all(|i| matches!(i.value, Value::External(_)))
                    && let Some(alias) = self.tables.global(self.file, self.facts.strings.hash(name))
                {
                    extend(&mut found, alias.iter().cloned().filter_map(object_of_alias).collect());
                }
            }
            Expression::Text(text) => {
                // In quotes: a forward reference.
                return self.quoted(self.facts.text(text), scope, 0);
            }
            Expression::This => return self.this(scope),
            Expression::Own => {
                found = self.eval(expression, scope, at);
                found = found.into_iter().flat_map(|item| self.instance(item)).collect();
            }
            Expression::Index { object, arguments } => {
                let count = self.facts.list(arguments).len();
                let arguments = self.facts.list(arguments).map(|a| self.eval_type(a, scope, at)).collect();
                let name = self.type_name(object);
                let bases = || match self.facts.expression(object) {
                    Expression::Name(name) if self.language.rules.overloads => {
                        let types = self.with_arity(self.lookup_type(name, scope, at), count);
                        types.into_iter().flat_map(|item| self.instance(item)).collect()
                    }
                    _ => self.eval_type(object, scope, at),
                };
                return self.generic(name, bases, arguments);
            }
            Expression::Either(list) => {
                for part in self.facts.list(list) {
                    extend(&mut found, self.eval_type(part, scope, at));
                }
            }
            Expression::Array(inner) => {
                let inner = self.eval_type(inner, scope, at);
                found = one(Value::Container(values(&inner)), Via::Type);
            }
            Expression::Sequence(list) => {
                let parts: Arc<[Values]> =
                    self.facts.list(list).take(16).map(|p| values(&self.eval_type(p, scope, at))).collect();
                found = one(Value::Tuple(parts), Via::Type);
            }
            Expression::Typed(inner) => return self.eval_type(inner, scope, at),
            Expression::Valued(value) => {
                found = relabel(&self.eval(value, scope, at), Via::Type);
                found.retain(|i| i.value != Value::Unknown);
            }
            Expression::Definition(id) => {
                let def = Def { file: self.file, id };
                let of_function = self.facts.definition(id).is_callable();
                found = one(if of_function { Value::Function(def) } else { Value::Instance(def) }, Via::Type);
            }
            Expression::Call { callee, .. } => found = self.proven(callee, scope, at),
            Expression::Literal(_) => found = one(Value::External(hash(BUILTIN.as_bytes())), Via::Type),
            _ => {}
        }
        found
    }

    /// Instances of the types that a text names: `a.B`, `A | B`, `A[B, C]`.
    fn quoted(&self, text: &str, scope: ScopeId, depth: u32) -> Items {
        let mut found = Items::new();
        let text = text.trim();
        if depth > 4 || text.len() > 300 {
            return found;
        }
        let alternatives = split_outside(text, '|');
        if alternatives.len() > 1 {
            for part in alternatives {
                extend(&mut found, self.quoted(part, scope, depth + 1));
            }
            return found;
        }
        if let Some((base, arguments)) = text.strip_suffix(']').and_then(|t| t.split_once('[')) {
            let arguments =
                split_outside(arguments, ',').into_iter().map(|a| self.quoted(a, scope, depth + 1)).collect();
            let name = base.rsplit('.').next().unwrap_or(base);
            return self.generic(name, || self.quoted(base, scope, depth + 1), arguments);
        }
        for item in self.dotted(text, scope) {
            extend(&mut found, self.instance(item));
        }
        found
    }

    /// An object of the class that an item is; of what an alias stands for.
    fn instance(&self, item: Item) -> Items {
        match item.value {
            Value::Class(class) => {
                self.consult(class.file, self.world.name_hash(class));
                let definition = self.world.definition(class);
                // What has methods of its own is more than another name.
                let alias = definition.kind == NodeKind::Type && !self.world.has_members(class);
                if alias && definition.returns.is_known() {
                    let aliased = self.result(class, Via::Type);
                    if aliased.iter().any(|i| i.value != Value::Unknown) {
                        return aliased;
                    }
                }
                one(Value::Instance(class), Via::Type)
            }
            Value::External(package) => one(Value::External(package), Via::Type),
            // A function that constructs.
            Value::Function(def) if self.language.doc_comments.is_some() => {
                one(Value::Instance(def), Via::Type)
            }
            _ if platform::of(self.language).generic_types.is_empty() => Items::new(),
            _ => object_of_alias(item).into_iter().collect(),
        }
    }

    /// What a variable at the top of a file stands for in the place of a type, if it names a generic type with
    /// arguments or a type variable with a bound.
    pub(super) fn aliased(&self, value: ExpressionId, scope: ScopeId, at: u32) -> Items {
        let rules = &self.language.rules;
        let mut found = match self.facts.expression(value) {
            Expression::Index { .. } if !platform::of(self.language).generic_types.is_empty() => {
                self.eval_type(value, scope, at)
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
                bound.map_or_else(Items::new, |bound| self.eval_type(bound, scope, at))
            }
            _ => Items::new(),
        };
        found.retain(|i| !matches!(i.value, Value::External(_)));
        found
    }

    /// What a name in the place of a type means: parameters and variables of that name are not meant.
    pub fn named_type(&self, expression: ExpressionId, scope: ScopeId, at: u32) -> Items {
        if let State::Known(items) = self.memo.borrow().state(expression) {
            return items;
        }
        let mut names: SmallVec<[Symbol; 4]> = SmallVec::new();
        let mut wholes: SmallVec<[ExpressionId; 4]> = SmallVec::new();
        let mut root = expression;
        while let Expression::Member { object, name } = self.facts.expression(root) {
            names.push(name);
            wholes.push(object);
            root = object;
        }
        let mut items = match self.facts.expression(root) {
            Expression::Name(name) => self.with_arity(self.lookup_type(name, scope, at), 0),
            _ => self.eval(root, scope, at),
        };
        if items.is_empty() {
            items = self.of_platform(root);
        }
        while let (Some(name), Some(object)) = (names.pop(), wholes.pop()) {
            if items.is_empty() {
                items = self.package_named(object);
            }
            let mut next = Items::new();
            for item in &items {
                extend(&mut next, self.member(item, self.facts.strings.hash(name)));
            }
            items = next;
        }
        self.memo.borrow_mut().keep(expression, items.clone(), self.facts.expressions.len());
        items
    }

    /// Of types of one name those with that many type parameters.
    pub(super) fn with_arity(&self, mut items: Items, count: usize) -> Items {
        let arity = |item: &Item| match item.value {
            Value::Class(class) => Some(usize::from(self.world.definition(class).arity)),
            _ => None,
        };
        if items.len() > 1 && items.iter().any(|i| arity(i) == Some(count)) {
            items.retain(|i| arity(i).is_none_or(|a| a == count));
        }
        items
    }

    /// A name that is declared nowhere, where that means that the platform brings it.
    pub fn of_platform(&self, expression: ExpressionId) -> Items {
        match self.facts.expression(expression) {
            Expression::Name(name) if !self.world.begins_package(self.facts.strings.hash(name)) => {
                one(Value::External(hash(BUILTIN.as_bytes())), Via::Syntax)
            }
            _ => Items::new(),
        }
    }

    /// The package that a dotted name is, where types may be named in full without an import.
    pub(super) fn package_named(&self, expression: ExpressionId) -> Items {
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
        let mut around = if rules.names.nested_packages { self.facts.text(self.facts.package) } else { "" };
        loop {
            let whole = if around.is_empty() { name.clone() } else { format!("{around}.{name}") };
            if let Some(unit) = self.world.package(self.file, &whole) {
                return one(Value::Unit(unit), Via::Import);
            }
            if around.is_empty() {
                return Items::new();
            }
            around = around.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
    }

    /// What a type that is defined by another is made of.
    pub fn underlying(&self, class: Def, via: Via) -> Items {
        if self.world.definition(class).kind != NodeKind::Type {
            return Items::new();
        }
        let mut found = self.result(class, via);
        found.retain(|i| i.value != Value::Unknown && i.value != Value::Instance(class));
        found
    }

    fn type_name(&self, expression: ExpressionId) -> &str {
        match self.facts.expression(expression) {
            Expression::Name(name) | Expression::Member { name, .. } => self.facts.text(name),
            _ => "",
        }
    }

    /// A dotted name in a text.
    pub(super) fn dotted(&self, text: &str, scope: ScopeId) -> Items {
        let mut parts = text.split('.').map(str::trim);
        let first = parts.next().unwrap_or("");
        let Some(name) = self.symbol(first) else {
            return Items::new();
        };
        let mut items = self.lookup(name, scope, u32::MAX);
        for part in parts {
            let mut next = Items::new();
            for item in &items {
                extend(&mut next, self.member(item, hash(part.as_bytes())));
            }
            items = next;
        }
        items
    }

    fn symbol(&self, text: &str) -> Option<Symbol> {
        self.facts.strings.symbol(hash(text.as_bytes()))
    }
}

/// An object of what an alias names, as tables hold it.
fn object_of_alias(item: Item) -> Option<Item> {
    let is_object =
        matches!(item.value, Value::Instance(_) | Value::Container(_) | Value::Tuple(_) | Value::Table(_));
    is_object.then_some(Item { via: weaker(item.via, Via::Type), value: item.value })
}

/// The parts of a text by a separator outside of brackets.
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
