//! Collect: finds what functions return, fields hold, modules export and parameters receive, in rounds over all files,
//! and the bases of all types.
//!
//! Offers `contribution` (what one file adds in a round), `merged` (the tables of a round) and `bases`. It does not
//! depend on references, edges and the graph.

mod arguments;
pub mod bases;
pub mod contribution;
mod fields;
mod returns;
pub mod rounds;
pub mod structural;

use crate::facts::Facts;
use crate::graph::FileId;
use crate::languages::Language;
use crate::resolve::index::Index;
use crate::resolve::types::evaluator::Evaluator;

/// Collects what one file contributes.
struct Collector<'e, 'w> {
    types: &'e Evaluator<'w>,
    index: &'w Index,
    facts: &'w Facts,
    language: &'static Language,
    file: FileId,
}

impl<'e, 'w> Collector<'e, 'w> {
    fn new(types: &'e Evaluator<'w>) -> Self {
        Collector {
            types,
            index: types.index,
            facts: types.facts,
            language: types.language,
            file: types.file,
        }
    }
}
