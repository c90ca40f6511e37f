//! The code graph: definitions as nodes, typed edges between them, calls without an edge, and adjacency in both
//! directions. Plain data: reads no file and knows no language.

mod kinds;

use std::cmp::Reverse;
use std::sync::{Arc, OnceLock};

use compact_str::CompactString;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::hashing::hash;
use crate::sparse_rows::row_starts;

pub use kinds::{EdgeKind, NodeKind, ParameterKind, Via, Visibility};

/// Index of a node in `Graph::nodes`; nodes are sorted by path, then by position in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeId(pub u32);

/// Index of an edge in `Graph::edges`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EdgeId(pub u32);

/// Index of a file in `Graph::files`; files are sorted by path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileId(pub u32);

impl FileId {
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

/// Flags of a node; each is one bit of `Node::flags`.
pub mod flag {
    pub const TEST: u16 = 1;
    pub const EXPORTED: u16 = 1 << 1;
    pub const ASYNC: u16 = 1 << 2;
    pub const STATIC: u16 = 1 << 3;
    pub const ABSTRACT: u16 = 1 << 4;
    pub const PROPERTY: u16 = 1 << 5;
    pub const GENERATOR: u16 = 1 << 6;
    /// One of several declarations that make up a type.
    pub const PART: u16 = 1 << 7;
    /// A group of tests in the form of a type. Two of one name are two groups, not two parts of a type.
    pub const GROUP: u16 = 1 << 8;
    /// A function within the initial value of the variable whose name it has: the name stands for what is around it.
    pub const WRAPPED: u16 = 1 << 9;
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Parameter {
    pub name: String,
    /// The type as written, white space folded; empty when none is.
    pub r#type: String,
    /// The default as written; empty when none is.
    pub default: String,
    /// The argument may be left out: the parameter has a default or is marked optional.
    pub optional: bool,
    pub kind: ParameterKind,
}

/// A field of a class, interface or struct, a member of an enum, or an exported value of a module.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    pub r#type: String,
    pub optional: bool,
    /// The source text of the value, truncated to 80 characters; empty when none is written or stored.
    pub value: String,
}

/// The part of a definition that its users rely on. Contract differences are differences of these fields.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Contract {
    /// The source text from the first modifier to the body, white space folded, truncated to 500 characters.
    pub text: String,
    pub parameters: Vec<Parameter>,
    /// The return type as written; empty when none is.
    pub returns: String,
    pub throws: Vec<String>,
    pub decorators: Vec<String>,
    /// Bases of a class or interface, as written.
    pub bases: Vec<String>,
    pub fields: Vec<Field>,
    pub visibility: Visibility,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub kind: NodeKind,
    pub file: FileId,
    /// The last part of the qualified name; for a file its path.
    pub name: String,
    /// `Outer.inner`, with the suffix `#2` for the second definition of that name in source order; empty for a file.
    pub qualified_name: String,
    /// 1-based, inclusive at both ends.
    pub start_line: u32,
    pub end_line: u32,
    /// Byte offsets, the end exclusive.
    pub start_byte: u32,
    pub end_byte: u32,
    pub contract: Contract,
    /// Bits of `flag`.
    pub flags: u16,
    pub complexity: u16,
    /// A hash of the normalised tokens of the body without nested definitions. 0: no body.
    pub body_hash: u64,
    /// A hash of the normalised tokens before the body.
    pub signature_hash: u64,
}

impl Node {
    pub fn is(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edge {
    pub from: NodeId,
    pub to: NodeId,
    pub kind: EdgeKind,
    /// 1-based line in the file of `from` where the edge is written.
    pub line: u32,
    pub via: Via,
    /// In hundredths.
    pub confidence: u8,
}

impl Edge {
    /// The sort key of edges. Of edges that differ only in their rule, the one with the highest confidence is first.
    pub fn sort_key(&self) -> (NodeId, NodeId, EdgeKind, u32, Reverse<u8>, Via) {
        (self.from, self.to, self.kind, self.line, Reverse(self.confidence), self.via)
    }
}

/// The arguments of a call as far as they must match the callee's contract. Equal shapes are stored once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct CallShape {
    /// The number of positional arguments.
    pub positional: u16,
    /// The names of the keyword arguments, in order.
    pub keywords: Vec<String>,
    /// There is a spread argument, so more arguments may be passed than are written.
    pub has_spread: bool,
    /// The result is awaited, or passed on to code that may await it.
    pub awaited: bool,
    /// The call writes another name than that of the callee.
    pub aliased: bool,
}

/// A call in the source text that a CALLS edge stands for. One edge may stand for several calls on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CallSite {
    pub from: NodeId,
    pub to: NodeId,
    pub line: u32,
    /// Index in `Graph::call_shapes`.
    pub shape: u32,
}

/// What calls an entry point from outside the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryPointKind {
    /// A request, of HTTP or another protocol.
    Route,
    /// The command line.
    Command,
    /// A message of a queue or a bus.
    Consumer,
    /// A scheduler.
    Schedule,
    /// Other packages: the definition is exported, and no code in the repository calls it.
    Api,
}

/// A definition that is called from outside the program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryPoint {
    pub node: NodeId,
    pub kind: EntryPointKind,
    /// The name that its callers use: `GET /users/{id}`; empty when none is written.
    pub name: String,
    pub framework: String,
    /// The line of its registration.
    pub line: u32,
    /// The file of its registration.
    pub file: FileId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Shared with the answers that contain it.
    pub path: Arc<str>,
    pub language: Arc<str>,
    /// The git blob id of the content, also if the source is no repository.
    pub blob: [u8; 20],
}

/// A call of a definition outside the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct External {
    pub from: NodeId,
    pub package: CompactString,
    pub name: CompactString,
    pub line: u32,
}

/// A call without an edge: unresolved when `candidates` is empty, otherwise ambiguous. At most 5 candidates are stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unresolved {
    pub from: NodeId,
    pub name: CompactString,
    pub line: u32,
    pub candidates: Vec<NodeId>,
}

/// A file that is not in the graph, with the reason: `too large`, `minified`, `binary`, `unreadable`, `too deep`, …
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skipped {
    pub path: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Graph {
    pub files: Vec<File>,
    /// Shared with the resolver's memory, so that the build of a later version reuses them.
    pub nodes: Vec<Arc<Node>>,
    /// Sorted by (from, to, kind, line), without duplicates.
    pub edges: Vec<Edge>,
    pub external: Vec<External>,
    pub unresolved: Vec<Unresolved>,
    /// Sorted, without duplicates. Implicit calls have none, nor do the targets of dispatch.
    pub call_sites: Vec<CallSite>,
    /// Sorted, without duplicates.
    pub call_shapes: Vec<CallShape>,
    /// Sorted, without duplicates.
    pub entry_points: Vec<EntryPoint>,
    pub skipped: Vec<Skipped>,
    #[serde(skip)]
    adjacency: Adjacency,
    #[serde(skip)]
    ids: OnceLock<FxHashMap<u64, NodeId>>,
}

/// Compressed sparse rows over the edges. Edges are sorted by `from`, so the outgoing edges of a node are a range of
/// `Graph::edges`; incoming edges are listed by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Adjacency {
    out_start: Vec<u32>,
    in_start: Vec<u32>,
    in_edges: Vec<EdgeId>,
}

impl Graph {
    /// Sorts and deduplicates the edges, adds those that `derive` makes of them, and builds the adjacency. The nodes
    /// must be sorted already.
    pub fn finish(mut self, derive: impl FnOnce(&Graph) -> Vec<Edge>) -> Self {
        self.sort_edges();
        let derived = derive(&self);
        if !derived.is_empty() {
            self.edges.extend(derived);
            self.sort_edges();
        }
        self.external.sort_unstable();
        self.external.dedup();
        self.unresolved.sort_unstable();
        self.unresolved.dedup();
        self.skipped.sort_unstable();
        self
    }

    /// Of edges that differ only in their rule, the one with the highest confidence stays.
    fn sort_edges(&mut self) {
        self.edges.par_sort_by_key(Edge::sort_key);
        self.edges.dedup_by_key(|e| (e.from, e.to, e.kind, e.line));
        self.index();
    }

    /// Builds the adjacency and clears the index of ids, neither of which is stored.
    pub fn index(&mut self) {
        let n = self.nodes.len();
        let out_start = row_starts(n, self.edges.iter().map(|e| e.from.0));
        let in_start = row_starts(n, self.edges.iter().map(|e| e.to.0));
        let mut next = in_start.clone();
        let mut in_edges = vec![EdgeId(0); self.edges.len()];
        for (i, edge) in self.edges.iter().enumerate() {
            let slot = &mut next[edge.to.0 as usize];
            in_edges[*slot as usize] = EdgeId(i as u32);
            *slot += 1;
        }
        self.adjacency = Adjacency { out_start, in_start, in_edges };
        self.ids = OnceLock::new();
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub fn edge(&self, id: EdgeId) -> &Edge {
        &self.edges[id.0 as usize]
    }

    pub fn file(&self, id: FileId) -> &File {
        &self.files[id.0 as usize]
    }

    pub fn path(&self, id: NodeId) -> &str {
        &self.file(self.node(id).file).path
    }

    /// The readable id: `path::Qualified.name`; for a file its path.
    pub fn id(&self, id: NodeId) -> String {
        let node = self.node(id);
        if node.kind == NodeKind::File {
            self.path(id).to_owned()
        } else {
            format!("{}::{}", self.path(id), node.qualified_name)
        }
    }

    /// The node with that readable id.
    pub fn find(&self, id: &str) -> Option<NodeId> {
        let by_hash = || self.node_ids().map(|n| (hash(self.id(n).as_bytes()), n)).collect();
        let ids: &FxHashMap<u64, NodeId> = self.ids.get_or_init(by_hash);
        let found = *ids.get(&hash(id.as_bytes()))?;
        (self.id(found) == id).then_some(found)
    }

    pub fn node_ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The edges that start at `id`.
    pub fn outgoing(&self, id: NodeId) -> impl Iterator<Item = (EdgeId, &Edge)> {
        let (a, b) = row(&self.adjacency.out_start, id);
        (a..b).map(|i| (EdgeId(i), &self.edges[i as usize]))
    }

    /// The calls that the edge stands for.
    pub fn call_sites(&self, edge: &Edge) -> &[CallSite] {
        let key = (edge.from, edge.to, edge.line);
        let start = self.call_sites.partition_point(|s| (s.from, s.to, s.line) < key);
        let rest = &self.call_sites[start..];
        &rest[..rest.partition_point(|s| (s.from, s.to, s.line) == key)]
    }

    /// The entry points that `id` is.
    pub fn entry_points_of(&self, id: NodeId) -> &[EntryPoint] {
        let start = self.entry_points.partition_point(|e| e.node < id);
        let rest = &self.entry_points[start..];
        &rest[..rest.partition_point(|e| e.node == id)]
    }

    /// Every known call of a CALLS edge writes another name than that of the target.
    pub fn is_aliased(&self, edge: &Edge) -> bool {
        let sites = if edge.kind == EdgeKind::Calls { self.call_sites(edge) } else { &[] };
        !sites.is_empty() && sites.iter().all(|site| self.call_shape(site).aliased)
    }

    pub fn call_shape(&self, site: &CallSite) -> &CallShape {
        &self.call_shapes[site.shape as usize]
    }

    /// The edges that end at `id`.
    pub fn incoming(&self, id: NodeId) -> impl Iterator<Item = (EdgeId, &Edge)> {
        let (a, b) = row(&self.adjacency.in_start, id);
        self.adjacency.in_edges[a as usize..b as usize].iter().map(|e| (*e, self.edge(*e)))
    }
}

fn row(starts: &[u32], id: NodeId) -> (u32, u32) {
    (starts[id.0 as usize], starts[id.0 as usize + 1])
}
