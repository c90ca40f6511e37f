//! Sorts: what is known of the types of arguments and parameters, by how they are written, for choosing among
//! overloads.

use super::eval::{DEEPEST, Evaluator};
use super::value::{Def, Item, Items, Value, one};
use crate::facts::{
    Bound, DefinitionId, Expression, ExpressionId, Facts, ListId, ScopeId, ScopeKind, Symbol, hash,
};
use crate::graph::{ParameterKind, Via};

/// What is known of the type of an argument or a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Open,
    Nothing,
    Function,
    Array,
    Of { name: u64, class: Option<Def>, arrays: u8 },
}

impl Evaluator<'_> {
    /// The type that a parameter is written with; of a type variable the one that takes anything.
    pub(super) fn sort_of_parameter(&self, def: Def, index: usize) -> Sort {
        let facts = self.world.facts(def.file);
        match facts.definition(def.id).parameters.get(index) {
            Some(parameter) => self.sort_of_text(def, facts.text(parameter.type_text)),
            None => Sort::Open,
        }
    }

    fn sort_of_text(&self, def: Def, text: &str) -> Sort {
        let (name, arrays) = written(text);
        let Some(signatures) = self.language.rules.types.builtin.filter(|_| !name.is_empty()) else {
            return Sort::Open;
        };
        let name =
            if is_type_variable(self.world.facts(def.file), def.id, name) { signatures.top } else { name };
        Sort::Of { name: hash(name.as_bytes()), class: None, arrays }
    }

    /// What is known of the type of an argument.
    pub(super) fn sort_of(&self, value: ExpressionId, scope: ScopeId, at: u32) -> Sort {
        let Some(signatures) = self.language.rules.types.builtin else { return Sort::Open };
        if self.depth.get() > DEEPEST {
            return Sort::Open;
        }
        self.depth.set(self.depth.get() + 1);
        let named = |name: &str| Sort::Of { name: hash(name.as_bytes()), class: None, arrays: 0 };
        let sort = match self.facts.expression(value) {
            Expression::Text(_) => named(signatures.text),
            Expression::Literal(text) => match (signatures.literal)(self.facts.text(text)) {
                "" => Sort::Open,
                "null" => Sort::Nothing,
                name => named(name),
            },
            Expression::Typed(r#type) => self.sort_of_type(r#type, scope, at),
            Expression::New { class, .. } => self.sort_of_type(class, scope, at),
            Expression::Sequence(_) => Sort::Array,
            Expression::Definition(_) => Sort::Function,
            Expression::Name(name) => self.sort_of_name(name, scope, at),
            Expression::Call { callee, arguments } => self.sort_of_result(callee, arguments, scope, at),
            Expression::Index { object, .. } => match self.sort_of(object, scope, at) {
                Sort::Of { name, class, arrays } if arrays > 0 => {
                    Sort::Of { name, class, arrays: arrays - 1 }
                }
                _ => Sort::Open,
            },
            Expression::Either(list) => {
                let mut sorts = self.facts.list(list).map(|part| self.sort_of(part, scope, at));
                let first = sorts.next().unwrap_or(Sort::Open);
                if sorts.all(|s| s == first) { first } else { Sort::Open }
            }
            Expression::Member { object, name } => self.sort_of_member(object, name, scope, at),
            _ => Sort::Open,
        };
        let sort = self.with_class(sort, value, scope, at);
        self.depth.set(self.depth.get() - 1);
        sort
    }

    /// With what evaluation knows: the type of the repository, a function, a class as a value.
    fn with_class(&self, sort: Sort, value: ExpressionId, scope: ScopeId, at: u32) -> Sort {
        if matches!(sort, Sort::Of { class: Some(_), .. } | Sort::Nothing | Sort::Function | Sort::Array) {
            return sort;
        }
        let items = self.eval(value, scope, at);
        let [only] = &items[..] else { return sort };
        match (&only.value, sort) {
            (Value::Instance(class), Sort::Open) => {
                Sort::Of { name: self.world.name_hash(*class), class: Some(*class), arrays: 0 }
            }
            (Value::Instance(class), Sort::Of { name, arrays: 0, .. })
                if self.world.name_hash(*class) == name =>
            {
                Sort::Of { name, class: Some(*class), arrays: 0 }
            }
            (Value::Function(_), Sort::Open) => Sort::Function,
            (Value::Class(_), Sort::Open) => {
                let class = self.language.rules.types.builtin.map_or("", |s| s.class);
                Sort::Of { name: hash(class.as_bytes()), class: None, arrays: 0 }
            }
            _ => sort,
        }
    }

    fn sort_of_name(&self, name: Symbol, scope: ScopeId, at: u32) -> Sort {
        let mut current = scope;
        loop {
            let bindings = self.facts.bindings_of(current, name);
            if let Some(binding) = bindings.iter().rev().find(|b| b.at <= at).or(bindings.last()) {
                return match binding.bound {
                    Bound::Parameter { definition, index } => {
                        let of = self.facts.definition(definition);
                        let Some(parameter) = of.parameters.get(index as usize) else { return Sort::Open };
                        match self.sort_of_type(parameter.r#type, of.scope, of.start) {
                            Sort::Of { name, class, arrays } if parameter.kind == ParameterKind::Rest => {
                                Sort::Of { name, class, arrays: arrays + 1 }
                            }
                            sort => sort,
                        }
                    }
                    Bound::Value { value, r#type } if !r#type.is_known() => {
                        self.sort_of(value, binding.block, binding.at)
                    }
                    Bound::Value { r#type, .. } | Bound::Narrowed { r#type, .. } => {
                        self.sort_of_type(r#type, binding.block, binding.at)
                    }
                    Bound::Import(index) => {
                        let of =
                            self.target(&self.world.imports[self.file as usize][index as usize], Via::Import);
                        self.sort_of_field(&of, self.facts.strings.hash(name))
                    }
                    _ => Sort::Open,
                };
            }
            if self.facts.scope(current).kind == ScopeKind::Class {
                let class = Def { file: self.file, id: self.facts.scope(current).owner };
                let inherited = one(Value::Class(class), Via::Receiver);
                let sort = self.sort_of_field(&inherited, self.facts.strings.hash(name));
                if sort != Sort::Open {
                    return sort;
                }
            }
            if current.is_file() {
                return Sort::Open;
            }
            current = self.facts.scope(current).parent;
        }
    }

    /// A field: of the object itself, or a constant of a type.
    fn sort_of_member(&self, object: ExpressionId, name: Symbol, scope: ScopeId, at: u32) -> Sort {
        self.sort_of_field(&self.eval(object, scope, at), self.facts.strings.hash(name))
    }

    fn sort_of_field(&self, owners: &Items, name: u64) -> Sort {
        for item in owners {
            let (Value::Class(class) | Value::Instance(class)) = item.value else { continue };
            for class in self.hierarchy.order(class, 0) {
                self.consult(class.file, name);
                let facts = self.world.facts(class.file);
                let Some(symbol) = facts.strings.symbol(name) else { continue };
                let inside = facts.definition(class.id).scope;
                if let Some(Bound::Value { r#type, .. }) =
                    facts.bindings_of(inside, symbol).first().map(|b| b.bound)
                    && let Some((name, arrays)) = named(facts, r#type)
                    && !is_type_variable(facts, class.id, name)
                {
                    return Sort::Of { name: hash(name.as_bytes()), class: None, arrays };
                }
            }
        }
        Sort::Open
    }

    fn sort_of_result(&self, callee: ExpressionId, arguments: ListId, scope: ScopeId, at: u32) -> Sort {
        let meant = self.meant(self.eval(callee, scope, at), arguments, scope, at);
        let [Item { value: Value::Function(def), .. }] = meant.items[..] else { return Sort::Open };
        self.consult(def.file, self.world.name_hash(def));
        let facts = self.world.facts(def.file);
        let text = facts.text(facts.definition(def.id).returns_text);
        let (name, _) = written(text);
        // Of the object itself a type variable stands for itself; else for what the object has for it.
        let itself = matches!(self.facts.expression(callee), Expression::Name(_));
        match is_type_variable(facts, def.id, name) {
            true if !itself => Sort::Open,
            _ => self.sort_of_text(def, text),
        }
    }

    fn sort_of_type(&self, r#type: ExpressionId, scope: ScopeId, at: u32) -> Sort {
        let Some((name, arrays)) = named(self.facts, r#type) else { return Sort::Open };
        let mut bare = r#type;
        while let Expression::Index { object: inner, .. } | Expression::Array(inner) =
            self.facts.expression(bare)
        {
            bare = inner;
        }
        let found = match self.facts.expression(bare) {
            Expression::Literal(_) => Items::new(),
            _ => self.eval_type(bare, scope, at),
        };
        match found.first().map(|i| &i.value) {
            Some(Value::Instance(class)) => {
                Sort::Of { name: self.world.name_hash(*class), class: Some(*class), arrays }
            }
            _ if self.is_variable_here(name, scope) => Sort::Open,
            _ => Sort::Of { name: hash(name.as_bytes()), class: None, arrays },
        }
    }

    fn is_variable_here(&self, name: &str, scope: ScopeId) -> bool {
        is_variable_in(self.facts, name, scope)
    }
}

/// Is the name one of the type variables of the definition or of what is around it?
pub(super) fn is_type_variable(facts: &Facts, id: DefinitionId, name: &str) -> bool {
    is_variable_in(facts, name, facts.definition(id).scope)
}

fn is_variable_in(facts: &Facts, name: &str, mut scope: ScopeId) -> bool {
    let Some(symbol) = facts.strings.symbol(hash(name.as_bytes())) else { return false };
    loop {
        if let Some(binding) = facts.bindings_of(scope, symbol).first() {
            return matches!(binding.bound, Bound::Value { r#type, .. } if !r#type.is_known());
        }
        if scope.is_file() {
            return false;
        }
        scope = facts.scope(scope).parent;
    }
}

/// The name of a type that is written as a text, without package and arguments, and of how many arrays it is one.
pub(super) fn written(text: &str) -> (&str, u8) {
    let bare = text.split('<').next().unwrap_or(text);
    let arrays = text.rsplit('>').next().unwrap_or("").matches("[]").count() as u8;
    let bare = bare.split('[').next().unwrap_or(bare).trim();
    let last = bare.rsplit([' ', '.']).next().unwrap_or(bare);
    (last, arrays)
}

/// The same of a type that is written as an expression.
pub(super) fn named(facts: &Facts, mut r#type: ExpressionId) -> Option<(&str, u8)> {
    let mut arrays = 0;
    loop {
        match facts.expression(r#type) {
            Expression::Name(name) | Expression::Member { name, .. } | Expression::Literal(name) => {
                return Some((facts.text(name), arrays));
            }
            Expression::Index { object, .. } => r#type = object,
            Expression::Array(inner) => {
                arrays += 1;
                r#type = inner;
            }
            _ => return None,
        }
    }
}
