//! Rounds: what functions return, fields hold, modules export and parameters receive is found by evaluating every file
//! several times against the tables of the previous round (Jacobi iteration), so that the result depends neither on
//! threads nor on the order of files.

use crate::facts::DefinitionId;
use crate::graph::NodeKind;
use crate::resolve::collect::Collector;
use crate::resolve::collect::contribution::{Contribution, ContributionBuilder};
use crate::resolve::index::definitions::Def;
use crate::resolve::types::evaluator::Evaluator;

/// The number of rounds. Each round propagates values by one more file.
pub const ROUNDS: usize = 3;

/// What the evaluator's file adds to the tables of the next round; with `passed` also what its calls pass to
/// parameters.
pub fn contribution(types: &Evaluator<'_>, passed: bool) -> Contribution {
    let collector = Collector::new(types);
    let facts = types.facts;
    let mut entries = ContributionBuilder::default();
    for (i, definition) in facts.definitions.iter().enumerate() {
        let def = Def { file: types.file, id: DefinitionId(i as u32) };
        collector.collect_function_parameters(def, &mut entries);
        if definition.is_callable() || definition.kind == NodeKind::Type {
            let items = collector.returned_by(def);
            if !items.is_empty() {
                entries.table.returns.insert(def.id, items);
            }
        }
    }
    collector.collect_bound_values(&mut entries);
    collector.collect_member_values(&mut entries);
    if passed {
        collector.collect_passed(&mut entries);
    }
    entries.seal(types.consulted_names(), |id| facts.name_hash(facts.definition(id).name))
}
