//! Breadth-first traversal against the direction of the edges, from many sources at once: shortest paths, and the changes
//! that reach each node. Without recursion. Knows no rule of the impact.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::implicit_calls::{IMPLICIT_CONFIDENCE, ImplicitCalls};
use crate::graph::{Edge, EdgeId, Graph, NodeId};

/// The sources of a traversal and the edges that it follows. Origins are indices of changes.
pub(super) struct Traversal<'a, F: Fn(&Edge) -> bool> {
    pub(super) graph: &'a Graph,
    /// Nodes at distance 0, each once, with their origin.
    pub(super) sources: &'a [(NodeId, u32)],
    /// Edges whose targets are no sources, with their origin. Their start nodes are at distance 1.
    pub(super) seeds: &'a [(EdgeId, u32)],
    /// The largest distance; 0: no limit.
    pub(super) limit: u32,
    pub(super) admit: F,
    /// The length of an edge: 1 or 2.
    pub(super) length: fn(&Edge) -> u8,
    /// Implicit calls, if they are followed too.
    pub(super) implicit_calls: Option<&'a ImplicitCalls<'a>>,
}

/// Indices of changes.
pub(super) type Changes = SmallVec<[u32; 4]>;

/// The length of an implicit call.
const IMPLICIT_LENGTH: u8 = 2;

const UNREACHED: u32 = u32::MAX;

/// The best path from each node to a source: the shortest; of these the one whose least confident edge is the most
/// confident; of these the one over the node with the lowest id.
pub(super) struct ShortestPaths {
    labels: Vec<Label>,
    /// The reached nodes without the sources, sorted by distance.
    pub(super) reached: Vec<NodeId>,
    /// The nodes just beyond the limit.
    pub(super) beyond: Vec<NodeId>,
}

/// The shortest-path label of a node.
#[derive(Clone, Copy)]
struct Label {
    distance: u32,
    origin: u32,
    first: EdgeId,
    confidence: u8,
    /// The length of the first edge.
    length: u8,
}

impl ShortestPaths {
    pub(super) fn distance(&self, id: NodeId) -> u32 {
        self.labels[id.0 as usize].distance
    }

    pub(super) fn confidence(&self, id: NodeId) -> u8 {
        self.labels[id.0 as usize].confidence
    }

    pub(super) fn origin(&self, id: NodeId) -> u32 {
        self.labels[id.0 as usize].origin
    }

    pub(super) fn first_edge(&self, id: NodeId) -> EdgeId {
        self.labels[id.0 as usize].first
    }

    /// The edges from a reached node to its source.
    pub(super) fn path(&self, graph: &Graph, id: NodeId) -> Vec<EdgeId> {
        let (mut at, mut left) = (id, self.distance(id));
        let mut path = Vec::new();
        while left > 0 {
            let label = self.labels[at.0 as usize];
            path.push(label.first);
            left = left.saturating_sub(label.length.into());
            at = graph.edge(label.first).to;
        }
        path
    }
}

impl<F: Fn(&Edge) -> bool> Traversal<'_, F> {
    /// The shortest paths from all nodes to the sources.
    pub(super) fn shortest_paths(&self) -> ShortestPaths {
        let unreached =
            Label { distance: UNREACHED, origin: 0, first: EdgeId(0), confidence: 100, length: 1 };
        let labels = vec![unreached; self.graph.nodes.len()];
        let mut paths = ShortestPaths { labels, reached: Vec::new(), beyond: Vec::new() };
        for (id, origin) in self.sources {
            paths.labels[id.0 as usize] = Label { distance: 0, origin: *origin, ..unreached };
        }
        let mut level: Vec<NodeId> = self.sources.iter().map(|(id, _)| *id).collect();
        let mut distance = 0;
        // Buckets of the nodes at the next two distances (Dial, "Algorithm 360: shortest-path forest with topological
        // ordering", 1969).
        let mut buckets: [Vec<NodeId>; 2] = Default::default();
        loop {
            level.sort_unstable();
            for &to in &level {
                let target = paths.labels[to.0 as usize];
                let label = |first: EdgeId, confidence: u8, length: u8| {
                    let distance = distance + u32::from(length);
                    Label {
                        distance,
                        first,
                        length,
                        confidence: target.confidence.min(confidence),
                        origin: target.origin,
                    }
                };
                for (id, edge) in self.graph.incoming(to).filter(|(_, e)| (self.admit)(e)) {
                    let label = label(id, edge.confidence, (self.length)(edge));
                    self.relax(&mut paths, &mut buckets, edge.from, label);
                }
                for (from, id) in self.implicit_calls.into_iter().flat_map(|calls| calls.callers(to)) {
                    self.relax(
                        &mut paths,
                        &mut buckets,
                        from,
                        label(id, IMPLICIT_CONFIDENCE, IMPLICIT_LENGTH),
                    );
                }
            }
            if distance == 0 {
                for &(id, origin) in self.seeds {
                    let edge = self.graph.edge(id);
                    if (self.admit)(edge) {
                        let length = (self.length)(edge);
                        let confidence = edge.confidence;
                        let label = Label { distance: length.into(), first: id, length, confidence, origin };
                        self.relax(&mut paths, &mut buckets, edge.from, label);
                    }
                }
            }
            distance += 1;
            level = std::mem::take(&mut buckets[0]);
            buckets.swap(0, 1);
            // A node that was first found at a larger distance is in two buckets.
            level.retain(|id| paths.distance(*id) == distance);
            if self.limit != 0 && distance > self.limit {
                paths.beyond = level;
                return paths;
            }
            if level.is_empty() && buckets[0].is_empty() {
                return paths;
            }
            paths.reached.extend_from_slice(&level);
        }
    }

    fn relax(&self, paths: &mut ShortestPaths, buckets: &mut [Vec<NodeId>; 2], from: NodeId, label: Label) {
        let known = &mut paths.labels[from.0 as usize];
        if known.distance < label.distance {
            return;
        }
        if known.distance > label.distance {
            buckets[usize::from(label.length) - 1].push(from);
        } else {
            let to = |label: &Label| self.graph.edge(label.first).to;
            let better = label.confidence > known.confidence
                || (label.confidence == known.confidence && to(&label) < to(known));
            if !better {
                return;
            }
        }
        *known = label;
    }

    /// The origins of each wanted node that is reached. Sixty-four origins are traversed together; after `budget` edges
    /// were visited, no further ones are.
    pub(super) fn origins(
        &self,
        wanted: impl Fn(NodeId) -> bool,
        budget: usize,
    ) -> FxHashMap<NodeId, Changes> {
        let starts = self.sources.iter().map(|s| s.1);
        let mut all: Vec<u32> = starts.chain(self.seeds.iter().map(|s| s.1)).collect();
        all.sort_unstable();
        all.dedup();
        let mut origins: FxHashMap<NodeId, Changes> = FxHashMap::default();
        let mut masks = Masks::new(self.graph.nodes.len());
        for block in all.chunks(64) {
            if masks.edges_visited > budget {
                break;
            }
            self.propagate(&mut masks, block);
            for (id, bits) in masks.take() {
                if wanted(id) {
                    let bit = |i: &usize| bits & (1 << i) != 0;
                    let reached = (0..block.len()).filter(bit).map(|i| block[i]);
                    origins.entry(id).or_default().extend(reached);
                }
            }
        }
        origins
    }

    /// Computes which of a block of origins each node reaches, one bit for each origin.
    fn propagate(&self, masks: &mut Masks, block: &[u32]) {
        let bit = |origin: u32| block.binary_search(&origin).map_or(0, |i| 1u64 << i);
        for &(id, origin) in self.sources {
            masks.add(id, bit(origin));
        }
        let mut distance = 0;
        loop {
            distance += 1;
            let level = masks.take_level();
            if self.limit != 0 && distance > self.limit {
                return;
            }
            for (to, bits) in level {
                for (_, edge) in self.graph.incoming(to) {
                    masks.edges_visited += 1;
                    if (self.admit)(edge) {
                        masks.add(edge.from, bits);
                    }
                }
                for (from, _) in self.implicit_calls.into_iter().flat_map(|calls| calls.callers(to)) {
                    masks.add(from, bits);
                }
            }
            if distance == 1 {
                for &(id, origin) in self.seeds {
                    let edge = self.graph.edge(id);
                    if (self.admit)(edge) {
                        masks.add(edge.from, bit(origin));
                    }
                }
            }
            if masks.level.is_empty() {
                return;
            }
        }
    }
}

/// The bits of each node, and those that were added in the current level.
struct Masks {
    seen: Vec<u64>,
    new: Vec<u64>,
    reached_nodes: Vec<NodeId>,
    level: Vec<NodeId>,
    edges_visited: usize,
}

impl Masks {
    fn new(nodes: usize) -> Self {
        Masks {
            seen: vec![0; nodes],
            new: vec![0; nodes],
            reached_nodes: Vec::new(),
            level: Vec::new(),
            edges_visited: 0,
        }
    }

    fn add(&mut self, id: NodeId, bits: u64) {
        let at = id.0 as usize;
        let bits = bits & !self.seen[at];
        if bits == 0 {
            return;
        }
        if self.seen[at] == 0 {
            self.reached_nodes.push(id);
        }
        if self.new[at] == 0 {
            self.level.push(id);
        }
        self.seen[at] |= bits;
        self.new[at] |= bits;
    }

    fn take_level(&mut self) -> Vec<(NodeId, u64)> {
        let level = std::mem::take(&mut self.level);
        let bits = |id: NodeId| (id, std::mem::take(&mut self.new[id.0 as usize]));
        level.into_iter().map(bits).collect()
    }

    /// The bits of each node. The masks are empty afterwards.
    fn take(&mut self) -> Vec<(NodeId, u64)> {
        self.take_level();
        let reached_nodes = std::mem::take(&mut self.reached_nodes);
        let bits = |id: NodeId| (id, std::mem::take(&mut self.seen[id.0 as usize]));
        reached_nodes.into_iter().map(bits).collect()
    }
}
