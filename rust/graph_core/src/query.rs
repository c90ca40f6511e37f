//! Queries on a graph: the callers and callees of a symbol, and the shortest path between two symbols.

mod lookup;

pub use lookup::{innermost_definition, symbol};

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::answer::{Step, Symbol, bare_name, hundredths, without_ordinal};
use crate::error::{Error, Result};
use crate::graph::{Edge, EdgeId, EdgeKind, Graph, NodeId, NodeKind};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Callers,
    Callees,
}

impl std::str::FromStr for Direction {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "callers" => Ok(Direction::Callers),
            "callees" => Ok(Direction::Callees),
            _ => Err(Error::BadOption(format!("direction must be 'callers' or 'callees', and is '{text}'"))),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Neighbours {
    pub symbol: Symbol,
    pub direction: Direction,
    pub depth: u32,
    pub found: Vec<Neighbour>,
    /// The number of unresolved calls. For callers: of all calls with the symbol's name; for callees: of those in its code.
    pub unresolved_sites: usize,
    pub ambiguous_sites: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Neighbour {
    #[serde(flatten)]
    pub symbol: Symbol,
    pub distance: u32,
    /// The edge between it and the neighbour before it on the path.
    pub step: Step,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Path {
    pub from: Symbol,
    pub to: Symbol,
    pub found: bool,
    pub steps: Vec<Step>,
}

/// The symbols that call `name`, or that it calls, up to a distance of `depth` calls (0: no limit), the nearest first.
/// Calls of a type include calls of its constructors.
pub fn neighbours(
    graph: &Graph,
    name: &str,
    direction: Direction,
    depth: u32,
    min_confidence: f64,
) -> Result<Neighbours> {
    let least = min_confidence_hundredths(min_confidence)?;
    let id = symbol(graph, name)?;
    let starts = with_constructors(graph, id);
    let admit = |edge: &Edge| edge.kind == EdgeKind::Calls && edge.confidence >= least;
    let found = walk(graph, &starts, direction, depth, None, admit)
        .order
        .into_iter()
        .map(|(other, distance, edge)| Neighbour {
            symbol: Symbol::of(graph, other),
            distance,
            step: Step::of(graph, edge),
        })
        .collect();
    let called = without_ordinal(&graph.node(id).name);
    let (mut unresolved_sites, mut ambiguous_sites) = (0, 0);
    for site in &graph.unresolved {
        let counts = match direction {
            Direction::Callers => bare_name(&site.name) == called,
            Direction::Callees => starts.contains(&site.from),
        };
        match (counts, site.candidates.is_empty()) {
            (true, true) => unresolved_sites += 1,
            (true, false) => ambiguous_sites += 1,
            (false, _) => {}
        }
    }
    Ok(Neighbours {
        symbol: Symbol::of(graph, id),
        direction,
        depth,
        found,
        unresolved_sites,
        ambiguous_sites,
    })
}

/// The shortest path from one symbol to another over calls; if there is none, also over inheritance, overrides and uses of
/// types.
pub fn path(graph: &Graph, start: &str, end: &str, min_confidence: f64) -> Result<Path> {
    let least = min_confidence_hundredths(min_confidence)?;
    let (from, to) = (symbol(graph, start)?, symbol(graph, end)?);
    let answer =
        |found, steps| Path { from: Symbol::of(graph, from), to: Symbol::of(graph, to), found, steps };
    if from == to {
        return Ok(answer(true, Vec::new()));
    }
    for calls_only in [true, false] {
        let admit = |edge: &Edge| {
            edge.confidence >= least
                && (edge.kind == EdgeKind::Calls
                    || (!calls_only && !matches!(edge.kind, EdgeKind::Contains | EdgeKind::Imports)))
        };
        let walked = walk(graph, &with_constructors(graph, from), Direction::Callees, 0, Some(to), admit);
        if let Some(edges) = walked.path_to(graph, to) {
            return Ok(answer(true, edges.into_iter().map(|id| Step::of(graph, id)).collect()));
        }
    }
    Ok(answer(false, Vec::new()))
}

fn min_confidence_hundredths(min_confidence: f64) -> Result<u8> {
    hundredths(min_confidence).ok_or_else(|| {
        Error::BadOption(format!("min_confidence must be between 0 and 1, and is {min_confidence}"))
    })
}

fn with_constructors(graph: &Graph, id: NodeId) -> Vec<NodeId> {
    let constructors = graph
        .outgoing(id)
        .filter(|(_, e)| e.kind == EdgeKind::Contains && graph.node(e.to).kind == NodeKind::Constructor)
        .map(|(_, e)| e.to)
        .filter(|_| graph.node(id).kind != NodeKind::File);
    std::iter::once(id).chain(constructors).collect()
}

struct Walked {
    /// The reached nodes in order of distance, each with its distance and the edge that led to it.
    order: Vec<(NodeId, u32, EdgeId)>,
    /// The edge that led to each reached node; None for the start nodes.
    edge_to: FxHashMap<NodeId, Option<EdgeId>>,
}

impl Walked {
    fn path_to(&self, graph: &Graph, end: NodeId) -> Option<Vec<EdgeId>> {
        let mut edges = Vec::new();
        let mut at = end;
        while let Some(edge) = *self.edge_to.get(&at)? {
            edges.push(edge);
            at = graph.edge(edge).from;
        }
        edges.reverse();
        Some(edges)
    }
}

fn walk(
    graph: &Graph,
    starts: &[NodeId],
    direction: Direction,
    depth: u32,
    until: Option<NodeId>,
    admit: impl Fn(&Edge) -> bool,
) -> Walked {
    let mut walked = Walked { order: Vec::new(), edge_to: starts.iter().map(|id| (*id, None)).collect() };
    let mut level = starts.to_vec();
    let mut distance = 0;
    while !level.is_empty() && (depth == 0 || distance < depth) {
        distance += 1;
        // Several edges of a level may lead to one node: the most confident one is kept.
        let mut next: FxHashMap<NodeId, (u8, EdgeId)> = FxHashMap::default();
        let mut visit = |id: EdgeId, edge: &Edge| {
            let other = if direction == Direction::Callers { edge.from } else { edge.to };
            if admit(edge) && !walked.edge_to.contains_key(&other) {
                let new = (100 - edge.confidence.min(100), id);
                next.entry(other).and_modify(|known| *known = new.min(*known)).or_insert(new);
            }
        };
        for &id in &level {
            match direction {
                Direction::Callers => graph.incoming(id).for_each(|(id, edge)| visit(id, edge)),
                Direction::Callees => graph.outgoing(id).for_each(|(id, edge)| visit(id, edge)),
            }
        }
        level = next.keys().copied().collect();
        level.sort_unstable();
        for id in &level {
            let (_, edge) = next[id];
            walked.edge_to.insert(*id, Some(edge));
            walked.order.push((*id, distance, edge));
        }
        if until.is_some_and(|end| next.contains_key(&end)) {
            break;
        }
    }
    walked
}

#[cfg(test)]
mod tests;
