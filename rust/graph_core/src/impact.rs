//! Impact: what relies on a changed definition, by which way, and how badly it is hit. Works on two graphs alone.

mod affected;
mod answer;
mod dangling;
mod entry_points;
mod fit;
mod implied;
mod misfits;
mod options;
mod reach;
mod risk;
mod severity;
mod study;
mod tests_reached;

pub use answer::{
    Affected, Answer, ChangeEntry, Cut, EntryPoint, Meta, Misfit, NotSeen, SameNameSites, TestReached,
    UnresolvedSite,
};
pub use fit::Why;
pub use options::Options;
pub use risk::{Factor, Risk};
pub use severity::Severity;

use crate::answer::Counts;
use crate::changes::{Comparison, compare};
use crate::graph::{Graph, flag};
use study::Study;

/// What the change from `base` to `head` affects.
pub fn impact(base: &Graph, head: &Graph, options: &Options) -> Answer {
    impact_of(&compare(base, head), base, head, options)
}

/// The same for a comparison that is at hand.
///
/// Definitions that are in head are followed backwards in head; those that are deleted, renamed or moved are
/// followed backwards in base, where their callers still have edges to them. All changes are followed at once, so
/// an affected symbol is told once, with the nearest change, and `affected` of a change counts those to which it
/// is the nearest. A symbol whose own code or contract changed is a change and not affected.
pub fn impact_of(comparison: &Comparison, base: &Graph, head: &Graph, options: &Options) -> Answer {
    let study = Study::new(base, head, comparison, options);
    let found = affected::affected(&study);
    let listed = found.hits.len().min(options.max_affected);
    let ((mut misfits, mut entry_points), (tests, tests_beyond, untested)) = rayon::join(
        || (misfits::misfits(&study), entry_points::entry_points(&study)),
        || tests_reached::tests(&study),
    );
    let mut counts = vec![0usize; comparison.changes.len()];
    for hit in &found.hits {
        counts[hit.origin as usize] += 1;
    }
    let not_seen = study.not_seen();
    let risk = risk::risk([
        study.breaking(&found),
        misfits.len(),
        untested.len(),
        found.hits.iter().filter(|hit| !head.node(hit.in_head).is(flag::TEST)).count(),
        entry_points.len(),
        study.complexity(),
        not_seen.unresolved.len() + not_seen.skipped.len(),
    ]);
    let cut = Cut {
        affected: found.hits.len() - listed,
        entry_points: entry_points.len().saturating_sub(options.max_affected),
        misfits: misfits.len().saturating_sub(options.max_affected),
        depth: found.beyond,
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
        changes: study.change_entries(&counts),
        affected: found.hits[..listed].iter().map(|hit| found.entry(&study, hit)).collect(),
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
