//! Overload resolution: selects among the definitions of one name by the number and the types of a call's arguments.
//! The rules are those of compilers, simplified: exact types before wider ones, wider ones before the top type, a fixed
//! number of parameters before a variable one.

use smallvec::SmallVec;

use crate::facts::{Bound, DefinitionId, Expression, ExpressionId, ListId, Position, ScopeKind, Symbol};
use crate::graph::{ParameterKind, Via};
use crate::hashing::NameHash;
use crate::languages::rules::NULL;
use crate::resolve::index::definitions::Def;
use crate::resolve::index::type_names::{expression_name, is_type_variable, is_type_variable_in, text_name};
use crate::resolve::types::evaluator::{DEEPEST, Evaluator};
use crate::resolve::types::type_distance::ArgumentType;
use crate::resolve::types::value::{Item, Items, Value, one, push};

/// Among more definitions of one name none is selected: each call would look at all of them.
const MOST_OVERLOADS: usize = 256;

/// What a call selects of the values of its callee.
pub struct SelectedOverload {
    pub items: Items,
    /// Overloads among which the arguments do not decide.
    pub ambiguous: SmallVec<[Def; 4]>,
}

impl Evaluator<'_> {
    /// Selects among the overloads of each function that a callee may be.
    pub fn select_overload(&self, items: Items, arguments: ListId, position: Position) -> SelectedOverload {
        let mut selected = SelectedOverload { items: Items::new(), ambiguous: SmallVec::new() };
        if self.language.rules.types.builtin.is_none() {
            selected.items = items;
            return selected;
        }
        let mut done: SmallVec<[Def; 4]> = SmallVec::new();
        let free: SmallVec<[Def; 4]> = items.iter().filter_map(|item| self.free_function(item)).collect();
        for item in items {
            let Value::Function(def) = item.value else {
                push(&mut selected.items, item);
                continue;
            };
            if done.contains(&def) {
                continue;
            }
            let all = if free.contains(&def) { free.clone() } else { self.overloads_of(def) };
            let best = self.best_overloads(&all, arguments, position);
            done.extend(all);
            match best[..] {
                [only] => push(&mut selected.items, Item { value: Value::Function(only), via: item.via }),
                [] => push(&mut selected.items, Item { value: Value::outside(), via: item.via }),
                _ => selected.ambiguous.extend(best),
            }
        }
        selected
    }

    /// The function of an item, if it is outside of any type: then all such functions of a callee are overloads.
    fn free_function(&self, item: &Item) -> Option<Def> {
        let Value::Function(def) = item.value else { return None };
        let parent = self.index.definition(def).parent;
        let owner = Def { file: def.file, id: parent };
        (parent.is_file() || !self.index.definition(owner).is_type()).then_some(def)
    }

    /// The methods of the same name in the type of a method and in its bases, without overridden ones.
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
                    if class == owner || !all.iter().any(|known| self.overrides(*known, method)) {
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

    /// The overloads that fit the arguments best: one, or several among which nothing decides. None if no overload
    /// takes that many arguments.
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
            return by_count; // if none, a method of a base outside of the repository is called
        }
        let argument_types: SmallVec<[ArgumentType; 8]> =
            self.facts.list(arguments).map(|argument| self.argument_type(argument, position)).collect();
        let candidates = &by_count[..];
        let costs: SmallVec<[(u32, Def); 4]> =
            candidates.iter().filter_map(|def| Some((self.cost(*def, &argument_types)?, *def))).collect();
        let Some((least, best)) = costs.iter().copied().min_by_key(|(cost, _)| *cost) else {
            return SmallVec::from_slice(candidates);
        };
        // An argument of unknown type may decide for another overload.
        let differs = |other: Def| {
            let mut unknown = (0..argument_types.len()).filter(|i| argument_types[*i] == ArgumentType::Open);
            unknown.any(|i| self.parameter_type_at(best, i) != self.parameter_type_at(other, i))
        };
        costs.iter().filter(|(cost, def)| *cost == least || differs(*def)).map(|(_, def)| *def).collect()
    }

    /// The type of an argument.
    fn argument_type(&self, value: ExpressionId, position: Position) -> ArgumentType {
        let Some(signatures) = self.language.rules.types.builtin else { return ArgumentType::Open };
        if self.depth.get() > DEEPEST {
            return ArgumentType::Open;
        }
        self.depth.set(self.depth.get() + 1);
        let of_name = |name: &str| ArgumentType::Of { name: NameHash::of(name), class: None, arrays: 0 };
        let found = match self.facts.expression(value) {
            Expression::Text(_) => of_name(signatures.text),
            Expression::Literal(text) => match (signatures.literal)(self.facts.text(text)) {
                "" => ArgumentType::Open,
                NULL => ArgumentType::Null,
                name => of_name(name),
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
                let mut types = self.facts.list(list).map(|part| self.argument_type(part, position));
                let first = types.next().unwrap_or(ArgumentType::Open);
                if types.all(|t| t == first) { first } else { ArgumentType::Open }
            }
            Expression::Member { object, name } => self.type_of_member(object, name, position),
            _ => ArgumentType::Open,
        };
        let found = self.refined_type(found, value, position);
        self.depth.set(self.depth.get() - 1);
        found
    }

    /// A type, refined by the evaluated value: a type of the repository, a function, or a class as a value.
    fn refined_type(&self, written: ArgumentType, value: ExpressionId, position: Position) -> ArgumentType {
        if matches!(
            written,
            ArgumentType::Of { class: Some(_), .. }
                | ArgumentType::Null
                | ArgumentType::Function
                | ArgumentType::Array
        ) {
            return written;
        }
        let items = self.value_of(value, position);
        let [only] = &items[..] else { return written };
        match (&only.value, written) {
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
            _ => written,
        }
    }

    /// The type of a name by the latest binding before the position, in the innermost scope that binds it.
    fn type_of_name(&self, name: Symbol, position: Position) -> ArgumentType {
        let mut current = position.scope;
        loop {
            let bindings = self.facts.bindings_of(current, name);
            if let Some(binding) = bindings.iter().rev().find(|b| b.at <= position.at).or(bindings.last()) {
                return match binding.bound {
                    Bound::Parameter { definition, index } => self.type_of_parameter(definition, index),
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
                let found = self.type_of_field(&inherited, self.facts.name_hash(name));
                if found != ArgumentType::Open {
                    return found;
                }
            }
            if current.is_file() {
                return ArgumentType::Open;
            }
            current = self.facts.scope(current).parent;
        }
    }

    /// The type of a parameter inside of its function: an array if the parameter takes several arguments.
    fn type_of_parameter(&self, definition: DefinitionId, index: u32) -> ArgumentType {
        let definition = self.facts.definition(definition);
        let Some(parameter) = definition.parameters.get(index as usize) else { return ArgumentType::Open };
        let position = Position::new(definition.scope, definition.start);
        match self.written_argument_type(parameter.r#type, position) {
            ArgumentType::Of { name, class, arrays } if parameter.kind == ParameterKind::Rest => {
                ArgumentType::Of { name, class, arrays: arrays + 1 }
            }
            found => found,
        }
    }

    /// The type of a field of an object, or of a constant of a type.
    fn type_of_member(&self, object: ExpressionId, name: Symbol, position: Position) -> ArgumentType {
        self.type_of_field(&self.value_of(object, position), self.facts.name_hash(name))
    }

    /// The declared type of a field of that name of the first owner that has one.
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

    /// The declared return type of the function that a call selects.
    fn type_of_result(&self, callee: ExpressionId, arguments: ListId, position: Position) -> ArgumentType {
        let selected = self.select_overload(self.value_of(callee, position), arguments, position);
        let [Item { value: Value::Function(def), .. }] = selected.items[..] else {
            return ArgumentType::Open;
        };
        self.consult(def.file, self.index.name_hash(def));
        let facts = self.index.facts(def.file);
        let text = facts.text(facts.definition(def.id).returns_text);
        let (name, _) = text_name(text);
        // In a call without an object a type variable is that of the enclosing type; else the object determines it.
        let is_own_member = matches!(self.facts.expression(callee), Expression::Name(_));
        match is_type_variable(facts, def.id, name) {
            true if !is_own_member => ArgumentType::Open,
            _ => self.type_from_text(def, text),
        }
    }

    /// The type that is named by an expression in a type position.
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
            _ if is_type_variable_in(self.facts, name, position.scope) => ArgumentType::Open,
            _ => ArgumentType::Of { name: NameHash::of(name), class: None, arrays },
        }
    }
}
