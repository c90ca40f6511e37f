//! Export objects, and dotted names that may begin with one.

use crate::extract::build::FactBuilder;
use crate::facts::{Expression, ExpressionId, Symbol};

/// The names of a dotted expression, last first, without export objects. Empty: it is an export object, or no
/// name.
pub fn dotted(build: &FactBuilder<'_>, mut expression: ExpressionId) -> Vec<Symbol> {
    let mut names = Vec::new();
    loop {
        match build.facts.expression(expression) {
            Expression::Member { .. } if is_export_object(build, expression) => break,
            Expression::Member { object, name } => {
                // A member of the prototype is a member of the class.
                let prototype = build.language.rules.members.prototype;
                if prototype.is_empty() || build.facts.text(name) != prototype {
                    names.push(name);
                }
                expression = object;
            }
            Expression::Name(name) | Expression::Entry { key: name, .. } => {
                if !is_export_object(build, expression) {
                    names.push(name);
                }
                break;
            }
            _ => break,
        }
    }
    names
}

/// Is it an export object of the module?
pub fn is_export_object(build: &FactBuilder<'_>, expression: ExpressionId) -> bool {
    let objects = build.language.rules.imports.export_objects;
    match build.facts.expression(expression) {
        Expression::Name(name) => objects.contains(&build.facts.text(name)),
        Expression::Member { object, name } => match build.facts.expression(object) {
            Expression::Name(holder) => is_export_path(build, holder, name),
            _ => false,
        },
        _ => false,
    }
}

pub fn is_export_path(build: &FactBuilder<'_>, holder: Symbol, name: Symbol) -> bool {
    let path = (build.facts.text(holder), build.facts.text(name));
    build.language.rules.imports.whole_export.split_once('.') == Some(path)
}
