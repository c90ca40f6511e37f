//! Tests: those that reach a changed definition and so are worth running, and the definitions that none reaches.

use rustc_hash::FxHashMap;

use super::answer::TestReached;
use super::reach::Reach;
use super::study::Study;
use crate::answer::{Step, Symbol, fraction};
use crate::graph::{Edge, EdgeKind, NodeId, NodeKind, flag};

/// A test may stand far from what it covers, so the depth of the impact does not bound the search.
const FAR: u32 = 25;

/// With more changes than this a test is told with its nearest change only.
const MANY_CHANGES: usize = 4096;

/// Edges over which running the one runs, or builds on, the other.
fn runs(kind: EdgeKind) -> bool {
    use EdgeKind::{Calls, Extends, Implements, Tests, UsesType};
    matches!(kind, Calls | Tests | Extends | Implements | UsesType)
}

struct Found {
    distance: u32,
    confidence: u8,
    path: Vec<Step>,
    changes: Vec<u32>,
}

/// Tests by distance, and the ids of the changed functions, methods and constructors that no test reaches.
pub(super) fn tests(study: &Study) -> (Vec<TestReached>, Vec<String>) {
    let least = study.options.least_confidence();
    let admit = |edge: &Edge| runs(edge.kind) && edge.confidence >= least;
    let is_test = |h: NodeId| study.head.node(h).is(flag::TEST);
    let mut found: FxHashMap<NodeId, Found> = FxHashMap::default();
    let many = study.comparison.changes.len() > MANY_CHANGES;

    // A changed test is no source: it must be able to reach the change that it is about.
    let sources: Vec<_> = study.head_sources.iter().copied().filter(|(h, _)| !is_test(*h)).collect();
    let walk = study.walk_head(&sources, FAR, admit);
    let reach = walk.nearest();
    let origins = if many { FxHashMap::default() } else { walk.origins(is_test) };
    for &id in reach.reached.iter().filter(|id| is_test(**id)) {
        let path = reach.path(study.head, id).into_iter().map(|e| Step::of(study.head, e)).collect();
        add(&mut found, id, hit(&reach, id, path, origins.get(&id)));
    }

    let seeds = study.dangling_seeds(runs);
    let walk = study.walk_base(&seeds, FAR, admit);
    let reach = walk.nearest();
    let in_head = |b: NodeId| study.comparison.head_of(b).filter(|h| is_test(*h));
    let origins = if many { FxHashMap::default() } else { walk.origins(|b| in_head(b).is_some()) };
    for &id in &reach.reached {
        if let Some(h) = in_head(id) {
            let path = reach.path(study.base, id).into_iter().map(|e| study.step_of_base(e)).collect();
            add(&mut found, h, hit(&reach, id, path, origins.get(&id)));
        }
    }

    for &(id, origin) in study.head_sources.iter().filter(|(h, _)| is_test(*h)) {
        let itself = Found { distance: 0, confidence: 100, path: Vec::new(), changes: Vec::new() };
        found.entry(id).or_insert(itself).changes.push(origin);
    }
    (listed(study, found), untested(study, admit))
}

fn hit(reach: &Reach, id: NodeId, path: Vec<Step>, changes: Option<&Vec<u32>>) -> Found {
    let changes = changes.cloned().unwrap_or_else(|| vec![reach.origin(id)]);
    Found { distance: reach.distance(id), confidence: reach.confidence(id), path, changes }
}

fn add(found: &mut FxHashMap<NodeId, Found>, id: NodeId, mut new: Found) {
    if let Some(held) = found.remove(&id) {
        let (mut near, far) = if (new.distance, held.confidence) < (held.distance, new.confidence) {
            (new, held)
        } else {
            (held, new)
        };
        near.changes.extend(far.changes);
        new = near;
    }
    found.insert(id, new);
}

fn listed(study: &Study, found: FxHashMap<NodeId, Found>) -> Vec<TestReached> {
    let mut found: Vec<(NodeId, Found)> = found.into_iter().collect();
    found.sort_unstable_by_key(|(id, f)| (f.distance, 100 - f.confidence, *id));
    found
        .into_iter()
        .map(|(id, mut f)| {
            f.changes.sort_unstable();
            f.changes.dedup();
            TestReached {
                symbol: Symbol::of(study.head, id),
                distance: f.distance,
                confidence: fraction(f.confidence),
                changes: f.changes.iter().map(|origin| study.change_id(*origin)).collect(),
                path: f.path,
            }
        })
        .collect()
}

/// Forwards from all tests at once: what they do not come to within the same distance.
fn untested(study: &Study, admit: impl Fn(&Edge) -> bool) -> Vec<String> {
    let head = study.head;
    let mut level: Vec<NodeId> = head.node_ids().filter(|id| head.node(*id).is(flag::TEST)).collect();
    let mut reached = vec![false; head.nodes.len()];
    level.iter().for_each(|id| reached[id.0 as usize] = true);
    for _ in 0..FAR {
        let mut next = Vec::new();
        for id in level {
            for (_, edge) in head.outgoing(id).filter(|(_, e)| admit(e)) {
                if !std::mem::replace(&mut reached[edge.to.0 as usize], true) {
                    next.push(edge.to);
                }
            }
        }
        level = next;
    }
    study
        .comparison
        .changes
        .iter()
        // A mere move or renaming is nothing new to test.
        .filter(|change| change.rewritten)
        .filter_map(|change| change.head)
        .filter(|id| is_testable(study, *id) && !reached[id.0 as usize])
        .map(|id| head.id(id))
        .collect()
}

/// A callable with a body that is no test itself.
fn is_testable(study: &Study, id: NodeId) -> bool {
    let node = study.head.node(id);
    matches!(node.kind, NodeKind::Function | NodeKind::Method | NodeKind::Constructor)
        && node.body_hash != 0
        && !node.is(flag::TEST)
}
