//! Graph: definitions as nodes, typed edges, compact adjacency both ways. Plain data, no file is read here.

use std::cmp::Reverse;
use std::sync::{Arc, OnceLock};

use compact_str::CompactString;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::rows::starts;

/// Index of a node in `Graph::nodes`; nodes are sorted by path, then by place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeId(pub u32);

/// Index of an edge in `Graph::edges`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EdgeId(pub u32);

/// Index of a file in `Graph::files`; files are sorted by path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileId(pub u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    File,
    Module,
    Class,
    Interface,
    Enum,
    Type,
    Function,
    Method,
    Constructor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EdgeKind {
    Contains,
    Imports,
    Calls,
    Extends,
    Implements,
    Overrides,
    UsesType,
    Tests,
}

/// The rule of the ladder that found an edge. Its confidence is the rule's, see `Via::confidence`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// Written there: containment, or a base class's declaration seen from inside.
    Syntax,
    /// A name bound in an enclosing scope of the same file.
    Scope,
    /// The receiver is the object or class itself: the method-resolution order.
    Receiver,
    /// The receiver's type is known from a declaration.
    Type,
    /// The receiver's or callee's value is inferred: a constructor call, a returned value, an assignment.
    Flow,
    /// Through an import.
    Import,
    /// The same package or namespace.
    Package,
    /// An override or an implementation that the declared target may dispatch to.
    Dispatch,
    /// The one definition of that name in the repository.
    UniqueName,
}

impl Via {
    /// How sure the rule is, in hundredths: 100 is a fact of the syntax; under 50 is a guess.
    pub fn confidence(self) -> u8 {
        match self {
            Via::Syntax => 100,
            Via::Scope => 97,
            Via::Receiver => 95,
            Via::Import => 95,
            Via::Type => 90,
            Via::Package => 90,
            Via::Flow => 80,
            Via::Dispatch => 60,
            Via::UniqueName => 40,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Via::Syntax => "syntax",
            Via::Scope => "scope",
            Via::Receiver => "receiver",
            Via::Import => "import",
            Via::Type => "type",
            Via::Package => "package",
            Via::Flow => "flow",
            Via::Dispatch => "dispatch",
            Via::UniqueName => "unique_name",
        }
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
    /// It is one of several parts of a type.
    pub const PART: u16 = 1 << 7;
    /// A group of tests that is a type; it is not a part of another type of its name.
    pub const GROUP: u16 = 1 << 8;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    #[default]
    Public,
    Protected,
    Package,
    Private,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterKind {
    #[default]
    Plain,
    /// `*`-marked or otherwise only by keyword.
    Keyword,
    /// Only by position.
    Positional,
    /// `*args`, `...rest`, variadic.
    Rest,
    /// `**kwargs`.
    KeywordRest,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Parameter {
    pub name: String,
    /// The type as written, white space folded; empty when none is.
    pub r#type: String,
    /// The default as written; empty when none is.
    pub default: String,
    /// May be left out: it has a default or is marked optional.
    pub optional: bool,
    pub kind: ParameterKind,
}

/// A field of a class, interface or struct, a member of an enum, or an exported value of a module.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    pub r#type: String,
    pub optional: bool,
    /// As written, cut at 80 characters; empty when none is, or when it is not kept.
    pub value: String,
}

/// What others rely on: the part of a definition that a contract difference is made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Contract {
    /// From the first modifier to before the body, white space folded, cut at 500 characters.
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
    /// `Outer.inner`, with `#2` for the second of the same name in source order; empty for a file.
    pub qualified_name: String,
    /// 1-based, both included.
    pub start_line: u32,
    pub end_line: u32,
    /// Half-open.
    pub start_byte: u32,
    pub end_byte: u32,
    pub contract: Contract,
    /// Bits of `flag`.
    pub flags: u16,
    pub complexity: u16,
    /// Over the normalised tokens of the body, nested definitions left out. 0: no body.
    pub body_hash: u64,
    /// Over the normalised tokens before the body.
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
    /// The order of edges; of those that differ only in their rule the surest is first.
    pub fn rank(&self) -> (NodeId, NodeId, EdgeKind, u32, Reverse<u8>, Via) {
        (self.from, self.to, self.kind, self.line, Reverse(self.confidence), self.via)
    }
}

/// How a call gives its arguments: what a contract is held against.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Form {
    /// Arguments by position.
    pub positional: u16,
    /// The names of those that are given by name, in order.
    pub keywords: Vec<String>,
    /// More than what is written may be given: something is spread out.
    pub open: bool,
    /// The result is awaited, or handed on to where it may be.
    pub waited: bool,
    /// Another name is written than that of what is called.
    pub aliased: bool,
}

/// A call that is written out, of an edge of CALLS; an edge may be written by several on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Site {
    pub from: NodeId,
    pub to: NodeId,
    pub line: u32,
    /// Index in `Graph::forms`.
    pub form: u32,
}

/// A function or a class that is named where a value is wanted: it is handed on or kept, and not called there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mention {
    pub to: NodeId,
    pub from: NodeId,
    pub line: u32,
    /// In hundredths.
    pub confidence: u8,
}

/// Who calls a definition from outside of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// Whoever sends a request.
    Route,
    /// Whoever runs the program.
    Command,
    /// A queue or a bus with a message.
    Consumer,
    /// A clock.
    Schedule,
    /// Other packages: it is exported, and nobody in the repository calls it.
    Api,
}

/// A way into the program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    pub node: NodeId,
    pub kind: EntryKind,
    /// As its callers know it: `GET /users/{id}`; empty when nothing is written.
    pub name: String,
    pub framework: String,
    /// Where it is registered, in that file.
    pub line: u32,
    pub file: FileId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Shared with the answers that name it.
    pub path: Arc<str>,
    pub language: Arc<str>,
    /// The git blob id of the content, whatever the source.
    pub blob: [u8; 20],
}

/// A call that leaves the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct External {
    pub from: NodeId,
    pub package: CompactString,
    pub name: CompactString,
    pub line: u32,
}

/// A call site without an edge: unresolved when `candidates` is empty, else ambiguous (at most 5 are kept).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unresolved {
    pub from: NodeId,
    pub name: CompactString,
    pub line: u32,
    pub candidates: Vec<NodeId>,
}

/// A file that was left out, with the reason: `too large`, `minified`, `binary`, `unreadable`, `too deep`, …
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skipped {
    pub path: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Graph {
    pub files: Vec<File>,
    /// Shared with the memory of the build, so that a later version need not make them again.
    pub nodes: Vec<Arc<Node>>,
    /// Sorted by (from, to, kind, line); no two alike.
    pub edges: Vec<Edge>,
    pub external: Vec<External>,
    pub unresolved: Vec<Unresolved>,
    /// Sorted, no two alike. Only calls that the code writes out have one, and none that dispatch alone leads to.
    pub sites: Vec<Site>,
    /// Sorted, no two alike.
    pub forms: Vec<Form>,
    /// Sorted, no two alike.
    pub entries: Vec<Entry>,
    /// Sorted, no two alike.
    pub mentions: Vec<Mention>,
    pub skipped: Vec<Skipped>,
    #[serde(skip)]
    adjacency: Adjacency,
    #[serde(skip)]
    ids: OnceLock<FxHashMap<u64, NodeId>>,
}

/// Compressed sparse rows over the edges: edges are sorted by `from`, so outgoing rows are ranges of them;
/// incoming rows list edge ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Adjacency {
    out_start: Vec<u32>,
    in_start: Vec<u32>,
    in_edges: Vec<EdgeId>,
}

impl Graph {
    /// Sorts and deduplicates the edges, adds those that `follow` from them and builds the adjacency. Nodes must
    /// be sorted already.
    pub fn finish(mut self, follow: impl FnOnce(&Graph) -> Vec<Edge>) -> Self {
        self.sort_edges();
        let more = follow(&self);
        if !more.is_empty() {
            self.edges.extend(more);
            self.sort_edges();
        }
        self.external.sort_unstable();
        self.external.dedup();
        self.unresolved.sort_unstable();
        self.unresolved.dedup();
        self.skipped.sort_unstable();
        self
    }

    /// Runs that are sorted already cost little. Of edges that differ only in their rule the surest stays.
    fn sort_edges(&mut self) {
        self.edges.par_sort_by_key(Edge::rank);
        self.edges.dedup_by_key(|e| (e.from, e.to, e.kind, e.line));
        self.index();
    }

    /// Rebuilds what is not stored: adjacency rows, and the index of ids.
    pub fn index(&mut self) {
        let n = self.nodes.len();
        let out_start = starts(n, self.edges.iter().map(|e| e.from.0));
        let in_start = starts(n, self.edges.iter().map(|e| e.to.0));
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

    /// The readable id: `path::Qualified.name`; for module-level code the path.
    pub fn id(&self, id: NodeId) -> String {
        let node = self.node(id);
        if node.kind == NodeKind::File {
            self.path(id).to_owned()
        } else {
            format!("{}::{}", self.path(id), node.qualified_name)
        }
    }

    /// The node of a readable id.
    pub fn find(&self, id: &str) -> Option<NodeId> {
        let by_hash = || self.node_ids().map(|n| (crate::hashing::hash(self.id(n).as_bytes()), n)).collect();
        let ids: &FxHashMap<u64, NodeId> = self.ids.get_or_init(by_hash);
        let found = *ids.get(&crate::hashing::hash(id.as_bytes()))?;
        (self.id(found) == id).then_some(found)
    }

    pub fn node_ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// Edges that start at `id`.
    pub fn outgoing(&self, id: NodeId) -> impl Iterator<Item = (EdgeId, &Edge)> {
        let (a, b) = row(&self.adjacency.out_start, id);
        (a..b).map(|i| (EdgeId(i), &self.edges[i as usize]))
    }

    /// The calls that write the edge.
    pub fn sites(&self, edge: &Edge) -> &[Site] {
        let key = (edge.from, edge.to, edge.line);
        let start = self.sites.partition_point(|s| (s.from, s.to, s.line) < key);
        let rest = &self.sites[start..];
        &rest[..rest.partition_point(|s| (s.from, s.to, s.line) == key)]
    }

    /// The ways into the program that begin at `id`.
    pub fn entries_of(&self, id: NodeId) -> &[Entry] {
        let start = self.entries.partition_point(|e| e.node < id);
        let rest = &self.entries[start..];
        &rest[..rest.partition_point(|e| e.node == id)]
    }

    /// All that is known to write the edge of a call writes another name than its target's.
    pub fn is_aliased(&self, edge: &Edge) -> bool {
        let sites = if edge.kind == EdgeKind::Calls { self.sites(edge) } else { &[] };
        !sites.is_empty() && sites.iter().all(|site| self.form(site).aliased)
    }

    /// Where `id` is named as a value.
    pub fn mentions_of(&self, id: NodeId) -> &[Mention] {
        let start = self.mentions.partition_point(|m| m.to < id);
        let rest = &self.mentions[start..];
        &rest[..rest.partition_point(|m| m.to == id)]
    }

    pub fn form(&self, site: &Site) -> &Form {
        &self.forms[site.form as usize]
    }

    /// Edges that end at `id`.
    pub fn incoming(&self, id: NodeId) -> impl Iterator<Item = (EdgeId, &Edge)> {
        let (a, b) = row(&self.adjacency.in_start, id);
        self.adjacency.in_edges[a as usize..b as usize].iter().map(|e| (*e, self.edge(*e)))
    }
}

fn row(starts: &[u32], id: NodeId) -> (u32, u32) {
    (starts[id.0 as usize], starts[id.0 as usize + 1])
}
