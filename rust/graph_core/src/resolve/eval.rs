//! Evaluation: what an expression may stand for, by the ladder's rungs for names, receivers and flow.
//! Works on one file; of other files it reads only the tables of the round before, so that the order in which
//! files are done makes no difference.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::hierarchy::Hierarchy;
use super::tables::Tables;
use super::value::{Def, Item, Items, MOST, Value, Values, elements, extend, one, push, values, weaker};
use super::world::{BUILTIN, World};
use crate::facts::{DefinitionId, Expression, ExpressionId, Facts, ListId, ScopeId, ScopeKind, Symbol, hash};
use crate::graph::{NodeKind, Via, flag};
use crate::languages::{Language, Unit};

/// A file, and the hash of a name in it.
pub type Read = (u32, u64);
pub const STARS: u64 = 0;
pub const ALL: u64 = 1;

/// How far names lead to names before an expression counts as unknown.
const DEEPEST: u32 = 24;

pub struct Evaluator<'w> {
    pub world: &'w World,
    pub hierarchy: &'w Hierarchy,
    pub tables: &'w Tables,
    pub file: u32,
    pub facts: &'w Facts,
    pub language: &'static Language,
    memo: RefCell<FxHashMap<ExpressionId, Items>>,
    open: RefCell<FxHashSet<(ExpressionId, bool)>>,
    depth: Cell<u32>,
    /// What was read of other files: a file and the hash of a name, see `consult`.
    pub consulted: RefCell<FxHashSet<Read>>,
    /// It is another evaluator's view of this file.
    peeked: bool,
}

impl<'w> Evaluator<'w> {
    pub fn new(world: &'w World, hierarchy: &'w Hierarchy, tables: &'w Tables, file: u32) -> Self {
        Evaluator {
            world,
            hierarchy,
            tables,
            file,
            facts: world.facts(file),
            language: world.language(file),
            memo: RefCell::default(),
            open: RefCell::default(),
            depth: Cell::new(0),
            consulted: RefCell::default(),
            peeked: false,
        }
    }

    /// The same world seen from another file: its expressions are not evaluated, only its tables are read.
    pub fn peek(&self, file: u32) -> Evaluator<'w> {
        Evaluator { peeked: true, ..Evaluator::new(self.world, self.hierarchy, self.tables, file) }
    }

    /// What the expression, written in `scope` at offset `at`, may stand for. Empty: nothing is known, not even
    /// that it is bound.
    pub fn eval(&self, expression: ExpressionId, scope: ScopeId, at: u32) -> Items {
        if expression.0 == 0 || self.depth.get() > DEEPEST {
            return Items::new();
        }
        if let Some(known) = self.memo.borrow().get(&expression) {
            return known.clone();
        }
        if !self.open.borrow_mut().insert((expression, false)) {
            return Items::new(); // it is defined by itself
        }
        self.depth.set(self.depth.get() + 1);
        let items = self.eval_new(expression, scope, at);
        self.depth.set(self.depth.get() - 1);
        self.open.borrow_mut().remove(&(expression, false));
        self.memo.borrow_mut().insert(expression, items.clone());
        items
    }

    fn eval_new(&self, expression: ExpressionId, scope: ScopeId, at: u32) -> Items {
        match self.facts.expression(expression) {
            Expression::Unknown => Items::new(),
            Expression::Name(name) => self.lookup(name, scope, at),
            Expression::This => self.this(scope),
            Expression::Super => match self.enclosing_type(scope) {
                Some(class) => one(Value::Super(class), Via::Receiver),
                None => Items::new(),
            },
            Expression::Member { object, name } => {
                let mut objects = self.eval(object, scope, at);
                if objects.is_empty() {
                    objects = self.package_named(object);
                }
                if objects.is_empty() {
                    objects = self.of_platform(object);
                }
                let name = self.facts.strings.hash(name);
                let mut found = Items::new();
                for item in objects {
                    extend(&mut found, self.member(&item, name));
                }
                found
            }
            Expression::Call { callee, arguments } => self.called(callee, arguments, scope, at),
            Expression::New { class, .. } => self.constructed(class, scope, at),
            Expression::Index { object, .. } => {
                let mut found = Items::new();
                for item in self.eval(object, scope, at) {
                    match item.value {
                        // Type arguments.
                        Value::Class(_) | Value::Function(_) => push(&mut found, item),
                        Value::Instance(class) => {
                            extend(&mut found, self.result_of(class, b"__getitem__", item.via));
                            for whole in self.underlying(class, item.via) {
                                extend(&mut found, elements(&whole.value, whole.via));
                            }
                        }
                        value => extend(&mut found, elements(&value, item.via)),
                    }
                }
                found
            }
            Expression::Await(value) => self.eval(value, scope, at),
            Expression::Each(value) => self.parts(value, scope, at, None),
            Expression::Item { value, index } => self.parts(value, scope, at, Some(index)),
            Expression::Enter(value) => self.entered(value, scope, at),
            Expression::Literal(_) | Expression::Text(_) => {
                one(Value::External(hash(BUILTIN.as_bytes())), Via::Syntax)
            }
            Expression::Array(value) => {
                let inner = self.eval(value, scope, at);
                one(Value::Container(values(&inner)), Via::Flow)
            }
            Expression::Sequence(list) => one(Value::Tuple(self.tuple(list, scope, at)), Via::Flow),
            Expression::Object(list) => one(Value::Object { file: self.file, list, scope, at }, Via::Flow),
            Expression::Entry { value, .. } | Expression::Spread(value) => self.eval(value, scope, at),
            Expression::Either(list) => {
                let mut found = Items::new();
                for part in self.facts.list(list).take(MOST) {
                    extend(&mut found, self.eval(part, scope, at));
                }
                found.retain(|i| i.value != Value::External(hash(BUILTIN.as_bytes())));
                found
            }
            Expression::Definition(id) => self.defined(Def { file: self.file, id }, Via::Scope),
            Expression::Typed(written) => self.eval_type(written, scope, at),
        }
    }

    fn tuple(&self, list: ListId, scope: ScopeId, at: u32) -> Arc<[Values]> {
        self.facts.list(list).take(16).map(|part| values(&self.eval(part, scope, at))).collect()
    }

    /// The class or function that a definition is as a value.
    pub fn defined(&self, def: Def, via: Via) -> Items {
        let definition = self.world.definition(def);
        match definition.kind {
            NodeKind::Class | NodeKind::Interface | NodeKind::Enum | NodeKind::Type | NodeKind::Module => {
                one(Value::Class(def), via)
            }
            _ => one(Value::Function(def), via),
        }
    }

    fn called(&self, callee: ExpressionId, arguments: ListId, scope: ScopeId, at: u32) -> Items {
        let mut callees = self.eval(callee, scope, at);
        if callees.is_empty() {
            callees = self.of_platform(callee);
        }
        if callees.is_empty() {
            return self.imported_by_call(callee, arguments);
        }
        let mut found = Items::new();
        for item in callees {
            match &item.value {
                Value::Class(class) => push(
                    &mut found,
                    Item { value: Value::Instance(*class), via: weaker(item.via, Via::Type) },
                ),
                Value::Function(def) => extend(&mut found, self.result(*def, item.via)),
                Value::Instance(class) => extend(&mut found, self.result_of(*class, b"__call__", item.via)),
                Value::Module(file) => {
                    for callee in self.exported(*file, hash(b"module.exports"), 0) {
                        if let Value::Function(def) = callee.value {
                            extend(&mut found, self.result(def, item.via));
                        }
                    }
                }
                Value::External(_) | Value::Unknown => push(&mut found, item),
                _ => {}
            }
        }
        found
    }

    fn constructed(&self, class: ExpressionId, scope: ScopeId, at: u32) -> Items {
        let mut found = Items::new();
        for item in self.eval(class, scope, at) {
            match item.value {
                Value::Class(class) => {
                    push(
                        &mut found,
                        Item { value: Value::Instance(class), via: weaker(item.via, Via::Type) },
                    );
                }
                Value::External(_) => push(&mut found, item),
                _ => {}
            }
        }
        found
    }

    /// A call that loads the module of its first argument.
    fn imported_by_call(&self, callee: ExpressionId, arguments: ListId) -> Items {
        let Expression::Name(name) = self.facts.expression(callee) else {
            return Items::new();
        };
        if !self.language.rules.import_calls.contains(&self.facts.text(name)) {
            return Items::new();
        }
        let Some(Expression::Text(path)) =
            self.facts.list(arguments).next().map(|a| self.facts.expression(a))
        else {
            return Items::new();
        };
        match self.world.locate(self.file, self.facts.text(path)) {
            Some(target) => self.target(&target, Via::Import),
            None => Items::new(),
        }
    }

    /// What calling a definition gives.
    pub fn result(&self, def: Def, via: Via) -> Items {
        self.consult(def.file, self.world.name_hash(def));
        let Some(known) = self.tables.returned(def) else {
            return one(Value::Unknown, via);
        };
        known.iter().map(|i| Item { value: i.value.clone(), via: weaker(via, i.via) }).collect()
    }

    fn result_of(&self, class: Def, method: &[u8], via: Via) -> Items {
        let mut found = Items::new();
        for item in self.member(&Item { value: Value::Instance(class), via }, hash(method)) {
            if let Value::Function(def) = item.value {
                extend(&mut found, self.result(def, item.via));
            }
        }
        found
    }

    fn parts(&self, value: ExpressionId, scope: ScopeId, at: u32, index: Option<u32>) -> Items {
        let mut found = Items::new();
        for item in self.eval(value, scope, at) {
            match (&item.value, index) {
                (Value::Tuple(parts), Some(index)) => {
                    for value in parts.get(index as usize).into_iter().flat_map(|p| p.iter()) {
                        push(&mut found, Item { value: value.clone(), via: item.via });
                    }
                }
                (Value::Instance(class), None) => extend(&mut found, self.iterated(*class, item.via)),
                (value, _) => extend(&mut found, elements(value, item.via)),
            }
        }
        found
    }

    fn iterated(&self, class: Def, via: Via) -> Items {
        let mut found = Items::new();
        for whole in self.underlying(class, via) {
            extend(&mut found, elements(&whole.value, whole.via));
        }
        for result in self.result_of(class, b"__iter__", via) {
            match result.value {
                Value::Instance(iterator) => extend(&mut found, self.result_of(iterator, b"__next__", via)),
                value => extend(&mut found, elements(&value, via)),
            }
        }
        found
    }

    fn entered(&self, value: ExpressionId, scope: ScopeId, at: u32) -> Items {
        let mut found = Items::new();
        for item in self.eval(value, scope, at) {
            match &item.value {
                Value::Class(class) => {
                    push(&mut found, Item { value: Value::Instance(*class), via: item.via })
                }
                Value::Instance(class) => {
                    let mut entered = self.result_of(*class, b"__enter__", item.via);
                    extend(&mut entered, self.result_of(*class, b"__aenter__", item.via));
                    entered.retain(|i| matches!(i.value, Value::Instance(_) | Value::Container(_)));
                    if entered.is_empty() {
                        push(&mut found, item);
                    } else {
                        extend(&mut found, entered);
                    }
                }
                Value::Tuple(_) | Value::Container(_) => extend(&mut found, elements(&item.value, item.via)),
                _ => push(&mut found, item),
            }
        }
        found
    }

    /// The object that a method belongs to.
    fn this(&self, scope: ScopeId) -> Items {
        let Some(class) = self.enclosing_type(scope) else {
            return Items::new();
        };
        let method = self.enclosing_method(scope);
        let is_static = method.is_some_and(|m| self.facts.definition(m).flags & flag::STATIC != 0);
        one(if is_static { Value::Class(class) } else { Value::Instance(class) }, Via::Receiver)
    }

    /// The type around a scope, or the one that the method around it was assigned into.
    pub fn enclosing_type(&self, scope: ScopeId) -> Option<Def> {
        let mut scope = scope;
        loop {
            let current = self.facts.scope(scope);
            if current.kind == ScopeKind::Class {
                return Some(Def { file: self.file, id: current.owner });
            }
            let owner = self.facts.definition(current.owner);
            if owner.qualifier.0 != 0 && owner.scope == scope {
                for item in self.lookup(owner.qualifier, ScopeId(0), u32::MAX) {
                    if let Value::Class(class) | Value::Function(class) = item.value {
                        return Some(class);
                    }
                }
            }
            if scope.0 == 0 {
                return None;
            }
            scope = current.parent;
        }
    }

    /// The method whose code a scope is: the outermost function inside of the type.
    fn enclosing_method(&self, mut scope: ScopeId) -> Option<DefinitionId> {
        let mut method = None;
        while scope.0 != 0 {
            let current = self.facts.scope(scope);
            match current.kind {
                ScopeKind::Class => return method,
                ScopeKind::Function => method = Some(current.owner),
                _ => {}
            }
            scope = current.parent;
        }
        method
    }

    /// Instances of the types that an expression in the place of a type names.
    pub fn eval_type(&self, expression: ExpressionId, scope: ScopeId, at: u32) -> Items {
        if expression.0 == 0
            || self.depth.get() > DEEPEST
            || !self.open.borrow_mut().insert((expression, true))
        {
            return Items::new();
        }
        self.depth.set(self.depth.get() + 1);
        let items = self.type_new(expression, scope, at);
        self.depth.set(self.depth.get() - 1);
        self.open.borrow_mut().remove(&(expression, true));
        items
    }

    fn type_new(&self, expression: ExpressionId, scope: ScopeId, at: u32) -> Items {
        let mut found = Items::new();
        match self.facts.expression(expression) {
            Expression::Name(_) | Expression::Member { .. } => {
                for item in self.named_type(expression, scope, at) {
                    extend(&mut found, self.instance(item));
                }
            }
            Expression::Text(text) => {
                // A name in quotes: a forward reference.
                for item in self.dotted(self.facts.text(text), scope) {
                    extend(&mut found, self.instance(item));
                }
            }
            Expression::This => return self.this(scope),
            Expression::Index { object, arguments } => {
                let base = self.type_name(object);
                if self.language.rules.transparent_types.contains(&base) {
                    for argument in self.facts.list(arguments) {
                        extend(&mut found, self.eval_type(argument, scope, at));
                    }
                    return found;
                }
                let bases = self.eval_type(object, scope, at);
                if bases.iter().any(|i| matches!(i.value, Value::Instance(_))) {
                    return bases;
                }
                let Some(last) = self.facts.list(arguments).last() else {
                    return bases;
                };
                let inner = self.eval_type(last, scope, at);
                if inner.is_empty() {
                    return bases;
                }
                found = one(Value::Container(values(&inner)), Via::Type);
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
            Expression::Definition(id) => {
                found = one(Value::Instance(Def { file: self.file, id }), Via::Type);
            }
            Expression::Literal(_) => found = one(Value::External(hash(BUILTIN.as_bytes())), Via::Type),
            _ => {}
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
                if alias && definition.returns.0 != 0 {
                    let aliased = self.result(class, Via::Type);
                    if aliased.iter().any(|i| i.value != Value::Unknown) {
                        return aliased;
                    }
                }
                one(Value::Instance(class), Via::Type)
            }
            Value::External(package) => one(Value::External(package), Via::Type),
            _ => Items::new(),
        }
    }

    /// What a name in the place of a type means: parameters and variables of that name are not meant.
    pub fn named_type(&self, expression: ExpressionId, scope: ScopeId, at: u32) -> Items {
        if let Some(known) = self.memo.borrow().get(&expression) {
            return known.clone();
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
            Expression::Name(name) => self.lookup_type(name, scope, at),
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
        self.memo.borrow_mut().insert(expression, items.clone());
        items
    }

    /// A name that is declared nowhere, where that means that the platform brings it.
    pub fn of_platform(&self, expression: ExpressionId) -> Items {
        match self.facts.expression(expression) {
            Expression::Name(name)
                if self.language.rules.strict_names
                    && !self.world.begins_package(self.facts.strings.hash(name)) =>
            {
                one(Value::External(hash(BUILTIN.as_bytes())), Via::Syntax)
            }
            _ => Items::new(),
        }
    }

    /// The package that a dotted name is, where types may be named in full without an import.
    fn package_named(&self, expression: ExpressionId) -> Items {
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
        match self.world.package(self.file, &names.join(".")) {
            Some(unit) => one(Value::Unit(unit), Via::Import),
            None => Items::new(),
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
    fn dotted(&self, text: &str, scope: ScopeId) -> Items {
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

    /// What was read of other files, sorted.
    pub fn consulted_names(&self) -> Vec<Read> {
        let mut names: Vec<Read> = self.consulted.borrow().iter().copied().collect();
        names.sort_unstable();
        names
    }

    /// Notes that what another file has under a name was read: definitions, members, bindings, exports, table
    /// entries. `STARS` stands for its re-exports of everything, `ALL` for any part of it.
    pub fn consult(&self, file: u32, name: u64) {
        if file != self.file || self.peeked {
            self.consulted.borrow_mut().insert((file, name));
        }
    }
}
