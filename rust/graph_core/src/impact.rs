//! The impact of a change: which definitions are affected, over which path, how severely, and which tests reach them.
//! Works on two graphs alone and reads no file.

mod affected;
mod analysis;
mod answer;
mod call_check;
mod dangling;
mod entry_points;
mod implicit_calls;
mod misfits;
mod options;
mod risk;
mod severity;
mod tests_reached;
mod traversal;

pub use answer::{
    Affected, Answer, ChangeEntry, Cut, EntryPoint, Meta, Misfit, NotSeen, SameNameSites, TestReached,
    UnresolvedSite,
};
pub use call_check::MisfitReason;
pub use options::Options;
pub use risk::{Factor, Risk};
pub use severity::Severity;

use crate::answer::Counts;
use crate::changes::{Comparison, compare};
use crate::graph::{Graph, flag};
use analysis::Analysis;

/// What the change from `base` to `head` affects.
pub fn impact(base: &Graph, head: &Graph, options: &Options) -> Answer {
    impact_of(&compare(base, head), base, head, options)
}

/// The same for a comparison that was made already.
///
/// Edges are followed backwards: from definitions of head in head, and from deleted, renamed and moved ones in base,
/// where their callers still have edges to them. All changes are followed at once, so each affected symbol is listed
/// once, with its nearest change, and `affected` of a change is the number of symbols whose nearest change it is. A
/// symbol whose own code or contract changed is listed as a change and not as affected.
pub fn impact_of(comparison: &Comparison, base: &Graph, head: &Graph, options: &Options) -> Answer {
    let analysis = Analysis::new(base, head, comparison, options);
    let affected = affected::affected(&analysis);
    let listed = affected.hits.len().min(options.max_affected);
    let ((mut misfits, mut entry_points), (tests, tests_beyond, untested)) = rayon::join(
        || (misfits::misfits(&analysis), entry_points::entry_points(&analysis)),
        || tests_reached::tests(&analysis),
    );
    let mut counts = vec![0usize; comparison.changes.len()];
    for hit in &affected.hits {
        counts[hit.origin as usize] += 1;
    }
    let not_seen = analysis.not_seen();
    let risk = risk::risk([
        affected.count_breaking(&analysis),
        misfits.len(),
        untested.len(),
        affected.hits.iter().filter(|hit| !head.node(hit.in_head).is(flag::TEST)).count(),
        entry_points.len(),
        analysis.complexity(),
        not_seen.unresolved.len() + not_seen.skipped.len(),
    ]);
    let cut = Cut {
        affected: affected.hits.len() - listed,
        entry_points: entry_points.len().saturating_sub(options.max_affected),
        misfits: misfits.len().saturating_sub(options.max_affected),
        depth: affected.beyond,
        tests: tests_beyond,
    };
    entry_points.truncate(options.max_affected);
    misfits.truncate(options.max_affected);
    Answer {
        meta: Meta {
            format: 2,
            tool_version: env!("CARGO_PKG_VERSION"),
            options: options.clone(),
            base: Counts::of(base),
            head: Counts::of(head),
        },
        changes: analysis.change_entries(&counts),
        affected: affected.hits[..listed].iter().map(|hit| affected.describe(&analysis, hit)).collect(),
        misfits,
        tests,
        untested,
        entry_points,
        risk,
        not_seen,
        cut,
    }
}

#[cfg(test)]
mod tests;
