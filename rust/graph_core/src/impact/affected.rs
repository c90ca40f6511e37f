//! The affected symbols that the traversals of both graphs find, each once, the most severe first.

use rustc_hash::{FxHashMap, FxHashSet};

use super::analysis::{Analysis, Side};
use super::answer::Affected;
use super::severity::{Severity, reason, severity};
use super::traversal::ShortestPaths;
use crate::answer::{Step, Symbol, fraction};
use crate::changes::ChangeKind;
use crate::graph::{Edge, EdgeId, EdgeKind, Graph, NodeId, NodeKind, flag};

/// An affected symbol before its path is described.
pub(super) struct Hit {
    /// The graph of the traversal.
    side: Side,
    /// The symbol in that graph.
    id: NodeId,
    pub(super) in_head: NodeId,
    distance: u32,
    severity: Severity,
    confidence: u8,
    /// Index of the nearest change.
    pub(super) origin: u32,
    pub(super) dangling: bool,
    first: EdgeId,
}

pub(super) struct AffectedHits {
    /// The most severe first.
    pub(super) hits: Vec<Hit>,
    /// The number of symbols just beyond the depth.
    pub(super) beyond: usize,
    in_head: ShortestPaths,
    in_base: ShortestPaths,
}

pub(super) fn affected(analysis: &Analysis) -> AffectedHits {
    let options = analysis.options;
    let min_confidence = options.min_confidence_hundredths();
    let follows = |edge: &Edge| options.follows(edge.kind) && edge.confidence >= min_confidence;
    // Module-level code that only lists a definition, as what the module exports, is not affected by it.
    let lists = |graph: &Graph, edge: &Edge| {
        edge.kind == EdgeKind::References && graph.node(edge.from).kind == NodeKind::File
    };
    let follows_head = |edge: &Edge| follows(edge) && !lists(analysis.head, edge);
    let follows_base = |edge: &Edge| follows(edge) && !lists(analysis.base, edge);
    let in_head =
        analysis.traverse_head(&analysis.head_sources, options.depth, follows_head).shortest_paths();
    let mut seeds = analysis.dangling_seeds(|kind| options.follows(kind));
    seeds.extend(analysis.lost_overrides(follows));
    let in_base = analysis.traverse_base(&seeds, options.depth, follows_base).shortest_paths();

    let mut best: FxHashMap<NodeId, Hit> = FxHashMap::default();
    let hits_in_head = in_head.reached.iter().map(|id| hit_of(analysis, &in_head, Side::Head, *id));
    let hits_in_base = in_base.reached.iter().map(|id| hit_of(analysis, &in_base, Side::Base, *id));
    for hit in hits_in_head.chain(hits_in_base).flatten().chain(imports(analysis, min_confidence)) {
        keep_better(&mut best, hit);
    }
    let beyond: FxHashSet<NodeId> = in_head
        .beyond
        .iter()
        .copied()
        .chain(in_base.beyond.iter().filter_map(|b| analysis.comparison.head_of(*b)))
        .filter(|id| !best.contains_key(id))
        .collect();
    let mut hits: Vec<Hit> = best.into_values().collect();
    hits.sort_unstable_by_key(|h| {
        let test = analysis.head.node(h.in_head).is(flag::TEST);
        (h.severity, test, h.distance, 100 - h.confidence, h.in_head)
    });
    AffectedHits { hits, beyond: beyond.len(), in_head, in_base }
}

impl AffectedHits {
    /// The number of changes that break others: by a contract difference, or by references that dangle.
    pub(super) fn count_breaking(&self, analysis: &Analysis) -> usize {
        let dangling: FxHashSet<u32> = self.hits.iter().filter(|h| h.dangling).map(|h| h.origin).collect();
        let numbered = analysis.comparison.changes.iter().zip(0u32..);
        numbered.filter(|(change, i)| change.is_breaking() || dangling.contains(i)).count()
    }

    pub(super) fn describe(&self, analysis: &Analysis, hit: &Hit) -> Affected {
        let (graph, paths) = match hit.side {
            Side::Head => (analysis.head, &self.in_head),
            Side::Base => (analysis.base, &self.in_base),
        };
        let edges = if graph.edge(hit.first).kind == EdgeKind::Imports {
            vec![hit.first]
        } else {
            paths.path(graph, hit.id)
        };
        let path = edges.into_iter().map(|edge| match hit.side {
            Side::Head => Step::of(graph, edge),
            Side::Base => analysis.step_of_base(edge),
        });
        let same_id = hit.side == Side::Head || analysis.base.id(hit.id) == analysis.head.id(hit.in_head);
        Affected {
            symbol: if same_id {
                Symbol::of(analysis.head, hit.in_head)
            } else {
                Symbol::of(analysis.base, hit.id)
            },
            side: if same_id { "head" } else { "base" },
            distance: hit.distance,
            severity: hit.severity,
            confidence: fraction(hit.confidence),
            reason: reason(graph.edge(hit.first).kind, hit.distance, analysis.change(hit.origin).kind),
            change: analysis.change_id(hit.origin),
            dangling: hit.dangling,
            path: path.collect(),
        }
    }
}

/// Keeps one hit for each symbol: a dangling one, then the nearest, the most confident, and the one in head.
fn keep_better(best: &mut FxHashMap<NodeId, Hit>, hit: Hit) {
    let rank = |h: &Hit| (!h.dangling, h.distance, 100 - h.confidence, h.side == Side::Base, h.first);
    match best.get(&hit.in_head) {
        Some(held) if rank(held) <= rank(&hit) => {}
        _ => {
            best.insert(hit.in_head, hit);
        }
    }
}

fn hit_of(analysis: &Analysis, paths: &ShortestPaths, side: Side, id: NodeId) -> Option<Hit> {
    let (graph, in_head): (&Graph, NodeId) = match side {
        Side::Head => (analysis.head, id),
        Side::Base => (analysis.base, analysis.comparison.head_of(id)?),
    };
    let (origin, distance, first) = (paths.origin(id), paths.distance(id), paths.first_edge(id));
    let edge = graph.edge(first);
    let dangling = side == Side::Base && distance == 1 && analysis.dangles(edge);
    let severity = severity(edge.kind, distance, dangling, analysis.change(origin));
    Some(Hit {
        side,
        id,
        in_head,
        distance,
        severity,
        confidence: paths.confidence(id),
        origin,
        dangling,
        first,
    })
}

/// Files that import a changed symbol, if no code in them uses the symbol or the import dangles; and files that import a
/// file, if that is gone. They are not followed further.
fn imports(analysis: &Analysis, min_confidence: u8) -> Vec<Hit> {
    let mut hits = Vec::new();
    if !analysis.options.kinds.contains(&EdgeKind::Imports) {
        return hits;
    }
    let wanted = |edge: &Edge| edge.kind == EdgeKind::Imports && edge.confidence >= min_confidence;
    for &(to, origin) in &analysis.head_sources {
        if analysis.change(origin).kind == ChangeKind::Added || analysis.head.node(to).kind == NodeKind::File
        {
            continue;
        }
        let using_files = files_that_use(analysis.head, to);
        for (first, edge) in analysis.head.incoming(to).filter(|(_, e)| wanted(e)) {
            let file = analysis.head.node(edge.from).file;
            if !using_files.contains(&file) && !analysis.rewritten.contains_key(&edge.from) {
                hits.push(import_hit(analysis, Side::Head, edge, edge.from, first, origin));
            }
        }
    }
    for &(to, origin) in analysis.base_sources.iter().chain(&analysis.displaced) {
        for (first, edge) in analysis.base.incoming(to).filter(|(_, e)| wanted(e)) {
            let importer =
                analysis.comparison.head_of(edge.from).filter(|h| !analysis.rewritten.contains_key(h));
            if let Some(in_head) = importer
                && analysis.dangles(edge)
            {
                hits.push(import_hit(analysis, Side::Base, edge, in_head, first, origin));
            }
        }
    }
    hits
}

fn files_that_use(graph: &Graph, id: NodeId) -> FxHashSet<crate::graph::FileId> {
    graph
        .incoming(id)
        .filter(|(_, e)| !matches!(e.kind, EdgeKind::Imports | EdgeKind::Contains))
        .map(|(_, e)| graph.node(e.from).file)
        .collect()
}

fn import_hit(
    analysis: &Analysis,
    side: Side,
    edge: &Edge,
    in_head: NodeId,
    first: EdgeId,
    origin: u32,
) -> Hit {
    let dangling = side == Side::Base;
    Hit {
        side,
        id: edge.from,
        in_head,
        distance: 1,
        severity: severity(edge.kind, 1, dangling, analysis.change(origin)),
        confidence: edge.confidence,
        origin,
        dangling,
        first,
    }
}
