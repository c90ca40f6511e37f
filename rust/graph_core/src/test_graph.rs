//! Builds small graphs for tests from readable ids.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use crate::graph::{
    Contract, Edge, EdgeKind, External, File, FileId, Graph, Node, NodeId, NodeKind, Parameter,
    ParameterKind, Skipped, Unresolved, Via, flag,
};

/// A builder of graphs. The kind of a definition and its container follow from its id: a capital letter makes a class.
#[derive(Default, Clone)]
pub struct TestGraph {
    nodes: Vec<(String, String, Node)>,
    edges: Vec<(String, String, EdgeKind, u32, Via)>,
    unresolved: Vec<(String, String, Vec<String>)>,
    external: Vec<(String, String, String)>,
    skipped: Vec<Skipped>,
}

impl TestGraph {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file with module-level code.
    pub fn file(mut self, path: &str, code: &str) -> Self {
        let node = node(NodeKind::File, path, "", code, "");
        self.nodes.push((path.to_owned(), String::new(), node));
        self
    }

    /// Adds a definition `path::Qualified.name`, or `path::Qualified.name(x, y: int = 1) -> str`.
    pub fn define(self, header: &str, body: &str) -> Self {
        self.define_with(header, body, |_| {})
    }

    pub fn define_with(mut self, header: &str, body: &str, edit: impl FnOnce(&mut Node)) -> Self {
        let (path, rest) = header.split_once("::").expect("an id");
        let (qualified, signature) = rest.split_at(rest.find(['(', ' ']).unwrap_or(rest.len()));
        let last = qualified.rsplit('.').next().unwrap_or(qualified);
        let capital = last.starts_with(char::is_uppercase);
        let kind = match (last, capital, qualified.contains('.')) {
            ("constructor", ..) => NodeKind::Constructor,
            (_, true, _) => NodeKind::Class,
            (_, _, true) => NodeKind::Method,
            _ => NodeKind::Function,
        };
        let mut node = node(kind, last.split('#').next().unwrap_or(last), qualified, body, signature);
        edit(&mut node);
        node.signature_hash =
            hash(&(&node.name, &node.contract, node.flags & !(flag::TEST | flag::EXPORTED)));
        self.nodes.push((path.to_owned(), qualified.to_owned(), node));
        self
    }

    pub fn test(self, header: &str, body: &str) -> Self {
        self.define_with(header, body, |n| n.flags |= flag::TEST)
    }

    pub fn calls(self, from: &str, to: &str) -> Self {
        self.edge(EdgeKind::Calls, from, to, Via::Import)
    }

    pub fn edge(mut self, kind: EdgeKind, from: &str, to: &str, via: Via) -> Self {
        self.edges.push((from.to_owned(), to.to_owned(), kind, 1, via));
        self
    }

    pub fn unresolved(mut self, from: &str, name: &str, candidates: &[&str]) -> Self {
        let candidates = candidates.iter().map(|c| (*c).to_owned()).collect();
        self.unresolved.push((from.to_owned(), name.to_owned(), candidates));
        self
    }

    pub fn external(mut self, from: &str, package: &str, name: &str) -> Self {
        self.external.push((from.to_owned(), package.to_owned(), name.to_owned()));
        self
    }

    pub fn skipped(mut self, path: &str, reason: &str) -> Self {
        self.skipped.push(Skipped { path: path.to_owned(), reason: reason.to_owned() });
        self
    }

    pub fn graph(mut self) -> Graph {
        let mut paths: Vec<String> = self.nodes.iter().map(|(path, ..)| path.clone()).collect();
        paths.sort();
        paths.dedup();
        for path in &paths {
            if !self.nodes.iter().any(|(p, q, _)| p == path && q.is_empty()) {
                self = self.file(path, "");
            }
        }
        self.nodes.sort_by_key(|(path, qualified, _)| (path.clone(), !qualified.is_empty()));
        let mut ids: FxHashMap<String, NodeId> = FxHashMap::default();
        let mut graph = Graph::default();
        for (i, (path, qualified, mut node)) in self.nodes.into_iter().enumerate() {
            let file = paths.binary_search(&path).expect("a path");
            node.file = FileId(file as u32);
            let lines = node.end_line - node.start_line;
            node.start_line = if qualified.is_empty() { 1 } else { 10 * i as u32 + 1 };
            node.end_line = node.start_line + lines;
            let id = if qualified.is_empty() { path } else { format!("{path}::{qualified}") };
            assert!(ids.insert(id.clone(), NodeId(i as u32)).is_none(), "{id} stands twice");
            graph.nodes.push(node.into());
        }
        graph.files = paths
            .iter()
            .map(|path| File { path: path.as_str().into(), language: "python".into(), blob: [0; 20] })
            .collect();
        let at = |id: &str| *ids.get(id).unwrap_or_else(|| panic!("no {id}"));
        for (id, node) in &ids {
            if let Some((path, qualified)) = id.split_once("::") {
                let outer =
                    qualified.rsplit_once('.').and_then(|(outer, _)| ids.get(&format!("{path}::{outer}")));
                let (from, to) = (outer.copied().unwrap_or_else(|| at(path)), *node);
                graph.edges.push(edge(from, to, EdgeKind::Contains, 1, Via::Syntax));
            }
        }
        graph
            .edges
            .extend(self.edges.iter().map(|(f, t, kind, line, via)| edge(at(f), at(t), *kind, *line, *via)));
        graph.unresolved.extend(self.unresolved.iter().map(|(from, name, candidates)| Unresolved {
            from: at(from),
            name: name.into(),
            line: 2,
            candidates: candidates.iter().map(|c| at(c)).collect(),
        }));
        graph.external.extend(self.external.iter().map(|(from, package, name)| External {
            from: at(from),
            package: package.into(),
            name: name.into(),
            line: 3,
        }));
        graph.skipped = self.skipped;
        graph.finish(|_| Vec::new())
    }
}

/// An edge with the confidence of the rule that found it.
pub fn edge(from: NodeId, to: NodeId, kind: EdgeKind, line: u32, via: Via) -> Edge {
    Edge { from, to, kind, line, via, confidence: via.confidence() }
}

/// A definition that has no position in a file yet.
pub fn node(kind: NodeKind, name: &str, qualified: &str, body: &str, signature: &str) -> Node {
    let (parameters, returns) = signature.split_once("->").unwrap_or((signature, ""));
    let text = format!("def {name}{signature}");
    let mut node = Node {
        kind,
        file: FileId(0),
        name: name.to_owned(),
        qualified_name: qualified.to_owned(),
        start_line: 1,
        end_line: 1 + body.split(';').count() as u32,
        start_byte: 0,
        end_byte: (text.len() + 2 + body.len()) as u32,
        contract: Contract {
            text,
            parameters: parameters
                .trim()
                .trim_matches(['(', ')'])
                .split(',')
                .map(str::trim)
                .filter(|p| !p.is_empty())
                .map(parameter)
                .collect(),
            returns: returns.trim().to_owned(),
            ..Contract::default()
        },
        flags: 0,
        complexity: 1,
        body_hash: if body.is_empty() { 0 } else { hash(&body) },
        signature_hash: 0,
    };
    node.signature_hash = hash(&(&node.name, &node.contract, node.flags));
    if kind == NodeKind::File {
        node.signature_hash = 0;
    }
    node
}

/// Parses `x`, `x?: int`, `x: int = 1`, `*x`, `**x` or `!x` (keyword only).
fn parameter(text: &str) -> Parameter {
    let (left, default) = text.split_once('=').unwrap_or((text, ""));
    let (name, r#type) = left.split_once(':').unwrap_or((left, ""));
    let name = name.trim();
    let kind = match name {
        n if n.starts_with("**") => ParameterKind::KeywordRest,
        n if n.starts_with('*') => ParameterKind::Rest,
        n if n.starts_with('!') => ParameterKind::Keyword,
        _ => ParameterKind::Plain,
    };
    Parameter {
        name: name.trim_matches(['*', '!', '?']).to_owned(),
        r#type: r#type.trim().to_owned(),
        default: default.trim().to_owned(),
        optional: !default.is_empty() || name.ends_with('?'),
        kind,
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish() | 1
}
