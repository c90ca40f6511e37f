//! The declarations of platform files: types with their variables and bases, functions with their signatures.

use super::written::{ARRAY, TUPLE, Type};
use crate::facts::{Definition, Expression, ExpressionId, Facts, ParameterFact};
use crate::graph::{NodeKind, flag};
use crate::languages::Language;

#[derive(Debug, Default)]
pub struct Declarations {
    pub types: Vec<DeclaredType>,
    pub functions: Vec<Function>,
    /// Names of the members that every type has.
    pub universal: Vec<String>,
}

#[derive(Debug)]
pub struct DeclaredType {
    pub name: String,
    /// Its type variables.
    pub variables: Vec<char>,
    /// It takes any number of type arguments.
    pub variadic: bool,
    pub bases: Vec<Type>,
    /// The types of its fields and properties.
    pub fields: Vec<Type>,
    /// The type is that of a function: what it returns.
    pub function: Option<Type>,
}

#[derive(Debug)]
pub struct Function {
    pub name: String,
    /// The name of the type that it is a member of.
    pub owner: Option<String>,
    /// What it is called on.
    pub receiver: Option<Type>,
    pub parameters: Vec<Type>,
    /// What it returns; the receiver itself as `Self`.
    pub returns: Type,
    pub constructs: bool,
    pub universal: bool,
    /// A parameter has no type: in a language without types it is a block.
    pub takes_block: bool,
}

/// The type of the receiver, as a result.
pub const SELF: &str = "Self";

impl Declarations {
    /// Adds what a file declares.
    pub fn add(&mut self, language: &Language, facts: &Facts, universal: bool) {
        let named = |d: &Definition| !d.name.is_empty();
        if universal {
            let callable = facts.definitions.iter().filter(|d| named(d) && d.is_callable());
            let names = callable.map(|d| d.name).chain(facts.values.iter().map(|value| value.name));
            self.universal.extend(names.map(|name| facts.text(name).to_owned()));
        } else {
            let types = facts.definitions.iter().filter(|d| named(d) && d.is_type());
            self.types.extend(types.map(|definition| declared_type(facts, definition)));
        }
        let functions = facts.definitions.iter().filter(|d| named(d) && d.is_callable() && !is_property(d));
        self.functions.extend(functions.map(|definition| function(language, facts, definition, universal)));
    }

    pub fn named(&self, name: &str) -> Option<&DeclaredType> {
        self.types.iter().find(|t| t.name == name)
    }
}

fn is_property(definition: &Definition) -> bool {
    definition.flags & flag::PROPERTY != 0
}

fn declared_type(facts: &Facts, definition: &Definition) -> DeclaredType {
    let name = facts.text(definition.name);
    let (variables, variadic) = variables(facts.text(definition.text), name);
    let is_own = |d: &&Definition| std::ptr::eq(facts.definition(d.parent), definition);
    let properties = facts.definitions.iter().filter(|d| is_property(d)).filter(is_own);
    let fields = definition.fields.iter().map(|(_, written, _)| *written);
    let returned = Type::parse(facts.text(definition.returns_text));
    DeclaredType {
        name: name.to_owned(),
        variables,
        variadic,
        bases: definition.bases.iter().map(|base| Type::parse(facts.text(*base))).collect(),
        fields: fields
            .chain(properties.map(|d| d.returns_text))
            .map(|written| Type::parse(facts.text(written)))
            .collect(),
        function: (definition.kind == NodeKind::Type && !definition.returns_text.is_empty())
            .then_some(returned),
    }
}

/// The type variables behind a name in the head of a declaration, and whether there may be any number.
fn variables(head: &str, name: &str) -> (Vec<char>, bool) {
    let behind = head.split_once(name).map_or("", |(_, behind)| behind);
    if !behind.starts_with(['<', '[']) {
        return (Vec::new(), false);
    }
    let Type::Named(_, arguments) = Type::parse(&format!("{name}{behind}")) else {
        return (Vec::new(), false);
    };
    (arguments.iter().filter_map(Type::variable).collect(), behind[1..].starts_with('*'))
}

fn function(language: &Language, facts: &Facts, definition: &Definition, universal: bool) -> Function {
    let parent = facts.definition(definition.parent);
    let around = parent.is_type().then(|| facts.text(parent.name)).filter(|name| !name.is_empty());
    let receiver = definition.receiver.is_known().then(|| of_expression(facts, definition.receiver));
    let owner = receiver.as_ref().and_then(Type::name).or(around).map(str::to_owned);
    // The receiver may be a parameter, with its type or without.
    let is_receiver = |p: &ParameterFact| receiver.is_some() && p.r#type == definition.receiver;
    let skipped = usize::from(around.is_some() && language.rules.members.explicit_self);
    let given = definition.parameters.iter().skip(skipped).filter(|p| !is_receiver(p));
    let (typed, untyped): (Vec<_>, Vec<_>) = given.partition(|p| !p.type_text.is_empty());
    let mut returned = definition.returned.iter().map(|(value, ..)| facts.expression(*value));
    Function {
        name: facts.text(definition.name).to_owned(),
        owner,
        parameters: typed.iter().map(|p| Type::parse(facts.text(p.type_text))).collect(),
        returns: match returned.any(|value| value == Expression::This) {
            true => Type::Named(SELF.to_owned(), Vec::new()),
            false => Type::parse(facts.text(definition.returns_text)),
        },
        constructs: definition.kind == NodeKind::Constructor,
        universal,
        takes_block: !untyped.is_empty(),
        receiver,
    }
}

/// The type that an expression names.
fn of_expression(facts: &Facts, expression: ExpressionId) -> Type {
    let all = |list| facts.list(list).map(|e| of_expression(facts, e)).collect();
    match facts.expression(expression) {
        Expression::Name(name) => Type::parse(facts.text(name)),
        Expression::Index { object, arguments } => match of_expression(facts, object) {
            Type::Named(name, _) => Type::Named(name, all(arguments)),
            variable => variable,
        },
        Expression::Array(element) => Type::Named(ARRAY.to_owned(), vec![of_expression(facts, element)]),
        Expression::Sequence(list) => Type::Named(TUPLE.to_owned(), all(list)),
        _ => Type::parse(""),
    }
}
