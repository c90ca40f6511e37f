//! Overlap: two changes of one base: what both touch, and where one reaches what the other edits.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use crate::answer::{Counts, Step, Symbol, fraction};
use crate::changes::ChangeKind;
use crate::graph::{EdgeKind, Graph};
use crate::impact::{self, Affected, ChangeEntry, Options, Severity};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlap {
    pub meta: Meta,
    /// Definitions that both change, or add under one id, by id.
    pub both: Vec<Both>,
    /// Definitions that one changes and the other's change reaches; the worst first.
    pub reached: Vec<Reached>,
    /// Symbols that both changes affect and neither edits: how many.
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

/// What a side does to a definition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Touch {
    pub change: ChangeKind,
    /// Of that side's head; of base when deleted.
    pub symbol: Symbol,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Both {
    /// In base; of what both add the id that they share.
    pub id: String,
    pub one: Touch,
    pub other: Touch,
    /// Both do the same to it, as far as kind, contract and size tell.
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
    /// Whose change reaches the other's edit.
    pub from: Side,
    /// The change, by its id there.
    pub change: String,
    /// What the other side does to the symbol that it reaches.
    pub edit: Touch,
    pub distance: u32,
    pub severity: Severity,
    pub confidence: f64,
    pub reason: String,
    /// From what is edited to what changed, in the graph of the side that reaches.
    pub path: Vec<Step>,
}

/// What two changes of `base` have to do with each other.
pub fn overlap(base: &Graph, one: &Graph, other: &Graph, options: &Options) -> Overlap {
    let whole = Options { max_affected: usize::MAX, ..options.clone() };
    let (a, b) = rayon::join(|| impact::impact(base, one, &whole), || impact::impact(base, other, &whole));
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
    reached.extend(met(Side::One, &edits_a, other, &edits_b));
    reached.extend(met(Side::Other, &edits_b, one, &edits_a));
    reached.sort_by(|x, y| {
        (x.severity, x.distance)
            .cmp(&(y.severity, y.distance))
            .then_with(|| y.confidence.total_cmp(&x.confidence))
            .then_with(|| (&x.edit.symbol.id, x.from, &x.change).cmp(&(&y.edit.symbol.id, y.from, &y.change)))
    });
    // An edit that stood in base already and still refers to the change is found both ways.
    let mut seen = FxHashSet::default();
    reached.retain(|r| seen.insert((r.from, r.change.clone(), r.edit.symbol.id.clone())));
    let of_a: FxHashMap<&str, ()> = a.affected.iter().map(|h| (h.symbol.id.as_str(), ())).collect();
    let is_edited = |id: &str| edits_a.contains_key(id) || edits_b.contains_key(id);
    let common = b.affected.iter().map(|h| h.symbol.id.as_str()).filter(|id| of_a.contains_key(id));
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

/// What a side edits, by the id in base; what it adds by its own.
fn edits(changes: &[ChangeEntry]) -> FxHashMap<&str, &ChangeEntry> {
    changes
        .iter()
        .map(|entry| (entry.previous.as_ref().unwrap_or(&entry.symbol).id.as_str(), entry))
        .collect()
}

fn touch(entry: &ChangeEntry) -> Touch {
    Touch { change: entry.change, symbol: entry.symbol.clone() }
}

/// What only the other side's graph can tell: its edits that refer to what this side changes. A call that is new
/// there stands in neither base nor this side's head.
fn met(
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
