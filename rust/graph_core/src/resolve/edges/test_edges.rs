//! TESTS edges: from each test to what it calls, directly or through helpers in its own file or module.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::graph::{Edge, EdgeKind, Graph, NodeId, NodeKind, Via, flag};

/// The TESTS edges of a graph whose other edges are finished, sorted.
pub(super) fn test_edges(graph: &Graph) -> Vec<Edge> {
    let tests: Vec<NodeId> = graph.node_ids().filter(|id| graph.node(*id).is(flag::TEST)).collect();
    let mut found: Vec<Edge> = tests.into_par_iter().flat_map_iter(|test| tested_by(graph, test)).collect();
    found.sort_unstable();
    found
}

/// The TESTS edges of one test: to all that it reaches by calls of sufficient confidence, outside of its surroundings.
fn tested_by(graph: &Graph, test: NodeId) -> Vec<Edge> {
    let file = graph.node(test).file;
    let module = outermost_module(graph, test);
    let is_near = |id: NodeId| {
        let node = graph.node(id);
        node.file == file
            && module.is_none_or(|(start, end)| start <= node.start_byte && node.end_byte <= end)
    };
    let mut seen: FxHashSet<NodeId> = FxHashSet::default();
    let mut work = vec![(test, 100u8, 0u32)];
    let mut targets: FxHashMap<NodeId, (u8, u32, Via)> = FxHashMap::default();
    while let Some((from, confidence, line)) = work.pop() {
        for (_, edge) in graph.outgoing(from) {
            let confidence = confidence.min(edge.confidence);
            if edge.kind != EdgeKind::Calls || edge.confidence < 50 || !seen.insert(edge.to) {
                continue;
            }
            let line = if line == 0 { edge.line } else { line };
            if is_near(edge.to) {
                work.push((edge.to, confidence, line));
            } else {
                targets.entry(edge.to).or_insert((confidence, line, edge.via));
            }
        }
    }
    let edge =
        |(to, (confidence, line, via))| Edge { from: test, to, kind: EdgeKind::Tests, line, via, confidence };
    targets.into_iter().map(edge).collect()
}

/// The bytes of the outermost module in the file that contains the test, if there is one: the code outside of it is
/// tested as well.
fn outermost_module(graph: &Graph, test: NodeId) -> Option<(u32, u32)> {
    let mut found = None;
    let mut current = test;
    for _ in 0..64 {
        let mut above = graph.incoming(current).filter(|(_, edge)| edge.kind == EdgeKind::Contains);
        let Some((_, edge)) = above.next() else { break };
        current = edge.from;
        let node = graph.node(current);
        if node.kind == NodeKind::Module {
            found = Some((node.start_byte, node.end_byte));
        }
    }
    found
}
