//! Affected: the hits of the walks in both graphs, each symbol once, the worst first.

use rustc_hash::{FxHashMap, FxHashSet};

use super::answer::Affected;
use super::reach::Reach;
use super::severity::{Severity, reason, severity};
use super::study::{Side, Study};
use crate::answer::{Step, Symbol, fraction};
use crate::changes::ChangeKind;
use crate::graph::{Edge, EdgeId, EdgeKind, Graph, NodeId, NodeKind, flag};

/// An affected symbol before it is written out.
pub(super) struct Hit {
    /// The graph of the walk; the symbol and its counterpart.
    side: Side,
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

pub(super) struct Found {
    /// The worst first.
    pub(super) hits: Vec<Hit>,
    /// How many symbols stand just beyond the depth.
    pub(super) beyond: usize,
    in_head: Reach,
    in_base: Reach,
}

pub(super) fn affected(study: &Study) -> Found {
    let options = study.options;
    let least = options.least_confidence();
    let follows = |edge: &Edge| options.follows(edge.kind) && edge.confidence >= least;
    let in_head = study.walk_head(&study.head_sources, options.depth, follows).nearest();
    let mut seeds = study.dangling_seeds(|kind| options.follows(kind));
    seeds.extend(study.lost_overrides(follows));
    let in_base = study.walk_base(&seeds, options.depth, follows).nearest();

    let mut best: FxHashMap<NodeId, Hit> = FxHashMap::default();
    let walked_head = in_head.reached.iter().map(|id| hit_of(study, &in_head, Side::Head, *id));
    let walked_base = in_base.reached.iter().map(|id| hit_of(study, &in_base, Side::Base, *id));
    for hit in walked_head.chain(walked_base).flatten().chain(imports(study, least)) {
        keep_better(&mut best, hit);
    }
    let beyond: FxHashSet<NodeId> = in_head
        .beyond
        .iter()
        .copied()
        .chain(in_base.beyond.iter().filter_map(|b| study.comparison.head_of(*b)))
        .filter(|id| !best.contains_key(id))
        .collect();
    let mut hits: Vec<Hit> = best.into_values().collect();
    hits.sort_unstable_by_key(|h| {
        let test = study.head.node(h.in_head).is(flag::TEST);
        (h.severity, test, h.distance, 100 - h.confidence, h.in_head)
    });
    Found { hits, beyond: beyond.len(), in_head, in_base }
}

impl Found {
    pub(super) fn entry(&self, study: &Study, hit: &Hit) -> Affected {
        let (graph, reach) = match hit.side {
            Side::Head => (study.head, &self.in_head),
            Side::Base => (study.base, &self.in_base),
        };
        let edges = if graph.edge(hit.first).kind == EdgeKind::Imports {
            vec![hit.first]
        } else {
            reach.path(graph, hit.id)
        };
        let path = edges.into_iter().map(|edge| match hit.side {
            Side::Head => Step::of(graph, edge),
            Side::Base => study.step_of_base(edge),
        });
        let same_id = hit.side == Side::Head || study.base.id(hit.id) == study.head.id(hit.in_head);
        Affected {
            symbol: if same_id {
                Symbol::of(study.head, hit.in_head)
            } else {
                Symbol::of(study.base, hit.id)
            },
            side: if same_id { "head" } else { "base" },
            distance: hit.distance,
            severity: hit.severity,
            confidence: fraction(hit.confidence),
            reason: reason(graph.edge(hit.first).kind, hit.distance, study.change(hit.origin).kind),
            change: study.change_id(hit.origin),
            dangling: hit.dangling,
            path: path.collect(),
        }
    }
}

/// Of two ways to be hit the one that dangles, then the nearest, the surest, and the one in head.
fn keep_better(best: &mut FxHashMap<NodeId, Hit>, hit: Hit) {
    let rank = |h: &Hit| (!h.dangling, h.distance, 100 - h.confidence, h.side == Side::Base, h.first);
    match best.get(&hit.in_head) {
        Some(held) if rank(held) <= rank(&hit) => {}
        _ => {
            best.insert(hit.in_head, hit);
        }
    }
}

fn hit_of(study: &Study, reach: &Reach, side: Side, id: NodeId) -> Option<Hit> {
    let (graph, in_head): (&Graph, NodeId) = match side {
        Side::Head => (study.head, id),
        Side::Base => (study.base, study.comparison.head_of(id)?),
    };
    let (origin, distance, first) = (reach.origin(id), reach.distance(id), reach.first_edge(id));
    let edge = graph.edge(first);
    let dangling = side == Side::Base && distance == 1 && study.dangles(edge);
    let severity = severity(edge.kind, distance, dangling, study.change(origin));
    Some(Hit {
        side,
        id,
        in_head,
        distance,
        severity,
        confidence: reach.confidence(id),
        origin,
        dangling,
        first,
    })
}

/// Files that import a changed symbol. They are told only if nothing in them uses the symbol by another edge, or if
/// the import dangles; who imports a file is told only if that file is gone. None is followed further.
fn imports(study: &Study, least: u8) -> Vec<Hit> {
    let mut hits = Vec::new();
    if !study.options.kinds.contains(&EdgeKind::Imports) {
        return hits;
    }
    let wanted = |edge: &Edge| edge.kind == EdgeKind::Imports && edge.confidence >= least;
    for &(to, origin) in &study.head_sources {
        if study.change(origin).kind == ChangeKind::Added || study.head.node(to).kind == NodeKind::File {
            continue;
        }
        let users = files_of_users(study.head, to);
        for (first, edge) in study.head.incoming(to).filter(|(_, e)| wanted(e)) {
            let file = study.head.node(edge.from).file;
            if !users.contains(&file) && !study.rewritten.contains_key(&edge.from) {
                hits.push(import_hit(study, Side::Head, edge, edge.from, first, origin));
            }
        }
    }
    for &(to, origin) in study.base_sources.iter().chain(&study.displaced) {
        for (first, edge) in study.base.incoming(to).filter(|(_, e)| wanted(e)) {
            let importer = study.comparison.head_of(edge.from).filter(|h| !study.rewritten.contains_key(h));
            if let Some(in_head) = importer
                && study.dangles(edge)
            {
                hits.push(import_hit(study, Side::Base, edge, in_head, first, origin));
            }
        }
    }
    hits
}

fn files_of_users(graph: &Graph, id: NodeId) -> FxHashSet<crate::graph::FileId> {
    graph
        .incoming(id)
        .filter(|(_, e)| !matches!(e.kind, EdgeKind::Imports | EdgeKind::Contains))
        .map(|(_, e)| graph.node(e.from).file)
        .collect()
}

fn import_hit(study: &Study, side: Side, edge: &Edge, in_head: NodeId, first: EdgeId, origin: u32) -> Hit {
    let dangling = side == Side::Base;
    Hit {
        side,
        id: edge.from,
        in_head,
        distance: 1,
        severity: severity(edge.kind, 1, dangling, study.change(origin)),
        confidence: edge.confidence,
        origin,
        dangling,
        first,
    }
}
