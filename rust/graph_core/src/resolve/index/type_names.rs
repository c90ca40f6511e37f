//! Types as they are written: the name and the array depth of a type's text or expression, without evaluating it.

use crate::facts::{Bound, DefinitionId, Expression, ExpressionId, Facts, ScopeId};
use crate::hashing::NameHash;

/// Is the name a type variable of the definition or of one that encloses it?
pub fn is_type_variable(facts: &Facts, id: DefinitionId, name: &str) -> bool {
    is_type_variable_in(facts, name, facts.definition(id).scope)
}

/// Is the name a type variable in a scope? The innermost binding of the name decides.
pub fn is_type_variable_in(facts: &Facts, name: &str, mut scope: ScopeId) -> bool {
    let Some(symbol) = facts.strings.symbol(NameHash::of(name)) else { return false };
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

/// The name of a type that is written as a text, without package and type arguments, and its array depth: 2 for
/// `a.B<C>[][]`.
pub fn text_name(text: &str) -> (&str, u8) {
    let bare = text.split('<').next().unwrap_or(text);
    let arrays = text.rsplit('>').next().unwrap_or("").matches("[]").count() as u8;
    let bare = bare.split('[').next().unwrap_or(bare).trim();
    let last = bare.rsplit([' ', '.']).next().unwrap_or(bare);
    (last, arrays)
}

/// The name and the array depth of a type that is written as an expression; None if that names no type.
pub fn expression_name(facts: &Facts, mut r#type: ExpressionId) -> Option<(&str, u8)> {
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
