//! The overlap of two changes of one base: definitions that both change, and definitions that one changes and the other
//! affects.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use crate::answer::{Counts, Step, Symbol, fraction};
use crate::changes::ChangeKind;
use crate::graph::{EdgeKind, Graph};
use crate::impact::{self, Affected, ChangeEntry, Options, Severity};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlap {
    pub meta: Meta,
    /// Definitions that both change, or add with the same id; sorted by id.
    pub both: Vec<Both>,
    /// Definitions that one side changes and the other side affects; the most severe first.
    pub reached: Vec<Reached>,
    /// The number of symbols that both changes affect and neither edits.
    pub shared: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Meta {
    pub format: u32,
    pub tool_version: &'static str,
    pub options: Options,
    pub base: Counts,
    pub one: Counts,
    pub other: Counts,
}

/// The change of a definition on one side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Touch {
    pub change: ChangeKind,
    /// In the head of that side; in base if deleted.
    pub symbol: Symbol,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Both {
    /// The id in base; the common id of a definition that both add.
    pub id: String,
    pub one: Touch,
    pub other: Touch,
    /// Both changes are equal in kind, contract and size.
    pub alike: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    One,
    Other,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reached {
    /// The side whose change affects the definition.
    pub from: Side,
    /// The id of the change in the graph of that side.
    pub change: String,
    /// The change of the affected definition on the other side.
    pub edit: Touch,
    pub distance: u32,
    pub severity: Severity,
    pub confidence: f64,
    pub reason: String,
    /// From the affected definition to the change, in the graph of the side `from`.
    pub path: Vec<Step>,
}

/// Compares the changes from `base` to `one` and from `base` to `other`.
pub fn overlap(base: &Graph, one: &Graph, other: &Graph, options: &Options) -> Overlap {
    let unlimited = Options { max_affected: usize::MAX, ..options.clone() };
    let (a, b) =
        rayon::join(|| impact::impact(base, one, &unlimited), || impact::impact(base, other, &unlimited));
    let (edits_a, edits_b) = (edits(&a.changes), edits(&b.changes));
    let mut both: Vec<Both> = edits_a
        .iter()
        .filter_map(|(id, x)| {
            let y = edits_b.get(id)?;
            let size = |e: &ChangeEntry| e.symbol.end_line - e.symbol.start_line;
            let alike = x.change == y.change && x.contract == y.contract && size(x) == size(y);
            Some(Both { id: (*id).to_owned(), one: touch(x), other: touch(y), alike })
        })
        .collect();
    both.sort_by(|x, y| x.id.cmp(&y.id));
    let mut reached: Vec<Reached> = reaches(Side::One, &a.affected, &edits_b)
        .chain(reaches(Side::Other, &b.affected, &edits_a))
        .collect();
    reached.extend(new_references(Side::One, &edits_a, other, &edits_b));
    reached.extend(new_references(Side::Other, &edits_b, one, &edits_a));
    reached.sort_by(|x, y| {
        (x.severity, x.distance)
            .cmp(&(y.severity, y.distance))
            .then_with(|| y.confidence.total_cmp(&x.confidence))
            .then_with(|| (&x.edit.symbol.id, x.from, &x.change).cmp(&(&y.edit.symbol.id, y.from, &y.change)))
    });
    // A reference that is in base and in the other head is found twice.
    let mut seen = FxHashSet::default();
    reached.retain(|r| seen.insert((r.from, r.change.clone(), r.edit.symbol.id.clone())));
    let affected_by_a: FxHashSet<&str> = a.affected.iter().map(|h| h.symbol.id.as_str()).collect();
    let is_edited = |id: &str| edits_a.contains_key(id) || edits_b.contains_key(id);
    let common = b.affected.iter().map(|h| h.symbol.id.as_str()).filter(|id| affected_by_a.contains(id));
    let shared = common.filter(|id| !is_edited(id)).count();
    Overlap {
        meta: Meta {
            format: 1,
            tool_version: env!("CARGO_PKG_VERSION"),
            options: options.clone(),
            base: Counts::of(base),
            one: Counts::of(one),
            other: Counts::of(other),
        },
        both,
        reached,
        shared,
    }
}

/// The changes of a side, by the id in base, or by their own id if added.
fn edits(changes: &[ChangeEntry]) -> FxHashMap<&str, &ChangeEntry> {
    changes
        .iter()
        .map(|entry| (entry.previous.as_ref().unwrap_or(&entry.symbol).id.as_str(), entry))
        .collect()
}

fn touch(entry: &ChangeEntry) -> Touch {
    Touch { change: entry.change, symbol: entry.symbol.clone() }
}

/// The edits of the other side that refer to a definition that this side changes. Only the graph of the other side (`theirs`)
/// has the edges of references that are new there.
fn new_references(
    from: Side,
    changes: &FxHashMap<&str, &ChangeEntry>,
    theirs: &Graph,
    edits: &FxHashMap<&str, &ChangeEntry>,
) -> Vec<Reached> {
    let by_head: FxHashMap<&str, &ChangeEntry> =
        edits.values().map(|entry| (entry.symbol.id.as_str(), *entry)).collect();
    let mut found = Vec::new();
    for (id, change) in changes {
        let Some(node) = theirs.find(id) else { continue };
        for (edge_id, edge) in theirs.incoming(node) {
            if !REFERRING.contains(&edge.kind) {
                continue;
            }
            let Some(edit) = by_head.get(theirs.id(edge.from).as_str()) else { continue };
            let is_gone =
                matches!(change.change, ChangeKind::Deleted | ChangeKind::Renamed | ChangeKind::Moved);
            let breaks = is_gone || change.contract.iter().any(|d| d.breaking);
            found.push(Reached {
                from,
                change: change.symbol.id.clone(),
                edit: touch(edit),
                distance: 1,
                severity: if breaks { Severity::High } else { Severity::Medium },
                confidence: fraction(edge.confidence),
                reason: format!("refers to what is {}", in_words(change.change)),
                path: vec![Step::of(theirs, edge_id)],
            });
        }
    }
    found
}

const REFERRING: &[EdgeKind] =
    &[EdgeKind::Calls, EdgeKind::Extends, EdgeKind::Implements, EdgeKind::Overrides, EdgeKind::UsesType];

fn in_words(change: ChangeKind) -> &'static str {
    match change {
        ChangeKind::Added => "new",
        ChangeKind::Deleted => "deleted",
        ChangeKind::Modified => "rewritten",
        ChangeKind::SignatureChanged => "changed in its signature",
        ChangeKind::Renamed => "renamed",
        ChangeKind::Moved => "moved",
    }
}

fn reaches<'a>(
    from: Side,
    affected: &'a [Affected],
    edits: &'a FxHashMap<&str, &ChangeEntry>,
) -> impl Iterator<Item = Reached> + 'a {
    affected.iter().filter_map(move |hit| {
        let edit = edits.get(hit.symbol.id.as_str())?;
        Some(Reached {
            from,
            change: hit.change.clone(),
            edit: touch(edit),
            distance: hit.distance,
            severity: hit.severity,
            confidence: hit.confidence,
            reason: hit.reason.clone(),
            path: hit.path.clone(),
        })
    })
}
