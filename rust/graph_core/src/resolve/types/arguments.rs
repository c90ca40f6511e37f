//! Arguments: how many a call passes, which parameter each is for, and whether a definition accepts that many.

use crate::facts::{Definition, Expression, ListId};
use crate::graph::{NodeKind, ParameterKind, flag};
use crate::hashing::NameHash;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::evaluator::Evaluator;

/// The parameter that an argument is for.
pub struct ArgumentParameter {
    pub index: u32,
    /// The parameter is declared with a type.
    pub is_typed: bool,
}

impl Evaluator<'_> {
    /// The number of arguments; None if a spread hides it.
    pub fn argument_count(&self, arguments: ListId) -> Option<usize> {
        let mut count = 0;
        for argument in self.facts.list(arguments) {
            if matches!(self.facts.expression(argument), Expression::Spread(_)) {
                return None;
            }
            count += 1;
        }
        Some(count)
    }

    /// Does a definition accept that many arguments? True for an unknown number.
    pub fn accepts_count(&self, def: Def, count: Option<usize>) -> bool {
        let Some(count) = count else { return true };
        let definition = self.index.definition(def);
        let rules = &self.index.language(def.file).rules;
        let takes_self = rules.members.explicit_self
            && definition.kind != NodeKind::Function
            && definition.flags & flag::STATIC == 0;
        let parameters = definition.parameters.iter().skip(usize::from(takes_self));
        let takes_more = parameters.clone().any(|p| takes_several(p.kind));
        let needed = parameters.clone().filter(|p| !p.optional && !takes_several(p.kind));
        // The object of a method that is written outside of its type may be the first argument.
        let receiver = usize::from(definition.receiver.is_known() && takes_receiver(definition));
        needed.count().saturating_sub(receiver) <= count && (takes_more || count <= parameters.count())
    }

    /// The parameter that takes the argument at a position, or the argument with a key; None if no single parameter
    /// does. `is_bound` tells whether the call passes the object as the first parameter.
    pub fn parameter_for(
        &self,
        def: Def,
        position: usize,
        key: Option<NameHash>,
        is_bound: bool,
    ) -> Option<ArgumentParameter> {
        let facts = self.index.facts(def.file);
        let definition = facts.definition(def.id);
        let is_method = matches!(definition.kind, NodeKind::Method | NodeKind::Constructor);
        let takes_self = is_method
            && is_bound
            && self.index.language(def.file).rules.members.explicit_self
            && definition.flags & flag::STATIC == 0;
        let index = match key {
            Some(key) => definition.parameters.iter().position(|p| facts.name_hash(p.name) == key)?,
            None => position + usize::from(takes_self) + usize::from(is_bound && takes_receiver(definition)),
        };
        let parameter = definition.parameters.get(index)?;
        let found = ArgumentParameter { index: index as u32, is_typed: parameter.r#type.is_known() };
        Some(found).filter(|_| !takes_several(parameter.kind))
    }
}

fn takes_several(kind: ParameterKind) -> bool {
    matches!(kind, ParameterKind::Rest | ParameterKind::KeywordRest)
}

/// Is the first parameter the object of a method that is written outside of its type?
pub(super) fn takes_receiver(definition: &Definition) -> bool {
    definition.parameters.first().is_some_and(|p| p.r#type.is_known() && p.r#type == definition.receiver)
}
