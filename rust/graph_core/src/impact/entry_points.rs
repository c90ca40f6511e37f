//! Entry points: the ways into the program that reach a change, and what a package offers that nobody in it calls.

use rustc_hash::FxHashMap;

use super::answer::EntryPoint;
use super::reach::Reach;
use super::study::Study;
use super::tests_reached::{FAR, runs};
use crate::answer::{Step, Symbol, fraction};
use crate::graph::{Edge, EdgeKind, EntryPointKind, Graph, NodeId, NodeKind, Visibility, flag};
use crate::languages::Language;

struct Hit {
    distance: u32,
    confidence: u8,
    origin: u32,
    path: Vec<Step>,
}

/// The nearest first.
pub(super) fn entry_points(study: &Study) -> Vec<EntryPoint> {
    let (base, head) = (study.base, study.head);
    let least = study.options.least_confidence();
    let admit = |edge: &Edge| runs(edge.kind) && edge.kind != EdgeKind::Tests && edge.confidence >= least;
    let mut hits: FxHashMap<NodeId, Hit> = FxHashMap::default();
    for &(id, origin) in &study.head_sources {
        hits.insert(id, Hit { distance: 0, confidence: 100, origin, path: Vec::new() });
    }
    let reach = study.walk_head(&study.head_sources, FAR, admit).nearest();
    let wanted: Vec<NodeId> =
        reach.reached.iter().copied().filter(|id| is_entry(head, *id) || is_offered(head, *id)).collect();
    for id in wanted {
        let path = reach.path(head, id).into_iter().map(|e| Step::of(head, e)).collect();
        hits.entry(id).or_insert_with(|| hit(&reach, id, path));
    }
    let seeds = study.dangling_seeds(runs);
    if !(seeds.is_empty() && study.base_sources.is_empty()) {
        let reach = study.walk_base(&seeds, FAR, admit).nearest();
        for &id in &reach.reached {
            let Some(now) =
                study.comparison.head_of(id).filter(|h| is_entry(head, *h) || is_offered(head, *h))
            else {
                continue;
            };
            let path = || reach.path(base, id).into_iter().map(|e| study.step_of_base(e)).collect();
            hits.entry(now).or_insert_with(|| hit(&reach, id, path()));
        }
    }
    let mut found: Vec<EntryPoint> = Vec::new();
    for (id, hit) in hits {
        let told = |kind, name: &str, framework: &str, path: &str, line| EntryPoint {
            symbol: Symbol::of(head, id),
            kind,
            name: name.to_owned(),
            framework: framework.to_owned(),
            registered: format!("{path}:{line}"),
            distance: hit.distance,
            confidence: fraction(hit.confidence),
            change: study.change_id(hit.origin),
            path: hit.path.clone(),
        };
        let known = found.len();
        found.extend(
            head.entry_points_of(id)
                .iter()
                .map(|e| told(e.kind, &e.name, &e.framework, &head.file(e.file).path, e.line)),
        );
        if found.len() == known && is_offered(head, id) {
            let node = head.node(id);
            found.push(told(EntryPointKind::Api, &node.qualified_name, "", head.path(id), node.start_line));
        }
    }
    found.sort_by(|a, b| {
        let rank = |e: &EntryPoint| (e.kind == EntryPointKind::Api, e.distance, e.kind);
        (rank(a), &a.symbol.id, &a.name, &a.registered).cmp(&(rank(b), &b.symbol.id, &b.name, &b.registered))
    });
    found
}

fn hit(reach: &Reach, id: NodeId, path: Vec<Step>) -> Hit {
    Hit { distance: reach.distance(id), confidence: reach.confidence(id), origin: reach.origin(id), path }
}

fn is_entry(graph: &Graph, id: NodeId) -> bool {
    !graph.entry_points_of(id).is_empty()
}

/// Exported by all that holds it, and called by nobody in the repository but tests.
fn is_offered(graph: &Graph, id: NodeId) -> bool {
    let open = |id: NodeId| {
        let node = graph.node(id);
        node.is(flag::EXPORTED) && node.contract.visibility == Visibility::Public && !node.is(flag::TEST)
    };
    let node = graph.node(id);
    let file = graph.file(node.file);
    let is_test = Language::named(&file.language).is_some_and(|l| l.is_test_file(&file.path));
    if node.kind == NodeKind::File || is_test || !open(id) {
        return false;
    }
    let mut current = id;
    for _ in 0..16 {
        let mut above = graph.incoming(current).filter(|(_, e)| e.kind == EdgeKind::Contains);
        let Some((_, edge)) = above.next() else { break };
        current = edge.from;
        if graph.node(current).kind != NodeKind::File && !open(current) {
            return false;
        }
    }
    !graph.incoming(id).any(|(_, e)| e.kind == EdgeKind::Calls && !graph.node(e.from).is(flag::TEST))
}
