//! Parameters that declare fields.

use crate::extract::binding::binder::Binder;
use crate::extract::binding::{destructuring, fields};
use crate::extract::build::FactBuilder;
use crate::extract::build::nodes::{Captured, Frame};
use crate::extract::definitions::decorators::Decorators;
use crate::extract::definitions::values;
use crate::facts::{Binding, Bound, DefinitionId, Expression, ExpressionId, Symbol};
use crate::graph::Visibility;

/// The parameters of a type are its fields.
pub fn add_components(
    build: &mut FactBuilder<'_>,
    binder: &mut Binder,
    decorators: &mut Decorators,
    frame: &Frame,
    names: &[Captured],
    written: Option<Captured>,
) {
    decorators.clear();
    fields::add_fields(build, names, written, false);
    for name in names {
        destructuring::bind_pattern(
            build,
            binder,
            name.value,
            ExpressionId::UNKNOWN,
            written.map_or(ExpressionId::UNKNOWN, |w| w.value),
            frame.role,
            frame.start,
        );
    }
}

/// A constructor parameter that declares a field of the class.
pub fn declare_field(
    build: &mut FactBuilder<'_>,
    names: &[Captured],
    owner: DefinitionId,
    text: Symbol,
    visibility: Option<Visibility>,
    at: u32,
) {
    let class = build.facts.definition(owner).parent;
    if !build.facts.definition(class).is_type() {
        return;
    }
    let Some(parameter) = build.facts.definition(owner).parameters.last() else {
        return;
    };
    let (r#type, optional) = (parameter.r#type, parameter.optional);
    for written in names {
        if let Expression::Name(name) = build.facts.expression(written.value) {
            let scope = build.facts.definition(class).scope;
            let name = build.member_name(name);
            values::define_parameter_field(build, class, name, written, visibility);
            let bound = Bound::Value { value: ExpressionId::UNKNOWN, r#type };
            build.facts.bindings.push(Binding { scope, block: scope, name, bound, at });
            build.facts.definitions[class.at()].fields.push((name, text, optional));
        }
    }
}

/// A constructor parameter that all code of the class sees.
pub fn declare_in_type(build: &mut FactBuilder<'_>, names: &[Captured], owner: DefinitionId, at: u32) {
    let class = build.facts.definition(owner).parent;
    let r#type = build.facts.definition(owner).parameters.last().map_or(ExpressionId::UNKNOWN, |p| p.r#type);
    for name in names {
        if let Expression::Name(name) = build.facts.expression(name.value) {
            let scope = build.facts.definition(class).scope;
            let bound = Bound::Value { value: ExpressionId::UNKNOWN, r#type };
            build.facts.bindings.push(Binding { scope, block: scope, name, bound, at });
        }
    }
}
