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
    /// What runs without being called, if that counts.
    pub(super) implied: Option<&'a Implied<'a>>,
}

/// Indices of changes.
pub(super) type Changes = SmallVec<[u32; 4]>;

const UNREACHED: u32 = u32::MAX;

/// For each node the best way to the nearest source: the shortest, then the one with the highest lowest
/// confidence, then the one over the lowest node.
pub(super) struct Reach {
    distance: Vec<u32>,
    confidence: Vec<u8>,
    origin: Vec<u32>,
    next: Vec<EdgeId>,
    /// Sources left out; by distance.
    pub(super) reached: Vec<NodeId>,
    /// What one more step would have reached.
    pub(super) beyond: Vec<NodeId>,
}

impl Reach {
    pub(super) fn distance(&self, id: NodeId) -> u32 {
        self.distance[id.0 as usize]
    }

    pub(super) fn confidence(&self, id: NodeId) -> u8 {
        self.confidence[id.0 as usize]
    }

    pub(super) fn origin(&self, id: NodeId) -> u32 {
        self.origin[id.0 as usize]
    }

    pub(super) fn first_edge(&self, id: NodeId) -> EdgeId {
        self.next[id.0 as usize]
    }

    /// The edges from a reached node to its source.
    pub(super) fn path(&self, graph: &Graph, id: NodeId) -> Vec<EdgeId> {
        let mut at = id;
        (0..self.distance(id))
            .map(|_| {
                let edge = self.first_edge(at);
                at = graph.edge(edge).to;
                edge
            })
            .collect()
    }
}

/// One step of a walk: who is entered, over which edge.
struct Way {
    id: EdgeId,
    from: NodeId,
    confidence: u8,
    origin: u32,
}

impl<F: Fn(&Edge) -> bool> Walk<'_, F> {
    pub(super) fn nearest(&self) -> Reach {
        let n = self.graph.nodes.len();
        let mut reach = Reach {
            distance: vec![UNREACHED; n],
            confidence: vec![100; n],
            origin: vec![0; n],
            next: vec![EdgeId(0); n],
            reached: Vec::new(),
            beyond: Vec::new(),
        };
        for (id, origin) in self.sources {
            reach.distance[id.0 as usize] = 0;
            reach.origin[id.0 as usize] = *origin;
        }
        let mut level: Vec<NodeId> = self.sources.iter().map(|(id, _)| *id).collect();
        let mut distance = 0;
        loop {
            distance += 1;
            let last = self.limit != 0 && distance > self.limit;
            let mut found = Vec::new();
            level.sort_unstable();
            for &to in &level {
                let (confidence, origin) = (reach.confidence(to), reach.origin(to));
                for (id, edge) in self.graph.incoming(to).filter(|(_, e)| (self.admit)(e)) {
                    let way =
                        Way { id, from: edge.from, confidence: confidence.min(edge.confidence), origin };
                    self.step(&mut reach, &mut found, distance, way);
                }
                for (from, id) in self.implied.into_iter().flat_map(|implied| implied.makers(to)) {
                    let way = Way { id, from, confidence: confidence.min(CONFIDENCE), origin };
                    self.step(&mut reach, &mut found, distance, way);
                }
            }
            if distance == 1 {
                for &(id, origin) in self.seeds {
                    let edge = self.graph.edge(id);
                    if (self.admit)(edge) {
                        let way = Way { id, from: edge.from, confidence: edge.confidence, origin };
                        self.step(&mut reach, &mut found, 1, way);
                    }
                }
            }
            if found.is_empty() {
                return reach;
            }
            if last {
                reach.beyond = found;
                return reach;
            }
            reach.reached.extend_from_slice(&found);
            level = found;
        }
    }

    fn step(&self, reach: &mut Reach, found: &mut Vec<NodeId>, distance: u32, way: Way) {
        let from = way.from.0 as usize;
        if reach.distance[from] < distance {
            return;
        }
        if reach.distance[from] == UNREACHED {
            reach.distance[from] = distance;
            found.push(way.from);
        } else {
            let (edge, held) = (self.graph.edge(way.id), self.graph.edge(reach.next[from]));
            let better = way.confidence > reach.confidence[from]
                || (way.confidence == reach.confidence[from] && edge.to < held.to);
            if !better {
                return;
            }
        }
        reach.confidence[from] = way.confidence;
        reach.origin[from] = way.origin;
        reach.next[from] = way.id;
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
