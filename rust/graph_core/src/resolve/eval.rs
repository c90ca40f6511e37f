//! Evaluation: what an expression may stand for, by the ladder's rungs for names, receivers and flow.
//! Works on one file; of other files it reads only the tables of the round before, so that the order in which
//! files are done makes no difference.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::hierarchy::Hierarchy;
use super::lookup::relabel;
use super::memo::{Memo, State};
use super::overloads::Meant;
use super::reaching::Many;
use super::tables::Tables;
use super::value::{Def, Item, Items, MOST, Value, Values, elements, extend, one, push, values, weaker};
use super::world::{BUILTIN, World};
use crate::facts::{DefinitionId, Expression, ExpressionId, Facts, ListId, ScopeId, ScopeKind, Symbol, hash};
use crate::graph::{NodeKind, Via, flag};
use crate::languages::Language;

/// A file, and the hash of a name in it.
pub type Read = (u32, u64);
pub const STARS: u64 = 0;
pub const ALL: u64 = 1;

/// How far names lead to names before an expression counts as unknown.
pub const DEEPEST: u32 = 24;

pub struct Evaluator<'w> {
    pub world: &'w World,
    pub hierarchy: &'w Hierarchy,
    pub tables: &'w Tables,
    pub file: u32,
    pub facts: &'w Facts,
    pub language: &'static Language,
    pub(super) memo: RefCell<Memo>,
    /// What names stand for that no scope of the file binds.
    pub(super) outside: RefCell<FxHashMap<Symbol, Items>>,
    /// Modules that names are by where they stand: inside of which definition.
    pub(super) located: RefCell<FxHashMap<(Symbol, DefinitionId), Items>>,
    /// Of names with many bindings in a scope, see `reaching`.
    pub(super) many: RefCell<FxHashMap<(ScopeId, Symbol), Rc<Many>>>,
    /// Is all that a name of a scope is bound to constructed, see `is_exact`?
    pub(super) exact: RefCell<FxHashMap<(ScopeId, Symbol, u32), bool>>,
    pub(super) depth: Cell<u32>,
    /// Object literals in which an entry is being looked for: what spreads itself has no more of them.
    pub(super) literals: RefCell<SmallVec<[ListId; 4]>>,
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
            outside: RefCell::default(),
            located: RefCell::default(),
            many: RefCell::default(),
            exact: RefCell::default(),
            depth: Cell::new(0),
            literals: RefCell::default(),
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
        if !expression.is_known() || self.depth.get() > DEEPEST {
            return Items::new();
        }
        match self.memo.borrow().state(expression) {
            State::Known(items) => return items,
            State::Open => return Items::new(),
            State::New => {}
        }
        let all = self.facts.expressions.len();
        self.memo.borrow_mut().open(expression, all);
        self.depth.set(self.depth.get() + 1);
        let items = self.eval_new(expression, scope, at);
        self.depth.set(self.depth.get() - 1);
        self.memo.borrow_mut().keep(expression, items.clone(), all);
        items
    }

    fn eval_new(&self, expression: ExpressionId, scope: ScopeId, at: u32) -> Items {
        match self.facts.expression(expression) {
            Expression::Unknown => Items::new(),
            Expression::Name(name) => self.with_arity(self.lookup(name, scope, at), 0),
            Expression::This => self.this(scope),
            Expression::Own => match self.enclosing_type(scope) {
                Some(class) => one(Value::Class(class), Via::Receiver),
                None => Items::new(),
            },
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
            Expression::Index { object, arguments } => self.indexed(object, arguments, scope, at),
            Expression::Await(value) => self.eval(value, scope, at),
            Expression::Each(value) => self.parts(value, scope, at, None),
            Expression::Item { value, index } => self.parts(value, scope, at, Some(index)),
            Expression::Enter(value) => self.entered(value, scope, at),
            Expression::Literal(_) | Expression::Text(_) => {
                one(Value::External(hash(BUILTIN.as_bytes())), Via::Syntax)
            }
            Expression::Array(value) => {
                let inner = self.eval(value, scope, at);
                if let Expression::Entry { .. } = self.facts.expression(value) {
                    return one(Value::Table(Arc::new([Arc::default(), values(&inner)])), Via::Flow);
                }
                one(Value::Container(values(&inner)), Via::Flow)
            }
            Expression::Sequence(list) => one(Value::Tuple(self.tuple(list, scope, at)), Via::Flow),
            Expression::Object(list) => {
                one(Value::Object { file: self.file, id: expression, list, scope, at }, Via::Flow)
            }
            Expression::Entry { value, .. } | Expression::Spread(value) | Expression::Valued(value) => {
                self.eval(value, scope, at)
            }
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
            Expression::Within { value, scope } => self.eval(value, scope, u32::MAX),
        }
    }

    fn tuple(&self, list: ListId, scope: ScopeId, at: u32) -> Arc<[Values]> {
        self.facts.list(list).take(16).map(|part| values(&self.eval(part, scope, at))).collect()
    }

    /// The class or function that a definition is as a value.
    pub fn defined(&self, def: Def, via: Via) -> Items {
        let def = self.world.parts.whole(def);
        let definition = self.world.definition(def);
        match definition.kind {
            NodeKind::Class | NodeKind::Interface | NodeKind::Enum | NodeKind::Type | NodeKind::Module => {
                one(Value::Class(def), via)
            }
            _ => one(Value::Function(def), via),
        }
    }

    fn called(&self, callee: ExpressionId, arguments: ListId, scope: ScopeId, at: u32) -> Items {
        let mut callees = self.callee(callee, scope, at);
        if callees.iter().all(|i| matches!(i.value, Value::External(_) | Value::Unknown))
            && let Some(found) = self.given_back(&callees, callee, arguments, scope, at)
        {
            return found;
        }
        if callees.is_empty() {
            callees = self.of_platform(callee);
        }
        if callees.is_empty() {
            return self.imported_by_call(callee, arguments);
        }
        let Meant { items: callees, tied } = self.meant(callees, arguments, scope, at);
        let mut found = Items::new();
        for def in tied {
            extend(&mut found, self.result(def, Via::Flow));
        }
        for item in callees {
            match &item.value {
                Value::Class(class) => push(
                    &mut found,
                    Item { value: Value::Instance(*class), via: weaker(item.via, Via::Type) },
                ),
                Value::Function(def) => {
                    extend(&mut found, self.result_on(*def, item.via, callee, scope, at));
                    extend(&mut found, self.handed_back(*def, callee, arguments, scope, at));
                }
                Value::Instance(class) if self.constructs_member(*class, callee, scope, at) => {
                    push(&mut found, item)
                }
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
        let mut work = self.eval(class, scope, at);
        if work.is_empty() {
            work = self.of_platform(class);
        }
        while let Some(item) = work.pop() {
            match item.value {
                Value::Module(file) => {
                    let whole = self.exported(file, hash(b"module.exports"), 0);
                    work.extend(whole.into_iter().filter(|i| !matches!(i.value, Value::Module(_))));
                }
                Value::Class(class) | Value::Function(class) => {
                    let made = self.makers(class, item.via);
                    let before = found.len();
                    for maker in made
                        .iter()
                        .filter_map(|m| if let Value::Function(f) = m.value { Some(f) } else { None })
                    {
                        extend(&mut found, self.result(maker, item.via));
                    }
                    if found.len() > before {
                        continue;
                    }
                    push(
                        &mut found,
                        Item { value: Value::Instance(class), via: weaker(item.via, Via::Type) },
                    );
                }
                Value::Instance(of) if self.constructs_member(of, class, scope, at) => push(&mut found, item),
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
        if !self.language.rules.imports.import_functions.contains(&self.facts.text(name)) {
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
        known
            .iter()
            .filter(|i| !matches!(i.value, Value::Given(_)))
            .map(|i| match i.value {
                Value::Itself(class) => Item { value: Value::Instance(class), via: weaker(via, i.via) },
                Value::Proof(_) => Item { value: Value::External(hash(BUILTIN.as_bytes())), via },
                ref value => Item { value: value.clone(), via: weaker(via, i.via) },
            })
            .collect()
    }

    /// What a call gives where the method gives its own object.
    fn result_on(&self, def: Def, via: Via, callee: ExpressionId, scope: ScopeId, at: u32) -> Items {
        let of = self.tables.returned(def).into_iter().flatten().find_map(|i| match i.value {
            Value::Itself(class) => Some(class),
            _ => None,
        });
        let mut found = self.result(def, via);
        let (Some(of), Expression::Member { object, .. }) = (of, self.facts.expression(callee)) else {
            return found;
        };
        for item in self.eval(object, scope, at) {
            let (Value::Instance(class) | Value::Super(class)) = item.value else { continue };
            if class != of && self.hierarchy.order(class, 0).any(|above| above == of) {
                found.retain(|i| i.value != Value::Instance(of));
                push(&mut found, Item { value: Value::Instance(class), via: weaker(via, item.via) });
            }
        }
        found
    }

    pub(super) fn result_of(&self, class: Def, method: &[u8], via: Via) -> Items {
        let mut found = Items::new();
        for item in self.member(&Item { value: Value::Instance(class), via }, hash(method)) {
            if let Value::Function(def) = item.value {
                extend(&mut found, self.result(def, item.via));
            }
        }
        found
    }

    pub(super) fn parts(&self, value: ExpressionId, scope: ScopeId, at: u32, index: Option<u32>) -> Items {
        let mut found = Items::new();
        for item in self.eval(value, scope, at) {
            match (&item.value, index) {
                (Value::Tuple(parts), Some(index)) => {
                    for value in parts.get(index as usize).into_iter().flat_map(|p| p.iter()) {
                        push(&mut found, Item { value: value.clone(), via: item.via });
                    }
                }
                (Value::Instance(class), None) => extend(&mut found, self.iterated(*class, item.via)),
                (Value::Table(parts), None) if self.language.rules.types.map_iterates_entries => {
                    push(&mut found, Item { value: Value::Tuple(parts[..].into()), via: item.via });
                }
                (Value::Class(class), None) if self.world.definition(*class).kind == NodeKind::Enum => {
                    let via = weaker(item.via, Via::Type);
                    push(&mut found, Item { value: Value::Instance(*class), via });
                }
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
                    let via = weaker(item.via, Via::Type);
                    push(&mut found, Item { value: Value::Instance(*class), via })
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

    /// The object that a method belongs to.
    pub(super) fn this(&self, scope: ScopeId) -> Items {
        let Some(class) = self.enclosing_type(scope) else {
            return match self.language.rules.implicit_this {
                true => one(Value::External(hash(BUILTIN.as_bytes())), Via::Receiver),
                false => self.holder(scope),
            };
        };
        let method = self.enclosing_method(scope);
        let apart = self.language.rules.members.separate_class_methods;
        let is_static = method.map_or(apart, |m| self.facts.definition(m).flags & flag::STATIC != 0);
        one(if is_static { Value::Class(class) } else { Value::Instance(class) }, Via::Receiver)
    }

    /// The object that the function around a scope was assigned into or is an entry of; a function that constructs.
    fn holder(&self, scope: ScopeId) -> Items {
        let around = self.facts.named(self.facts.scope(scope).owner);
        let definition = self.facts.definition(around);
        if around.is_file() {
            return Items::new();
        }
        if definition.qualifier.is_empty() {
            return one(Value::Instance(Def { file: self.file, id: around }), Via::Flow);
        }
        let outside = self.facts.scope(definition.scope).parent;
        let mut found = self.dotted(self.facts.text(definition.qualifier), outside);
        found.retain(|i| matches!(i.value, Value::Object { .. }));
        relabel(&found, Via::Flow)
    }

    /// The type around a scope, or the one that the method around it was assigned into.
    pub fn enclosing_type(&self, scope: ScopeId) -> Option<Def> {
        let mut scope = scope;
        loop {
            let current = self.facts.scope(scope);
            if current.kind == ScopeKind::Class {
                return Some(self.type_meant(current.owner));
            }
            if let Some(lent) = self.lent(scope) {
                return lent;
            }
            let owner = self.facts.definition(current.owner);
            if !owner.qualifier.is_empty() && owner.scope == scope {
                for item in self.lookup(owner.qualifier, ScopeId::FILE, u32::MAX) {
                    if let Value::Class(class) | Value::Function(class) = item.value {
                        return Some(class);
                    }
                }
            }
            if scope.is_file() {
                return None;
            }
            scope = current.parent;
        }
    }

    /// The method whose code a scope is: the outermost function inside of the type.
    fn enclosing_method(&self, mut scope: ScopeId) -> Option<DefinitionId> {
        let mut method = None;
        while !scope.is_file() {
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
