//! Rounds: what functions return, fields hold, modules export and parameters are given, found by repeating the
//! evaluation of every file against the tables of the round before (Jacobi iteration), so that the result depends
//! neither on threads nor on the order of files.

use crate::facts::DefinitionId;
use crate::graph::NodeKind;
use crate::resolve::collect::Collector;
use crate::resolve::collect::contribution::{Contribution, ContributionBuilder};
use crate::resolve::index::definitions::Def;
use crate::resolve::types::evaluator::Evaluator;

/// How often: each round carries values one file further.
pub const ROUNDS: usize = 3;

/// What the evaluator's file adds to the tables of the next round. `passes`: also what its calls pass.
pub fn contribution(types: &Evaluator<'_>, passes: bool) -> Contribution {
    Collector::new(types).contribution(passes)
}

impl Collector<'_, '_> {
    pub fn contribution(&self, passes: bool) -> Contribution {
        let mut entries = ContributionBuilder::default();
        for (i, definition) in self.facts.definitions.iter().enumerate() {
            let def = Def { file: self.file, id: DefinitionId(i as u32) };
            self.collect_function_parameters(def, &mut entries);
            if definition.is_callable() || definition.kind == NodeKind::Type {
                let items = self.returned_by(def);
                if !items.is_empty() {
                    entries.table.returns.insert(def.id, items);
                }
            }
        }
        self.collect_bound_values(&mut entries);
        self.collect_member_values(&mut entries);
        if passes {
            self.collect_passed(&mut entries);
        }
        entries.seal(self.types.consulted_names(), |id| self.facts.name_hash(self.facts.definition(id).name))
    }
}
