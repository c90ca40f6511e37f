//! Reach: breadth-first walks against the edges, from many starts at once, level by level and without recursion.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::implied::{CONFIDENCE, Implied};
use crate::graph::{Edge, EdgeId, Graph, NodeId};

/// From where a walk starts and which edges it may take. Origins are indices of changes.
pub(super) struct Walk<'a, F: Fn(&Edge) -> bool> {
    pub(super) graph: &'a Graph,
    /// At distance 0, each node once.
    pub(super) sources: &'a [(NodeId, u32)],
    /// Edges that lead to something that is no source: who holds them is at distance 1.
    pub(super) seeds: &'a [(EdgeId, u32)],
    /// 0: none.
    pub(super) limit: u32,
    pub(super) admit: F,
    /// How many steps an edge counts: 1 or 2.
    pub(super) length: fn(&Edge) -> u8,
    /// What runs without being called, if that counts.
    pub(super) implied: Option<&'a Implied<'a>>,
}

/// Indices of changes.
pub(super) type Changes = SmallVec<[u32; 4]>;

/// What is implied counts as many steps.
const LONG: u8 = 2;

const UNREACHED: u32 = u32::MAX;

/// For each node the best way to the nearest source: the shortest, then the one with the highest lowest
/// confidence, then the one over the lowest node.
pub(super) struct Reach {
    ways: Vec<Way>,
    /// Sources left out; by distance.
    pub(super) reached: Vec<NodeId>,
    /// What one more step would have reached.
    pub(super) beyond: Vec<NodeId>,
}

/// How a node is reached.
#[derive(Clone, Copy)]
struct Way {
    distance: u32,
    origin: u32,
    first: EdgeId,
    confidence: u8,
    /// Of the first edge.
    length: u8,
}

impl Reach {
    pub(super) fn distance(&self, id: NodeId) -> u32 {
        self.ways[id.0 as usize].distance
    }

    pub(super) fn confidence(&self, id: NodeId) -> u8 {
        self.ways[id.0 as usize].confidence
    }

    pub(super) fn origin(&self, id: NodeId) -> u32 {
        self.ways[id.0 as usize].origin
    }

    pub(super) fn first_edge(&self, id: NodeId) -> EdgeId {
        self.ways[id.0 as usize].first
    }

    /// The edges from a reached node to its source.
    pub(super) fn path(&self, graph: &Graph, id: NodeId) -> Vec<EdgeId> {
        let (mut at, mut left) = (id, self.distance(id));
        let mut path = Vec::new();
        while left > 0 {
            let way = self.ways[at.0 as usize];
            path.push(way.first);
            left = left.saturating_sub(way.length.into());
            at = graph.edge(way.first).to;
        }
        path
    }
}

impl<F: Fn(&Edge) -> bool> Walk<'_, F> {
    pub(super) fn nearest(&self) -> Reach {
        let far = Way { distance: UNREACHED, origin: 0, first: EdgeId(0), confidence: 100, length: 1 };
        let ways = vec![far; self.graph.nodes.len()];
        let mut reach = Reach { ways, reached: Vec::new(), beyond: Vec::new() };
        for (id, origin) in self.sources {
            reach.ways[id.0 as usize] = Way { distance: 0, origin: *origin, ..far };
        }
        let mut level: Vec<NodeId> = self.sources.iter().map(|(id, _)| *id).collect();
        let mut distance = 0;
        // What is one step away, and what is two (Dial, "Algorithm 360: shortest-path forest with topological
        // ordering", 1969).
        let mut found: [Vec<NodeId>; 2] = Default::default();
        loop {
            level.sort_unstable();
            for &to in &level {
                let held = reach.ways[to.0 as usize];
                let way = |first: EdgeId, sure: u8, length: u8| {
                    let distance = distance + u32::from(length);
                    Way {
                        distance,
                        first,
                        length,
                        confidence: held.confidence.min(sure),
                        origin: held.origin,
                    }
                };
                for (id, edge) in self.graph.incoming(to).filter(|(_, e)| (self.admit)(e)) {
                    let way = way(id, edge.confidence, (self.length)(edge));
                    self.step(&mut reach, &mut found, edge.from, way);
                }
                for (from, id) in self.implied.into_iter().flat_map(|implied| implied.makers(to)) {
                    self.step(&mut reach, &mut found, from, way(id, CONFIDENCE, LONG));
                }
            }
            if distance == 0 {
                for &(id, origin) in self.seeds {
                    let edge = self.graph.edge(id);
                    if (self.admit)(edge) {
                        let length = (self.length)(edge);
                        let confidence = edge.confidence;
                        let way = Way { distance: length.into(), first: id, length, confidence, origin };
                        self.step(&mut reach, &mut found, edge.from, way);
                    }
                }
            }
            distance += 1;
            level = std::mem::take(&mut found[0]);
            found.swap(0, 1);
            // Some were two steps away, and then only one.
            level.retain(|id| reach.distance(*id) == distance);
            if self.limit != 0 && distance > self.limit {
                reach.beyond = level;
                return reach;
            }
            if level.is_empty() && found[0].is_empty() {
                return reach;
            }
            reach.reached.extend_from_slice(&level);
        }
    }

    fn step(&self, reach: &mut Reach, found: &mut [Vec<NodeId>; 2], from: NodeId, way: Way) {
        let held = &mut reach.ways[from.0 as usize];
        if held.distance < way.distance {
            return;
        }
        if held.distance > way.distance {
            found[usize::from(way.length) - 1].push(from);
        } else {
            let to = |way: &Way| self.graph.edge(way.first).to;
            let better = way.confidence > held.confidence
                || (way.confidence == held.confidence && to(&way) < to(held));
            if !better {
                return;
            }
        }
        *held = way;
    }

    /// For each wanted node that is reached, the origins that it reaches. Sixty-four origins are walked together,
    /// and no further ones are once `budget` edges were looked at.
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
            if masks.looked_at > budget {
                break;
            }
            self.spread(&mut masks, block);
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

    /// Which of a block of origins each node reaches, one bit for each.
    fn spread(&self, masks: &mut Masks, block: &[u32]) {
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
                    masks.looked_at += 1;
                    if (self.admit)(edge) {
                        masks.add(edge.from, bits);
                    }
                }
                for (from, _) in self.implied.into_iter().flat_map(|implied| implied.makers(to)) {
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

/// The bits of each node, and those of them that are new in this level.
struct Masks {
    seen: Vec<u64>,
    new: Vec<u64>,
    touched: Vec<NodeId>,
    level: Vec<NodeId>,
    looked_at: usize,
}

impl Masks {
    fn new(nodes: usize) -> Self {
        Masks {
            seen: vec![0; nodes],
            new: vec![0; nodes],
            touched: Vec::new(),
            level: Vec::new(),
            looked_at: 0,
        }
    }

    fn add(&mut self, id: NodeId, bits: u64) {
        let at = id.0 as usize;
        let bits = bits & !self.seen[at];
        if bits == 0 {
            return;
        }
        if self.seen[at] == 0 {
            self.touched.push(id);
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

    /// What each node has seen, and empty masks again.
    fn take(&mut self) -> Vec<(NodeId, u64)> {
        self.take_level();
        let touched = std::mem::take(&mut self.touched);
        let bits = |id: NodeId| (id, std::mem::take(&mut self.seen[id.0 as usize]));
        touched.into_iter().map(bits).collect()
    }
}
