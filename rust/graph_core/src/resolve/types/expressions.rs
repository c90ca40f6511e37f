//! Expressions: the values that an expression may have, and the results of calls and constructions.

use std::sync::Arc;

use crate::facts::{Binding, Bound, Expression, ExpressionId, ListId, Position, ScopeId, Symbol};
use crate::graph::{NodeKind, Via};
use crate::hashing::NameHash;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::evaluator::{DEEPEST, Evaluator};
use crate::resolve::types::memo::MemoState;
use crate::resolve::types::overloads::SelectedOverload;
use crate::resolve::types::value::{
    Item, Items, MOST, MOST_PARTS, Value, Values, extend, one, push, values, weaker,
};

/// How many nested calls a function is looked for in, as in `f = a(b(function f() {}))`.
const MOST_WRAPPERS: usize = 4;

impl Evaluator<'_> {
    /// The values of an expression that is called. A name that is assigned the unknown result of a call stands for the
    /// function of the same name that is written among the call's arguments.
    pub fn callee_value(&self, callee: ExpressionId, position: Position) -> Items {
        let items = self.value_of(callee, position);
        let is_vague = |item: &Item| match item.value {
            Value::External(_) | Value::Unknown => true,
            Value::Function(def) => self.index.definition(def).name.is_empty(),
            _ => false,
        };
        match self.facts.expression(callee) {
            Expression::Name(name) if items.iter().all(is_vague) => {
                self.wrapped_function(name).unwrap_or(items)
            }
            _ => items,
        }
    }

    /// The function of that name among the arguments of the calls that are assigned to the name.
    fn wrapped_function(&self, name: Symbol) -> Option<Items> {
        let [Binding { scope: ScopeId::FILE, bound: Bound::Value { value, .. }, .. }] =
            self.facts.bindings_named(name)
        else {
            return None;
        };
        let mut value = *value;
        for _ in 0..MOST_WRAPPERS {
            let Expression::Call { arguments, .. } = self.facts.expression(value) else { return None };
            let mut inner = None;
            for argument in self.facts.list(arguments) {
                match self.facts.expression(argument) {
                    Expression::Definition(id) if self.facts.definition(id).name == name => {
                        return Some(self.definition_value(Def { file: self.file, id }, Via::Flow));
                    }
                    Expression::Call { .. } => inner = inner.or(Some(argument)),
                    _ => {}
                }
            }
            value = inner?;
        }
        None
    }

    /// The values that an expression may have at a position. Empty: nothing is known, not even that its name is bound.
    pub fn value_of(&self, expression: ExpressionId, position: Position) -> Items {
        if !expression.is_known() || self.depth.get() > DEEPEST {
            return Items::new();
        }
        match self.memo.borrow().state(expression) {
            MemoState::Known(items) => return items,
            MemoState::Open => return Items::new(),
            MemoState::New => {}
        }
        let all = self.facts.expressions.len();
        self.memo.borrow_mut().open(expression, all);
        self.depth.set(self.depth.get() + 1);
        let items = self.evaluate(expression, position);
        self.depth.set(self.depth.get() - 1);
        self.memo.borrow_mut().keep(expression, items.clone(), all);
        items
    }

    fn evaluate(&self, expression: ExpressionId, position: Position) -> Items {
        match self.facts.expression(expression) {
            Expression::Unknown => Items::new(),
            Expression::Name(name) => self.with_arity(self.lookup(name, position), 0),
            Expression::This => self.self_value(position.scope),
            Expression::SelfType => match self.enclosing_type(position.scope) {
                Some(class) => one(Value::Class(class), Via::Receiver),
                None => Items::new(),
            },
            Expression::Super => match self.enclosing_type(position.scope) {
                Some(class) => one(Value::Super(class), Via::Receiver),
                None => Items::new(),
            },
            Expression::Member { object, name } => self.member_value(object, name, position),
            Expression::Call { callee, arguments } => self.call_result(callee, arguments, position),
            Expression::New { class, .. } => self.constructed_value(class, position),
            Expression::Index { object, arguments } => self.indexed_value(object, arguments, position),
            Expression::Await(value) => self.value_of(value, position),
            Expression::Each(value) => self.destructured(value, position, None),
            Expression::Item { value, index } => self.destructured(value, position, Some(index)),
            Expression::Enter(value) => self.context_value(value, position),
            Expression::Literal(_) | Expression::Text(_) => one(Value::builtin(), Via::Syntax),
            Expression::Array(value) => {
                let inner = self.value_of(value, position);
                if let Expression::Entry { .. } = self.facts.expression(value) {
                    return one(Value::Table(Arc::new([Arc::default(), values(&inner)])), Via::Flow);
                }
                one(Value::Container(values(&inner)), Via::Flow)
            }
            Expression::Sequence(list) => one(Value::Tuple(self.tuple(list, position)), Via::Flow),
            Expression::Object(list) => {
                one(Value::Object { file: self.file, id: expression, list, position }, Via::Flow)
            }
            Expression::Entry { value, .. } | Expression::Spread(value) | Expression::TypeOf(value) => {
                self.value_of(value, position)
            }
            Expression::Either(list) => {
                let mut found = Items::new();
                for part in self.facts.list(list).take(MOST) {
                    extend(&mut found, self.value_of(part, position));
                }
                found.retain(|i| i.value != Value::builtin());
                found
            }
            Expression::Definition(id) => self.definition_value(Def { file: self.file, id }, Via::Scope),
            Expression::Typed(written) => self.type_of(written, position),
            Expression::Scoped { value, scope } => self.value_of(value, Position::at_end_of(scope)),
        }
    }

    /// The value of `object.name`.
    fn member_value(&self, object: ExpressionId, name: Symbol, position: Position) -> Items {
        let mut objects = self.value_of(object, position);
        if objects.is_empty() {
            objects = self.package_by_name(object);
        }
        if objects.is_empty() {
            objects = self.platform_name(object);
        }
        let name = self.facts.name_hash(name);
        let mut found = Items::new();
        for item in objects {
            extend(&mut found, self.member(&item, name));
        }
        found
    }

    /// The values of the first parts of a sequence.
    fn tuple(&self, list: ListId, position: Position) -> Arc<[Values]> {
        self.facts.list(list).take(MOST_PARTS).map(|part| values(&self.value_of(part, position))).collect()
    }

    /// A definition as a value: a class or a function.
    pub fn definition_value(&self, def: Def, via: Via) -> Items {
        let def = self.index.partial_types.whole(def);
        let definition = self.index.definition(def);
        match definition.kind {
            NodeKind::Class | NodeKind::Interface | NodeKind::Enum | NodeKind::Type | NodeKind::Module => {
                one(Value::Class(def), via)
            }
            _ => one(Value::Function(def), via),
        }
    }

    /// The values of a call.
    fn call_result(&self, callee: ExpressionId, arguments: ListId, position: Position) -> Items {
        let mut callees = self.callee_value(callee, position);
        if callees.iter().all(|i| matches!(i.value, Value::External(_) | Value::Unknown))
            && let Some(found) = self.platform_result(&callees, callee, arguments, position)
        {
            return found;
        }
        if callees.is_empty() {
            callees = self.platform_name(callee);
        }
        if callees.is_empty() {
            return self.module_by_call(callee, arguments);
        }
        let SelectedOverload { items: callees, ambiguous } =
            self.select_overload(callees, arguments, position);
        let mut found = Items::new();
        for def in ambiguous {
            extend(&mut found, self.returned_value(def, Via::Flow));
        }
        for item in callees {
            match &item.value {
                Value::Class(class) => push(
                    &mut found,
                    Item { value: Value::Instance(*class), via: weaker(item.via, Via::Type) },
                ),
                Value::Function(def) => {
                    extend(&mut found, self.returned_value_on(*def, item.via, callee, position));
                    extend(&mut found, self.returned_arguments(*def, callee, arguments, position));
                }
                Value::Instance(class) if self.constructs_member(*class, callee, position) => {
                    push(&mut found, item)
                }
                Value::Instance(class) => extend(
                    &mut found,
                    self.method_result(*class, self.language.rules.implied.call_method, item.via),
                ),
                Value::Module(file) => {
                    for callee in self.whole_export(*file) {
                        if let Value::Function(def) = callee.value {
                            extend(&mut found, self.returned_value(def, item.via));
                        }
                    }
                }
                Value::External(_) | Value::Unknown => push(&mut found, item),
                _ => {}
            }
        }
        found
    }

    /// The values of a construction: an object of the class, or what its constructing methods return.
    fn constructed_value(&self, class: ExpressionId, position: Position) -> Items {
        let mut found = Items::new();
        let mut work = self.value_of(class, position);
        if work.is_empty() {
            work = self.platform_name(class);
        }
        while let Some(item) = work.pop() {
            match item.value {
                Value::Module(file) => {
                    let whole = self.whole_export(file);
                    work.extend(whole.into_iter().filter(|i| !matches!(i.value, Value::Module(_))));
                }
                Value::Class(class) | Value::Function(class) => {
                    let before = found.len();
                    for method in self.constructing_methods(class, item.via) {
                        if let Value::Function(def) = method.value {
                            extend(&mut found, self.returned_value(def, item.via));
                        }
                    }
                    if found.len() > before {
                        continue;
                    }
                    push(
                        &mut found,
                        Item { value: Value::Instance(class), via: weaker(item.via, Via::Type) },
                    );
                }
                Value::Instance(of) if self.constructs_member(of, class, position) => push(&mut found, item),
                Value::External(_) => push(&mut found, item),
                _ => {}
            }
        }
        found
    }

    /// The module that a call loads whose first argument is the module's path (`require`).
    fn module_by_call(&self, callee: ExpressionId, arguments: ListId) -> Items {
        let Expression::Name(name) = self.facts.expression(callee) else {
            return Items::new();
        };
        if !self.language.rules.imports.import_functions.contains(&self.facts.text(name)) {
            return Items::new();
        }
        let Some(Expression::Text(path)) =
            self.facts.list(arguments).next().map(|a| self.facts.expression(a))
        else {
            return Items::new();
        };
        match self.index.locate(self.file, self.facts.text(path)) {
            Some(target) => self.target(&target, Via::Import),
            None => Items::new(),
        }
    }

    /// What a call of a definition returns, without knowing its object and arguments.
    pub(super) fn returned_value(&self, def: Def, via: Via) -> Items {
        self.consult(def.file, self.index.name_hash(def));
        let Some(known) = self.tables.returned(def) else {
            return one(Value::Unknown, via);
        };
        known
            .iter()
            .filter(|i| !matches!(i.value, Value::FromParameter(_)))
            .map(|i| match i.value {
                Value::SelfType(class) => Item { value: Value::Instance(class), via: weaker(via, i.via) },
                Value::TypePredicate(_) => Item { value: Value::builtin(), via },
                ref value => Item { value: value.clone(), via: weaker(via, i.via) },
            })
            .collect()
    }

    /// What a call of a definition on the object of the callee returns: a method that returns its own object returns
    /// one of the object's type.
    fn returned_value_on(&self, def: Def, via: Via, callee: ExpressionId, position: Position) -> Items {
        let self_type = self.tables.returned(def).into_iter().flatten().find_map(|i| match i.value {
            Value::SelfType(class) => Some(class),
            _ => None,
        });
        let mut found = self.returned_value(def, via);
        let (Some(self_type), Expression::Member { object, .. }) = (self_type, self.facts.expression(callee))
        else {
            return found;
        };
        for item in self.value_of(object, position) {
            let (Value::Instance(class) | Value::Super(class)) = item.value else { continue };
            if class != self_type && self.hierarchy.order(class, 0).any(|above| above == self_type) {
                found.retain(|i| i.value != Value::Instance(self_type));
                push(&mut found, Item { value: Value::Instance(class), via: weaker(via, item.via) });
            }
        }
        found
    }

    /// What calling a method of that name on an object of a type returns.
    pub(super) fn method_result(&self, class: Def, method: &str, via: Via) -> Items {
        let mut found = Items::new();
        if method.is_empty() {
            return found; // the language has no such method
        }
        for item in self.member(&Item { value: Value::Instance(class), via }, NameHash::of(method)) {
            if let Value::Function(def) = item.value {
                extend(&mut found, self.returned_value(def, item.via));
            }
        }
        found
    }
}
