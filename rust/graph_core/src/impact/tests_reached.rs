//! The tests that reach a changed definition, and the changed definitions that no test reaches.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smallvec::smallvec;

use super::analysis::{Analysis, Side};
use super::answer::TestReached;
use super::implicit_calls::{IMPLICIT_CONFIDENCE, ImplicitCalls, runs_module};
use super::traversal::{Changes, ShortestPaths};
use crate::answer::{Step, Symbol, fraction, without_ordinal};
use crate::graph::{Edge, EdgeKind, Graph, NodeId, NodeKind, flag};
use crate::languages::{Language, runners};

/// The largest distance of a test in edges. The depth of the impact does not limit it, because tests may call what they
/// cover over many steps.
pub(super) const MAX_DISTANCE: u32 = 25;

/// The number of edges that may be visited to find all the changes that each test reaches. In a dense graph with many
/// changes, tests beyond it are listed with their nearest change only.
const MAX_EDGES: usize = 20_000_000;

/// The number of classes that inherit one test.
const MAX_INHERITING: usize = 32;

/// The number of changes that are listed of a test: the nearest, then the first ones.
const MAX_CHANGES: usize = 100;

/// Edges over which running the start node runs the target or depends on it.
pub(super) fn executes(kind: EdgeKind) -> bool {
    use EdgeKind::{Calls, Extends, Implements, Reads, Tests, UsesType};
    matches!(kind, Calls | Tests | Extends | Implements | UsesType | Reads)
}

/// A call surely runs its target. An imported module, a type or a base may be run, so such an edge counts as two steps.
fn edge_length(edge: &Edge) -> u8 {
    if matches!(edge.kind, EdgeKind::Calls | EdgeKind::Tests) { 1 } else { 2 }
}

#[derive(Default)]
struct ReachedTest {
    distance: u32,
    confidence: u8,
    /// The node of the path that leads to the change, and its graph; None: the test itself changed.
    reached: Option<(Side, NodeId)>,
    /// Indices of changes, the nearest first.
    changes: Changes,
}

/// The tests sorted by distance, the number of tests beyond `test_depth`, and the ids of the changed functions, methods
/// and constructors that no test reaches.
pub(super) fn tests(analysis: &Analysis) -> (Vec<TestReached>, usize, Vec<String>) {
    let (base, head) = (analysis.base, analysis.head);
    let min_confidence = analysis.options.min_confidence_hundredths();
    let admit = |edge: &Edge| executes(edge.kind) && edge.confidence >= min_confidence;
    let is_test = |h: NodeId| head.node(h).is(flag::TEST);
    let test_of = |b: NodeId| analysis.comparison.head_of(b).filter(|h| is_test(*h));
    let covered = reached_from(head, head.node_ids().filter(|h| is_test(*h)), admit);
    let implicit_calls = (min_confidence <= IMPLICIT_CONFIDENCE).then(|| ImplicitCalls::of(head));
    // A module whose own code changed is not followed to everything that imports it.
    let admit_all =
        |edge: &Edge| admit(edge) || runs_module(head, edge) && !analysis.rewritten.contains_key(&edge.to);
    let tests_of = analysis.tests_by_container();
    let mut found: FxHashMap<NodeId, ReachedTest> = FxHashMap::default();

    // A changed test is no source, so that it can still be reached from the change that it tests.
    let sources: Vec<_> = analysis.head_sources.iter().copied().filter(|(h, _)| !is_test(*h)).collect();
    let mut traversal = analysis.traverse_head(&sources, 2 * MAX_DISTANCE, admit_all);
    (traversal.length, traversal.implicit_calls) = (edge_length, implicit_calls.as_ref());
    let (in_head, mut origins) = rayon::join(
        || traversal.shortest_paths(),
        || traversal.origins(|id| is_test(id) || tests_of.contains_key(&id), MAX_EDGES),
    );
    for &id in &in_head.reached {
        if is_test(id) {
            let changes = origins.remove(&id);
            add(&mut found, id, hit(&in_head, Side::Head, id, changes));
        } else if let Some(tests) = tests_of.get(&id) {
            // The module-level code of the file or a set-up method of the class is affected, and so are all its tests.
            let changes = origins.remove(&id);
            for test in tests {
                add(&mut found, *test, hit(&in_head, Side::Head, id, changes.clone()));
            }
        }
    }

    let seeds = analysis.dangling_seeds(executes);
    let mut traversal = analysis.traverse_base(&seeds, 2 * MAX_DISTANCE, admit);
    traversal.length = edge_length;
    let in_base = traversal.shortest_paths();
    let mut origins = traversal.origins(|b| test_of(b).is_some(), MAX_EDGES);
    for &id in &in_base.reached {
        if let Some(test) = test_of(id) {
            let changes = origins.remove(&id);
            add(&mut found, test, hit(&in_base, Side::Base, id, changes));
        }
    }

    for &(id, origin) in analysis.head_sources.iter().filter(|(h, _)| is_test(*h)) {
        let changed = ReachedTest { confidence: 100, ..Default::default() };
        found.entry(id).or_insert(changed).changes.push(origin);
    }
    let all = found.len();
    let max_distance = analysis.options.test_depth;
    found.retain(|_, f| max_distance == 0 || f.distance <= max_distance);
    let beyond = all - found.len();
    let path = |reached: Option<(Side, NodeId)>| -> Vec<Step> {
        match reached {
            Some((Side::Head, id)) => in_head.path(head, id).into_iter().map(|e| Step::of(head, e)).collect(),
            Some((Side::Base, id)) => {
                in_base.path(base, id).into_iter().map(|e| analysis.step_of_base(e)).collect()
            }
            None => Vec::new(),
        }
    };
    (describe(analysis, found, path), beyond, untested(analysis, &covered))
}

fn hit(paths: &ShortestPaths, side: Side, id: NodeId, changes: Option<Changes>) -> ReachedTest {
    let mut all: Changes = smallvec![paths.origin(id)];
    all.extend(changes.unwrap_or_default());
    let (distance, confidence) = (paths.distance(id), paths.confidence(id));
    ReachedTest { distance, confidence, reached: Some((side, id)), changes: all }
}

fn add(found: &mut FxHashMap<NodeId, ReachedTest>, id: NodeId, mut near: ReachedTest) {
    match found.entry(id) {
        Entry::Vacant(slot) => {
            slot.insert(near);
        }
        Entry::Occupied(mut slot) => {
            let mut far = std::mem::take(slot.get_mut());
            if (near.distance, far.confidence) >= (far.distance, near.confidence) {
                (near, far) = (far, near);
            }
            near.changes.extend(far.changes);
            slot.insert(near);
        }
    }
}

/// Describes all tests, since all are to be run. Only the nearest `max_affected` get a path.
fn describe(
    analysis: &Analysis,
    found: FxHashMap<NodeId, ReachedTest>,
    path: impl Fn(Option<(Side, NodeId)>) -> Vec<Step> + Sync,
) -> Vec<TestReached> {
    let mut found: Vec<(NodeId, ReachedTest)> = found.into_iter().collect();
    found.sort_unstable_by_key(|(id, f)| (f.distance, 100 - f.confidence, *id));
    let ids = 0..analysis.comparison.changes.len() as u32;
    let ids: Vec<Arc<str>> = ids.map(|c| analysis.change_id(c).into()).collect();
    found
        .into_par_iter()
        .enumerate()
        .flat_map_iter(|(rank, (id, mut f))| {
            let nearest = f.changes.first().copied();
            f.changes.sort_unstable();
            f.changes.dedup();
            // The list is cut in the order of changes, but always contains the nearest change.
            if let Some(nearest) = nearest.filter(|n| !f.changes.iter().take(MAX_CHANGES).any(|c| c == n)) {
                f.changes[MAX_CHANGES - 1] = nearest;
            }
            f.changes.truncate(MAX_CHANGES);
            let test = TestReached {
                symbol: Symbol::of(analysis.head, id),
                command: command(analysis.head, id, None),
                distance: f.distance,
                confidence: fraction(f.confidence),
                changes: f.changes.iter().map(|origin| ids[*origin as usize].clone()).collect(),
                path: if rank < analysis.options.max_affected { path(f.reached) } else { Vec::new() },
            };
            let inherited = inheriting_classes(analysis.head, id)
                .into_iter()
                .map(|class| command(analysis.head, id, Some(class)));
            let inherited: Vec<_> =
                inherited.map(|command| TestReached { command, ..test.clone() }).collect();
            std::iter::once(test).chain(inherited)
        })
        .collect()
}

/// The classes that inherit a test and do not override it, so that the test runs for them too.
fn inheriting_classes(graph: &Graph, test: NodeId) -> Vec<NodeId> {
    let above = |id: NodeId, kind: EdgeKind| {
        graph.incoming(id).filter(move |(_, e)| e.kind == kind).map(|(_, e)| e.from)
    };
    let name = &graph.node(test).name;
    let overrides = |class: NodeId| {
        let mut members = graph.outgoing(class).filter(|(_, e)| e.kind == EdgeKind::Contains);
        members.any(|(_, e)| graph.node(e.to).name == *name)
    };
    let mut queue: Vec<NodeId> =
        above(test, EdgeKind::Contains).filter(|id| graph.node(*id).kind == NodeKind::Class).collect();
    let mut found = Vec::new();
    while let Some(class) = queue.pop() {
        for subclass in above(class, EdgeKind::Extends) {
            if found.len() < MAX_INHERITING && !found.contains(&subclass) && !overrides(subclass) {
                found.push(subclass);
                queue.push(subclass);
            }
        }
    }
    found.sort_unstable();
    found
}

/// The argument of the test runner that runs the test, as a test of the inheriting class if one is given.
fn command(graph: &Graph, test: NodeId, inheriting: Option<NodeId>) -> String {
    let mut names = vec![without_ordinal(&graph.node(test).name)];
    names.extend(inheriting.map(|class| without_ordinal(&graph.node(class).name)));
    let mut current = inheriting.unwrap_or(test);
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
    runners::command(family, graph.path(inheriting.unwrap_or(test)), &names)
}

/// Whether each node is reached from one of the tests, or is one. Traverses forwards from all tests at once.
fn reached_from(
    graph: &Graph,
    tests: impl Iterator<Item = NodeId>,
    admit: impl Fn(&Edge) -> bool,
) -> Vec<bool> {
    let mut covered = vec![false; graph.nodes.len()];
    let mut level: Vec<NodeId> = tests.collect();
    level.iter().for_each(|id| covered[id.0 as usize] = true);
    for _ in 0..MAX_DISTANCE {
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

fn untested(analysis: &Analysis, covered: &[bool]) -> Vec<String> {
    let changes = analysis.comparison.changes.iter();
    // A definition that was only moved or renamed needs no new test.
    let rewritten = changes.filter(|change| change.rewritten).filter_map(|change| change.head);
    rewritten
        .filter(|id| is_testable(analysis, *id) && !covered[id.0 as usize])
        .map(|id| analysis.head.id(id))
        .collect()
}

/// A callable with a body that is not a test.
fn is_testable(analysis: &Analysis, id: NodeId) -> bool {
    let node = analysis.head.node(id);
    matches!(node.kind, NodeKind::Function | NodeKind::Method | NodeKind::Constructor)
        && node.body_hash != 0
        && !node.is(flag::TEST)
}
