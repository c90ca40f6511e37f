//! Overloads: of the definitions of one name those that a call's arguments select, by their number and by what is
//! known of their types. The rules are those of a compiler, simplified: exact types before wider ones, wider ones
//! before those that take anything, a fixed number of parameters before any number.

use smallvec::SmallVec;

use crate::facts::{Bound, Expression, ExpressionId, ListId, Position, ScopeId, ScopeKind, Symbol};
use crate::graph::{ParameterKind, Via};
use crate::hashing::NameHash;
use crate::languages::rules::NULL;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::written::{expression_name, is_type_variable, is_type_variable_in, text_name};
use crate::resolve::types::evaluator::{DEEPEST, Evaluator};
use crate::resolve::types::type_distance::ArgumentType;
use crate::resolve::types::value::{Item, Items, Value, one, push};

/// Between more of one name nothing is chosen: each call would look at all of them.
const MOST_OVERLOADS: usize = 256;

/// What a call means of what its callee may be.
pub struct SelectedOverload {
    pub items: Items,
    /// Overloads between which the arguments do not choose.
    pub ambiguous: SmallVec<[Def; 4]>,
}

impl Evaluator<'_> {
    /// Chooses among the overloads of each method that a callee may be.
    pub fn select_overload(&self, items: Items, arguments: ListId, position: Position) -> SelectedOverload {
        let mut meant = SelectedOverload { items: Items::new(), ambiguous: SmallVec::new() };
        if self.language.rules.types.builtin.is_none() {
            meant.items = items;
            return meant;
        }
        let mut done: SmallVec<[Def; 4]> = SmallVec::new();
        let loose: SmallVec<[Def; 4]> = items.iter().filter_map(|item| self.free_function(item)).collect();
        for item in items {
            let Value::Function(def) = item.value else {
                push(&mut meant.items, item);
                continue;
            };
            if done.contains(&def) {
                continue;
            }
            let all = if loose.contains(&def) { loose.clone() } else { self.overloads_of(def) };
            let chosen = self.best_overloads(&all, arguments, position);
            done.extend(all);
            match chosen[..] {
                [only] => push(&mut meant.items, Item { value: Value::Function(only), via: item.via }),
                [] => push(&mut meant.items, Item { value: Value::outside(), via: item.via }),
                _ => meant.ambiguous.extend(chosen),
            }
        }
        meant
    }

    /// A function outside of any type: all of the name that a call may mean are its overloads.
    fn free_function(&self, item: &Item) -> Option<Def> {
        let Value::Function(def) = item.value else { return None };
        let parent = self.index.definition(def).parent;
        let owner = Def { file: def.file, id: parent };
        (parent.is_file() || !self.index.definition(owner).is_type()).then_some(def)
    }

    /// The methods of that name in the type and above it, without those that are overridden.
    fn overloads_of(&self, def: Def) -> SmallVec<[Def; 4]> {
        let mut all: SmallVec<[Def; 4]> = SmallVec::new();
        let owner = Def { file: def.file, id: self.index.definition(def).parent };
        let name = self.index.name_hash(def);
        if self.index.members(owner, name).contains(&def) {
            for class in self.hierarchy.order(owner, 0) {
                self.consult(class.file, name);
                let inherited = self.index.members(class, name).iter().copied();
                for method in inherited.filter(|m| self.index.definition(*m).is_callable()) {
                    if all.len() > MOST_OVERLOADS {
                        return all;
                    }
                    if class == owner || !all.iter().any(|own| self.overrides(*own, method)) {
                        all.push(method);
                    }
                }
            }
        }
        if all.is_empty() {
            all.push(def);
        }
        all
    }

    /// Of these the ones that fit the arguments best: one, or several between which nothing chooses.
    pub fn best_overloads(&self, all: &[Def], arguments: ListId, position: Position) -> SmallVec<[Def; 4]> {
        if all.len() < 2 || all.len() > MOST_OVERLOADS {
            return SmallVec::from_slice(all);
        }
        for def in all {
            self.consult(def.file, self.index.name_hash(*def));
        }
        let by_count: SmallVec<[Def; 4]> = match self.argument_count(arguments) {
            None => SmallVec::from_slice(all),
            count => all.iter().copied().filter(|d| self.accepts_count(*d, count)).collect(),
        };
        if by_count.len() < 2 {
            return by_count; // none: one of a base that is not of the repository is meant
        }
        let given: SmallVec<[ArgumentType; 8]> =
            self.facts.list(arguments).map(|argument| self.argument_type(argument, position)).collect();
        let among = &by_count[..];
        let costs: SmallVec<[(u32, Def); 4]> =
            among.iter().filter_map(|def| Some((self.cost(*def, &given)?, *def))).collect();
        let Some((least, best)) = costs.iter().copied().min_by_key(|(cost, _)| *cost) else {
            return SmallVec::from_slice(among);
        };
        // An argument of which nothing is known may be what makes the difference.
        let differs = |other: Def| {
            let open = (0..given.len()).filter(|i| given[*i] == ArgumentType::Open);
            open.into_iter().any(|i| self.parameter_type_at(best, i) != self.parameter_type_at(other, i))
        };
        costs.iter().filter(|(cost, def)| *cost == least || differs(*def)).map(|(_, def)| *def).collect()
    }

    /// What is known of the type of an argument.
    fn argument_type(&self, value: ExpressionId, position: Position) -> ArgumentType {
        let Some(signatures) = self.language.rules.types.builtin else { return ArgumentType::Open };
        if self.depth.get() > DEEPEST {
            return ArgumentType::Open;
        }
        self.depth.set(self.depth.get() + 1);
        let named = |name: &str| ArgumentType::Of { name: NameHash::of(name), class: None, arrays: 0 };
        let sort = match self.facts.expression(value) {
            Expression::Text(_) => named(signatures.text),
            Expression::Literal(text) => match (signatures.literal)(self.facts.text(text)) {
                "" => ArgumentType::Open,
                NULL => ArgumentType::Nothing,
                name => named(name),
            },
            Expression::Typed(r#type) => self.written_argument_type(r#type, position),
            Expression::New { class, .. } => self.written_argument_type(class, position),
            Expression::Sequence(_) => ArgumentType::Array,
            Expression::Definition(_) => ArgumentType::Function,
            Expression::Name(name) => self.type_of_name(name, position),
            Expression::Call { callee, arguments } => self.type_of_result(callee, arguments, position),
            Expression::Index { object, .. } => match self.argument_type(object, position) {
                ArgumentType::Of { name, class, arrays } if arrays > 0 => {
                    ArgumentType::Of { name, class, arrays: arrays - 1 }
                }
                _ => ArgumentType::Open,
            },
            Expression::Either(list) => {
                let mut sorts = self.facts.list(list).map(|part| self.argument_type(part, position));
                let first = sorts.next().unwrap_or(ArgumentType::Open);
                if sorts.all(|s| s == first) { first } else { ArgumentType::Open }
            }
            Expression::Member { object, name } => self.type_of_member(object, name, position),
            _ => ArgumentType::Open,
        };
        let sort = self.refined_type(sort, value, position);
        self.depth.set(self.depth.get() - 1);
        sort
    }

    /// With what evaluation knows: the type of the repository, a function, a class as a value.
    fn refined_type(&self, sort: ArgumentType, value: ExpressionId, position: Position) -> ArgumentType {
        if matches!(
            sort,
            ArgumentType::Of { class: Some(_), .. }
                | ArgumentType::Nothing
                | ArgumentType::Function
                | ArgumentType::Array
        ) {
            return sort;
        }
        let items = self.value_of(value, position);
        let [only] = &items[..] else { return sort };
        match (&only.value, sort) {
            (Value::Instance(class), ArgumentType::Open) => {
                ArgumentType::Of { name: self.index.name_hash(*class), class: Some(*class), arrays: 0 }
            }
            (Value::Instance(class), ArgumentType::Of { name, arrays: 0, .. })
                if self.index.name_hash(*class) == name =>
            {
                ArgumentType::Of { name, class: Some(*class), arrays: 0 }
            }
            (Value::Function(_), ArgumentType::Open) => ArgumentType::Function,
            (Value::Class(_), ArgumentType::Open) => {
                let class = self.language.rules.types.builtin.map_or("", |s| s.class);
                ArgumentType::Of { name: NameHash::of(class), class: None, arrays: 0 }
            }
            _ => sort,
        }
    }

    fn type_of_name(&self, name: Symbol, position: Position) -> ArgumentType {
        let mut current = position.scope;
        loop {
            let bindings = self.facts.bindings_of(current, name);
            if let Some(binding) = bindings.iter().rev().find(|b| b.at <= position.at).or(bindings.last()) {
                return match binding.bound {
                    Bound::Parameter { definition, index } => {
                        let of = self.facts.definition(definition);
                        let Some(parameter) = of.parameters.get(index as usize) else {
                            return ArgumentType::Open;
                        };
                        match self.written_argument_type(parameter.r#type, Position::new(of.scope, of.start))
                        {
                            ArgumentType::Of { name, class, arrays }
                                if parameter.kind == ParameterKind::Rest =>
                            {
                                ArgumentType::Of { name, class, arrays: arrays + 1 }
                            }
                            sort => sort,
                        }
                    }
                    Bound::Value { value, r#type } if !r#type.is_known() => {
                        self.argument_type(value, binding.position())
                    }
                    Bound::Value { r#type, .. } | Bound::Narrowed { r#type, .. } => {
                        self.written_argument_type(r#type, binding.position())
                    }
                    Bound::Import(index) => {
                        let of = self.target(self.index.import_target(self.file, index), Via::Import);
                        self.type_of_field(&of, self.facts.name_hash(name))
                    }
                    _ => ArgumentType::Open,
                };
            }
            if self.facts.scope(current).kind == ScopeKind::Class {
                let class = Def { file: self.file, id: self.facts.scope(current).owner };
                let inherited = one(Value::Class(class), Via::Receiver);
                let sort = self.type_of_field(&inherited, self.facts.name_hash(name));
                if sort != ArgumentType::Open {
                    return sort;
                }
            }
            if current.is_file() {
                return ArgumentType::Open;
            }
            current = self.facts.scope(current).parent;
        }
    }

    /// A field: of the object itself, or a constant of a type.
    fn type_of_member(&self, object: ExpressionId, name: Symbol, position: Position) -> ArgumentType {
        self.type_of_field(&self.value_of(object, position), self.facts.name_hash(name))
    }

    fn type_of_field(&self, owners: &Items, name: NameHash) -> ArgumentType {
        for item in owners {
            let (Value::Class(class) | Value::Instance(class)) = item.value else { continue };
            for class in self.hierarchy.order(class, 0) {
                self.consult(class.file, name);
                let facts = self.index.facts(class.file);
                let Some(symbol) = facts.strings.symbol(name) else { continue };
                let inside = facts.definition(class.id).scope;
                if let Some(Bound::Value { r#type, .. }) =
                    facts.bindings_of(inside, symbol).first().map(|b| b.bound)
                    && let Some((name, arrays)) = expression_name(facts, r#type)
                    && !is_type_variable(facts, class.id, name)
                {
                    return ArgumentType::Of { name: NameHash::of(name), class: None, arrays };
                }
            }
        }
        ArgumentType::Open
    }

    fn type_of_result(&self, callee: ExpressionId, arguments: ListId, position: Position) -> ArgumentType {
        let meant = self.select_overload(self.value_of(callee, position), arguments, position);
        let [Item { value: Value::Function(def), .. }] = meant.items[..] else { return ArgumentType::Open };
        self.consult(def.file, self.index.name_hash(def));
        let facts = self.index.facts(def.file);
        let text = facts.text(facts.definition(def.id).returns_text);
        let (name, _) = text_name(text);
        // Of the object itself a type variable stands for itself; else for what the object has for it.
        let itself = matches!(self.facts.expression(callee), Expression::Name(_));
        match is_type_variable(facts, def.id, name) {
            true if !itself => ArgumentType::Open,
            _ => self.type_from_text(def, text),
        }
    }

    fn written_argument_type(&self, r#type: ExpressionId, position: Position) -> ArgumentType {
        let Some((name, arrays)) = expression_name(self.facts, r#type) else { return ArgumentType::Open };
        let mut bare = r#type;
        while let Expression::Index { object: inner, .. } | Expression::Array(inner) =
            self.facts.expression(bare)
        {
            bare = inner;
        }
        let found = match self.facts.expression(bare) {
            Expression::Literal(_) => Items::new(),
            _ => self.type_of(bare, position),
        };
        match found.first().map(|i| &i.value) {
            Some(Value::Instance(class)) => {
                ArgumentType::Of { name: self.index.name_hash(*class), class: Some(*class), arrays }
            }
            _ if self.is_variable_here(name, position.scope) => ArgumentType::Open,
            _ => ArgumentType::Of { name: NameHash::of(name), class: None, arrays },
        }
    }

    fn is_variable_here(&self, name: &str, scope: ScopeId) -> bool {
        is_type_variable_in(self.facts, name, scope)
    }
}
