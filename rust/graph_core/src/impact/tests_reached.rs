//! Tests: those that reach a changed definition and so are worth running, and the definitions that none reaches.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smallvec::smallvec;

use super::answer::TestReached;
use super::implied::{CONFIDENCE, Implied, loads};
use super::reach::{Changes, Reach};
use super::study::{Side, Study};
use crate::answer::{Step, Symbol, fraction, without_ordinal};
use crate::graph::{Edge, EdgeKind, Graph, NodeId, NodeKind, flag};
use crate::languages::{Language, runners};

/// A test may stand far from what it covers, so the depth of the impact does not bound the search.
pub(super) const FAR: u32 = 25;

/// How many edges may be looked at to tell all the changes that each test reaches. What is beyond this, in a graph
/// where everything hangs together and much of it changed, is told with the nearest change only.
const MOST_EDGES: usize = 20_000_000;

/// Of one test.
const MOST_HEIRS: usize = 32;

/// How many changes a test names: the nearest, then the first ones.
const MOST_CHANGES: usize = 100;

/// Edges over which running the one runs, or builds on, the other.
pub(super) fn runs(kind: EdgeKind) -> bool {
    use EdgeKind::{Calls, Extends, Implements, Tests, UsesType};
    matches!(kind, Calls | Tests | Extends | Implements | UsesType)
}

/// A call runs what it calls. What is imported, or named as a type or a base, may be run, and is half as near; so is
/// what runs without a call.
fn steps(edge: &Edge) -> u8 {
    if matches!(edge.kind, EdgeKind::Calls | EdgeKind::Tests) { 1 } else { 2 }
}

#[derive(Default)]
struct Found {
    distance: u32,
    confidence: u8,
    /// What the walk that found it has reached, of which graph; None: it is a change itself.
    reached: Option<(Side, NodeId)>,
    /// The nearest first.
    changes: Changes,
}

/// Tests by distance, how many are further away than is asked for, and the ids of the changed functions, methods and
/// constructors that no test is seen to call.
pub(super) fn tests(study: &Study) -> (Vec<TestReached>, usize, Vec<String>) {
    let (base, head) = (study.base, study.head);
    let least = study.options.least_confidence();
    let admit = |edge: &Edge| runs(edge.kind) && edge.confidence >= least;
    let is_test = |h: NodeId| head.node(h).is(flag::TEST);
    let test_of = |b: NodeId| study.comparison.head_of(b).filter(|h| is_test(*h));
    let covered = reached_from(head, head.node_ids().filter(|h| is_test(*h)), admit);
    let implied = (least <= CONFIDENCE).then(|| Implied::of(head));
    // The code of a module that changed itself is not followed to all who import it.
    let admit_all = |edge: &Edge| admit(edge) || loads(head, edge) && !study.rewritten.contains_key(&edge.to);
    let held = study.tests_held();
    let mut found: FxHashMap<NodeId, Found> = FxHashMap::default();

    // A changed test is no source: it must be able to reach the change that it is about.
    let sources: Vec<_> = study.head_sources.iter().copied().filter(|(h, _)| !is_test(*h)).collect();
    let mut walk = study.walk_head(&sources, 2 * FAR, admit_all);
    (walk.length, walk.implied) = (steps, implied.as_ref());
    let (in_head, mut origins) = rayon::join(
        || walk.nearest(),
        || walk.origins(|id| is_test(id) || held.contains_key(&id), MOST_EDGES),
    );
    for &id in &in_head.reached {
        if is_test(id) {
            let changes = origins.remove(&id);
            add(&mut found, id, hit(&in_head, Side::Head, id, changes));
        } else if let Some(tests) = held.get(&id) {
            // The file itself is broken, or what its class does before each, and so are all that are in it.
            let changes = origins.remove(&id);
            for test in tests {
                add(&mut found, *test, hit(&in_head, Side::Head, id, changes.clone()));
            }
        }
    }

    let seeds = study.dangling_seeds(runs);
    let mut walk = study.walk_base(&seeds, 2 * FAR, admit);
    walk.length = steps;
    let in_base = walk.nearest();
    let mut origins = walk.origins(|b| test_of(b).is_some(), MOST_EDGES);
    for &id in &in_base.reached {
        if let Some(test) = test_of(id) {
            let changes = origins.remove(&id);
            add(&mut found, test, hit(&in_base, Side::Base, id, changes));
        }
    }

    for &(id, origin) in study.head_sources.iter().filter(|(h, _)| is_test(*h)) {
        let itself = Found { confidence: 100, ..Default::default() };
        found.entry(id).or_insert(itself).changes.push(origin);
    }
    let all = found.len();
    let most = study.options.test_depth;
    found.retain(|_, f| most == 0 || f.distance <= most);
    let beyond = all - found.len();
    let path = |reached: Option<(Side, NodeId)>| -> Vec<Step> {
        match reached {
            Some((Side::Head, id)) => in_head.path(head, id).into_iter().map(|e| Step::of(head, e)).collect(),
            Some((Side::Base, id)) => {
                in_base.path(base, id).into_iter().map(|e| study.step_of_base(e)).collect()
            }
            None => Vec::new(),
        }
    };
    (listed(study, found, path), beyond, untested(study, &covered))
}

fn hit(reach: &Reach, side: Side, id: NodeId, changes: Option<Changes>) -> Found {
    let mut all: Changes = smallvec![reach.origin(id)];
    all.extend(changes.unwrap_or_default());
    let (distance, confidence) = (reach.distance(id), reach.confidence(id));
    Found { distance, confidence, reached: Some((side, id)), changes: all }
}

fn add(found: &mut FxHashMap<NodeId, Found>, id: NodeId, mut near: Found) {
    match found.entry(id) {
        Entry::Vacant(place) => {
            place.insert(near);
        }
        Entry::Occupied(mut place) => {
            let mut far = std::mem::take(place.get_mut());
            if (near.distance, far.confidence) >= (far.distance, near.confidence) {
                (near, far) = (far, near);
            }
            near.changes.extend(far.changes);
            place.insert(near);
        }
    }
}

/// All, since all are to be run; the way is told of as many of the nearest as there may be affected symbols.
fn listed(
    study: &Study,
    found: FxHashMap<NodeId, Found>,
    path: impl Fn(Option<(Side, NodeId)>) -> Vec<Step> + Sync,
) -> Vec<TestReached> {
    let mut found: Vec<(NodeId, Found)> = found.into_iter().collect();
    found.sort_unstable_by_key(|(id, f)| (f.distance, 100 - f.confidence, *id));
    let ids = 0..study.comparison.changes.len() as u32;
    let ids: Vec<Arc<str>> = ids.map(|c| study.change_id(c).into()).collect();
    found
        .into_par_iter()
        .enumerate()
        .flat_map_iter(|(rank, (id, mut f))| {
            let nearest = f.changes.first().copied();
            f.changes.sort_unstable();
            f.changes.dedup();
            // Cut in the order of changes, but never so that the nearest is not named.
            if let Some(nearest) = nearest.filter(|n| !f.changes.iter().take(MOST_CHANGES).any(|c| c == n)) {
                f.changes[MOST_CHANGES - 1] = nearest;
            }
            f.changes.truncate(MOST_CHANGES);
            let told = TestReached {
                symbol: Symbol::of(study.head, id),
                command: command(study.head, id, None),
                distance: f.distance,
                confidence: fraction(f.confidence),
                changes: f.changes.iter().map(|origin| ids[*origin as usize].clone()).collect(),
                path: if rank < study.options.max_affected { path(f.reached) } else { Vec::new() },
            };
            let inherited = heirs(study.head, id).into_iter().map(|heir| command(study.head, id, Some(heir)));
            let inherited: Vec<_> =
                inherited.map(|command| TestReached { command, ..told.clone() }).collect();
            std::iter::once(told).chain(inherited)
        })
        .collect()
}

/// The classes that run a test of a class above them, for it is not their own.
fn heirs(graph: &Graph, test: NodeId) -> Vec<NodeId> {
    let above = |id: NodeId, kind: EdgeKind| {
        graph.incoming(id).filter(move |(_, e)| e.kind == kind).map(|(_, e)| e.from)
    };
    let name = &graph.node(test).name;
    let own = |class: NodeId| {
        let mut held = graph.outgoing(class).filter(|(_, e)| e.kind == EdgeKind::Contains);
        held.any(|(_, e)| graph.node(e.to).name == *name)
    };
    let mut open: Vec<NodeId> =
        above(test, EdgeKind::Contains).filter(|id| graph.node(*id).kind == NodeKind::Class).collect();
    let mut found = Vec::new();
    while let Some(class) = open.pop() {
        for heir in above(class, EdgeKind::Extends) {
            if found.len() < MOST_HEIRS && !found.contains(&heir) && !own(heir) {
                found.push(heir);
                open.push(heir);
            }
        }
    }
    found.sort_unstable();
    found
}

/// What the runner takes to run the test, as one of the class that has it from another if it is said.
fn command(graph: &Graph, test: NodeId, heir: Option<NodeId>) -> String {
    let mut names = vec![without_ordinal(&graph.node(test).name)];
    names.extend(heir.map(|heir| without_ordinal(&graph.node(heir).name)));
    let mut current = heir.unwrap_or(test);
    for _ in 0..32 {
        let mut above = graph.incoming(current).filter(|(_, e)| e.kind == EdgeKind::Contains);
        let Some((_, edge)) = above.next() else { break };
        current = edge.from;
        if graph.node(current).kind != NodeKind::File {
            names.push(without_ordinal(&graph.node(current).name));
        }
    }
    names.reverse();
    let family = Language::named(&graph.file(graph.node(test).file).language).map_or("", |l| l.family);
    runners::command(family, graph.path(heir.unwrap_or(test)), &names)
}

/// Forwards from all tests at once: what one of them comes to, or is.
fn reached_from(
    graph: &Graph,
    tests: impl Iterator<Item = NodeId>,
    admit: impl Fn(&Edge) -> bool,
) -> Vec<bool> {
    let mut covered = vec![false; graph.nodes.len()];
    let mut level: Vec<NodeId> = tests.collect();
    level.iter().for_each(|id| covered[id.0 as usize] = true);
    for _ in 0..FAR {
        let mut next = Vec::new();
        for id in level {
            for (_, edge) in graph.outgoing(id).filter(|(_, e)| admit(e)) {
                if !std::mem::replace(&mut covered[edge.to.0 as usize], true) {
                    next.push(edge.to);
                }
            }
        }
        level = next;
    }
    covered
}

fn untested(study: &Study, covered: &[bool]) -> Vec<String> {
    let changes = study.comparison.changes.iter();
    // A mere move or renaming is nothing new to test.
    let rewritten = changes.filter(|change| change.rewritten).filter_map(|change| change.head);
    rewritten
        .filter(|id| is_testable(study, *id) && !covered[id.0 as usize])
        .map(|id| study.head.id(id))
        .collect()
}

/// A callable with a body that is no test itself.
fn is_testable(study: &Study, id: NodeId) -> bool {
    let node = study.head.node(id);
    matches!(node.kind, NodeKind::Function | NodeKind::Method | NodeKind::Constructor)
        && node.body_hash != 0
        && !node.is(flag::TEST)
}
