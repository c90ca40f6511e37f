//! Overloads: signatures without a body are merged into the next definition of the name.

use rustc_hash::FxHashMap;

use crate::extract::build::{FactBuilder, hashes};
use crate::extract::definitions::decorators;
use crate::facts::{Bound, DefinitionId, Expression, ScopeId, Symbol};

#[derive(Default)]
pub struct Overloads {
    /// By scope and name: the definition that the signatures are merged into so far, and indices of its bindings.
    signatures: FxHashMap<(ScopeId, Symbol), (DefinitionId, Vec<usize>)>,
}

impl Overloads {
    /// Merges the earlier signatures into a definition; keeps it for the next one if it is a signature itself.
    pub fn declare(
        &mut self,
        build: &mut FactBuilder<'_>,
        id: DefinitionId,
        scope: ScopeId,
        name: Symbol,
        binding: usize,
        is_signature: bool,
    ) {
        let mut bindings = vec![binding];
        let decorated = decorators::is_decorated(build, id, build.language.rules.members.overload_decorators);
        if let Some((signature, earlier)) = self.signatures.remove(&(scope, name)) {
            take_over(build, id, signature, &earlier);
            begin_with(build, id, signature);
            if decorated || !build.facts.definition(id).returns.is_known() {
                return_either(build, id, signature);
            }
            bindings.extend(earlier);
        }
        if decorated || is_signature && !build.facts.definition(id).has_body {
            self.signatures.insert((scope, name), (id, bindings));
        }
    }
}

/// Merges a signature into the definition.
fn take_over(build: &mut FactBuilder<'_>, id: DefinitionId, signature: DefinitionId, bindings: &[usize]) {
    for index in bindings {
        if let Some(binding) = build.facts.bindings.get_mut(*index)
            && binding.bound == Bound::Definition(signature)
        {
            binding.bound = Bound::Definition(id);
        }
    }
    let part = &mut build.facts.definitions[signature.at()];
    part.name = Symbol::EMPTY;
    part.parent = id;
    let hash = part.signature_hash;
    let whole = &mut build.facts.definitions[id.at()];
    whole.signature_hash = hashes::joined(hash, whole.signature_hash);
}

/// The definition begins with its first signature, if no other definition stands between them.
fn begin_with(build: &mut FactBuilder<'_>, id: DefinitionId, signature: DefinitionId) {
    let (first, between) = (build.facts.definition(signature), signature.at() + 1..id.at());
    if build.facts.definitions[between].iter().all(|d| d.start < first.end) {
        let (start, line) = (first.start, first.start_line);
        let whole = &mut build.facts.definitions[id.at()];
        (whole.start, whole.start_line) = (start, line);
    }
}

/// Adds the return type of a signature to the definition's.
fn return_either(build: &mut FactBuilder<'_>, id: DefinitionId, signature: DefinitionId) {
    let (own, other) = (build.facts.definition(id).returns, build.facts.definition(signature).returns);
    let either = match (own.is_known(), other.is_known()) {
        (false, _) => other,
        (true, false) => own,
        (true, true) => {
            let both = build.add_list(&[other, own]);
            build.add(Expression::Either(both))
        }
    };
    build.facts.definitions[id.at()].returns = either;
}
