//! Arguments: how many a call passes, which parameter each is for, and whether a definition accepts that many.

use crate::facts::{Definition, Expression, ListId};
use crate::graph::{NodeKind, ParameterKind, flag};
use crate::hashing::NameHash;
use crate::resolve::index::definitions::Def;
use crate::resolve::types::evaluator::Evaluator;

impl Evaluator<'_> {
    /// How many arguments are given; None when a spread hides it.
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

    pub fn accepts_count(&self, def: Def, count: Option<usize>) -> bool {
        let Some(count) = count else { return true };
        let definition = self.index.definition(def);
        let rules = &self.index.language(def.file).rules;
        let own = usize::from(
            rules.members.explicit_self
                && definition.kind != crate::graph::NodeKind::Function
                && definition.flags & flag::STATIC == 0,
        );
        let parameters = definition.parameters.iter().skip(own);
        let open =
            parameters.clone().any(|p| matches!(p.kind, ParameterKind::Rest | ParameterKind::KeywordRest));
        let needed = parameters
            .clone()
            .filter(|p| !p.optional && !matches!(p.kind, ParameterKind::Rest | ParameterKind::KeywordRest));
        // The object of a method that is written outside of its type may stand before the others.
        let outside = usize::from(definition.receiver.is_known() && takes_receiver(definition));
        needed.count().saturating_sub(outside) <= count && (open || count <= parameters.count())
    }

    /// Which parameter an argument is for, and whether it has a type: then only functions are of interest.
    pub fn parameter_index(
        &self,
        def: Def,
        position: usize,
        key: Option<NameHash>,
        bound: bool,
    ) -> Option<(u32, bool)> {
        let facts = self.index.facts(def.file);
        let definition = facts.definition(def.id);
        let method = matches!(definition.kind, NodeKind::Method | NodeKind::Constructor);
        let skip = usize::from(
            method
                && bound
                && self.index.language(def.file).rules.members.explicit_self
                && definition.flags & flag::STATIC == 0,
        );
        let skip = skip + usize::from(bound && takes_receiver(definition));
        let index = match key {
            Some(key) => definition.parameters.iter().position(|p| facts.name_hash(p.name) == key)?,
            None => position + skip,
        };
        let parameter = definition.parameters.get(index)?;
        let plain = !matches!(parameter.kind, ParameterKind::Rest | ParameterKind::KeywordRest);
        plain.then_some((index as u32, parameter.r#type.is_known()))
    }
}

/// Is the first parameter the object of a method that is written outside of its type?
pub(super) fn takes_receiver(definition: &Definition) -> bool {
    definition.parameters.first().is_some_and(|p| p.r#type.is_known() && p.r#type == definition.receiver)
}
