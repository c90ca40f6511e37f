//! Functions as arguments: their implicit parameter, and what the called method passes to them.

use crate::extract::build::FactBuilder;
use crate::facts::{Binding, Bound, Expression, ExpressionId, ListId, ParameterFact, Symbol};
use crate::languages::platform::ContextObject;
use crate::languages::syntax::Role;

/// Adds the implicit parameter of the enclosing anonymous function, if it declares no parameter.
pub fn add_implicit_parameter(build: &mut FactBuilder<'_>, name: Symbol, at: u32) {
    let around = build.nodes.frames.iter().rev().filter(|f| f.role == Role::Closure).find_map(|f| {
        let id = f.definition?;
        let parameters = &build.facts.definition(id).parameters;
        parameters.first().is_none_or(|first| first.name == name).then_some(id)
    });
    let Some(id) = around.filter(|id| build.facts.definition(*id).parameters.is_empty()) else { return };
    let scope = build.facts.definition(id).scope;
    build.facts.definitions[id.at()].parameters.push(ParameterFact { name, ..ParameterFact::default() });
    let bound = Bound::Parameter { definition: id, index: 0 };
    build.facts.bindings.push(Binding { scope, block: scope, name, bound, at });
}

/// Sets what a called method passes to a function that is its argument: the elements of a container, or the
/// object itself. A declared type has priority.
pub fn type_callbacks(build: &mut FactBuilder<'_>, callee: ExpressionId, arguments: ListId) {
    let platform = build.language.platform();
    if platform.element_callbacks.is_empty() && platform.scope_functions.is_empty() || arguments.is_empty() {
        return;
    }
    let (object, name) = match build.facts.expression(callee) {
        Expression::Member { object, name } => (Some(object), build.facts.text(name)),
        Expression::Name(name) => (None, build.facts.text(name)),
        _ => return,
    };
    let context = platform.scope_functions.get(name).copied();
    let object = match (object, context) {
        (None, Some(ContextObject::FirstArgument)) => build.facts.list(arguments).next(),
        (Some(_), Some(ContextObject::FirstArgument)) | (None, _) => None,
        (Some(_), None) if !platform.element_callbacks.contains(name) => None,
        (object, _) => object,
    };
    let Some(object) = object else { return };
    let functions: Vec<_> = build
        .facts
        .list(arguments)
        .filter_map(|a| match build.facts.expression(a) {
            Expression::Definition(id) => Some(id),
            _ => None,
        })
        .collect();
    for id in functions {
        if let Some(ContextObject::FirstArgument | ContextObject::Receiver) = context {
            let type_of_object = build.add(Expression::TypeOf(object));
            build.facts.definitions[id.at()].receiver = type_of_object;
            continue;
        }
        let passed = match context {
            Some(_) => object,
            None => build.add(Expression::Each(object)),
        };
        if let Some(first) = build.facts.definitions[id.at()].parameters.first_mut()
            && !first.r#type.is_known()
            && !first.default.is_known()
        {
            first.default = passed;
        }
    }
}
