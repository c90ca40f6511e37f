//! The entry points that reach a change: definitions that a framework calls, and the public API of a package that no code
//! in it calls.

use rustc_hash::FxHashMap;

use super::analysis::Analysis;
use super::answer::EntryPoint;
use super::tests_reached::{MAX_DISTANCE, executes};
use super::traversal::ShortestPaths;
use crate::answer::{Step, Symbol, fraction};
use crate::graph::{Edge, EdgeKind, EntryPointKind, Graph, NodeId, NodeKind, Visibility, flag};
use crate::languages::Language;

struct Hit {
    distance: u32,
    confidence: u8,
    origin: u32,
    path: Vec<Step>,
}

/// The entry points, the nearest first.
pub(super) fn entry_points(analysis: &Analysis) -> Vec<EntryPoint> {
    let (base, head) = (analysis.base, analysis.head);
    let min_confidence = analysis.options.min_confidence_hundredths();
    let admit = |edge: &Edge| {
        executes(edge.kind) && edge.kind != EdgeKind::Tests && edge.confidence >= min_confidence
    };
    let mut hits: FxHashMap<NodeId, Hit> = FxHashMap::default();
    for &(id, origin) in &analysis.head_sources {
        hits.insert(id, Hit { distance: 0, confidence: 100, origin, path: Vec::new() });
    }
    let paths = analysis.traverse_head(&analysis.head_sources, MAX_DISTANCE, admit).shortest_paths();
    let wanted: Vec<NodeId> = paths
        .reached
        .iter()
        .copied()
        .filter(|id| is_entry_point(head, *id) || is_public_api(head, *id))
        .collect();
    for id in wanted {
        let path = paths.path(head, id).into_iter().map(|e| Step::of(head, e)).collect();
        hits.entry(id).or_insert_with(|| hit(&paths, id, path));
    }
    let seeds = analysis.dangling_seeds(executes);
    if !(seeds.is_empty() && analysis.base_sources.is_empty()) {
        let paths = analysis.traverse_base(&seeds, MAX_DISTANCE, admit).shortest_paths();
        for &id in &paths.reached {
            let Some(now) = analysis
                .comparison
                .head_of(id)
                .filter(|h| is_entry_point(head, *h) || is_public_api(head, *h))
            else {
                continue;
            };
            let path = || paths.path(base, id).into_iter().map(|e| analysis.step_of_base(e)).collect();
            hits.entry(now).or_insert_with(|| hit(&paths, id, path()));
        }
    }
    let mut found: Vec<EntryPoint> = Vec::new();
    for (id, hit) in hits {
        let entry_point = |kind, name: &str, framework: &str, path: &str, line| EntryPoint {
            symbol: Symbol::of(head, id),
            kind,
            name: name.to_owned(),
            framework: framework.to_owned(),
            registered: format!("{path}:{line}"),
            distance: hit.distance,
            confidence: fraction(hit.confidence),
            change: analysis.change_id(hit.origin),
            path: hit.path.clone(),
        };
        let known = found.len();
        found.extend(
            head.entry_points_of(id)
                .iter()
                .map(|e| entry_point(e.kind, &e.name, &e.framework, &head.file(e.file).path, e.line)),
        );
        if found.len() == known && is_public_api(head, id) {
            let node = head.node(id);
            found.push(entry_point(
                EntryPointKind::Api,
                &node.qualified_name,
                "",
                head.path(id),
                node.start_line,
            ));
        }
    }
    found.sort_by(|a, b| {
        let rank = |e: &EntryPoint| (e.kind == EntryPointKind::Api, e.distance, e.kind);
        (rank(a), &a.symbol.id, &a.name, &a.registered).cmp(&(rank(b), &b.symbol.id, &b.name, &b.registered))
    });
    found
}

fn hit(paths: &ShortestPaths, id: NodeId, path: Vec<Step>) -> Hit {
    Hit { distance: paths.distance(id), confidence: paths.confidence(id), origin: paths.origin(id), path }
}

fn is_entry_point(graph: &Graph, id: NodeId) -> bool {
    !graph.entry_points_of(id).is_empty()
}

/// The definition and all its containers are exported, and no code in the repository but tests calls it.
fn is_public_api(graph: &Graph, id: NodeId) -> bool {
    let is_public = |id: NodeId| {
        let node = graph.node(id);
        node.is(flag::EXPORTED) && node.contract.visibility == Visibility::Public && !node.is(flag::TEST)
    };
    let node = graph.node(id);
    let file = graph.file(node.file);
    let is_test = Language::named(&file.language).is_some_and(|l| l.is_test_file(&file.path));
    // A field is offered with its type.
    let is_part = matches!(node.kind, NodeKind::File | NodeKind::Field | NodeKind::EnumMember);
    if is_part || is_test || !is_public(id) {
        return false;
    }
    let mut current = id;
    for _ in 0..16 {
        let mut above = graph.incoming(current).filter(|(_, e)| e.kind == EdgeKind::Contains);
        let Some((_, edge)) = above.next() else { break };
        current = edge.from;
        if graph.node(current).kind != NodeKind::File && !is_public(current) {
            return false;
        }
    }
    !graph.incoming(id).any(|(_, e)| e.kind == EdgeKind::Calls && !graph.node(e.from).is(flag::TEST))
}
