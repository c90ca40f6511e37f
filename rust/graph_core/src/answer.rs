//! The parts that all answers have in common, as they are serialised: a symbol, a step along an edge, the counts of a graph.

use std::sync::Arc;

use serde::Serialize;

use crate::graph::{EdgeId, EdgeKind, Graph, NodeId, NodeKind, flag};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Symbol {
    pub id: String,
    pub kind: NodeKind,
    pub name: String,
    pub path: Arc<str>,
    pub language: Arc<str>,
    pub start_line: u32,
    pub end_line: u32,
    pub test: bool,
    pub exported: bool,
}

impl Symbol {
    pub fn of(graph: &Graph, id: NodeId) -> Self {
        let node = graph.node(id);
        let file = graph.file(node.file);
        Symbol {
            id: graph.id(id),
            kind: node.kind,
            name: node.name.clone(),
            path: file.path.clone(),
            language: file.language.clone(),
            start_line: node.start_line,
            end_line: node.end_line,
            test: node.is(flag::TEST),
            exported: node.is(flag::EXPORTED),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub from: String,
    pub to: String,
    pub kind: EdgeKind,
    /// The file in which the edge is written.
    pub path: Arc<str>,
    pub line: u32,
    pub via: &'static str,
    pub confidence: f64,
}

impl Step {
    pub fn of(graph: &Graph, id: EdgeId) -> Self {
        let edge = graph.edge(id);
        Step {
            from: graph.id(edge.from),
            to: graph.id(edge.to),
            kind: edge.kind,
            path: graph.file(graph.node(edge.from).file).path.clone(),
            line: edge.line,
            via: edge.via.name(),
            confidence: fraction(edge.confidence),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Counts {
    pub files: usize,
    pub nodes: usize,
    pub edges: usize,
    pub skipped: usize,
    pub unresolved: usize,
    pub ambiguous: usize,
    pub external: usize,
}

impl Counts {
    pub fn of(graph: &Graph) -> Self {
        let unresolved = graph.unresolved.iter().filter(|u| u.candidates.is_empty()).count();
        Counts {
            files: graph.files.len(),
            nodes: graph.nodes.len(),
            edges: graph.edges.len(),
            skipped: graph.skipped.len(),
            unresolved,
            ambiguous: graph.unresolved.len() - unresolved,
            external: graph.external.len(),
        }
    }
}

/// The answer as JSON. Starts with a large buffer, because many answers are some megabytes long.
pub fn to_json(answer: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut json = Vec::with_capacity(1 << 20);
    serde_json::to_writer(&mut json, answer)?;
    Ok(json)
}

/// Converts hundredths to a number in 0..1.
pub fn fraction(hundredths: u8) -> f64 {
    f64::from(hundredths) / 100.0
}

/// Converts a lower bound in 0..1 to hundredths, rounded up; None if it is outside of 0..1.
pub fn hundredths(bound: f64) -> Option<u8> {
    // 0.29 * 100 is slightly more than 29: without the tolerance it would be rounded up to 30.
    (0.0..=1.0).contains(&bound).then(|| (bound * 100.0 - 1e-9).ceil().max(0.0) as u8)
}

/// The last part of a name as it is written at a call site: `a.b.c` → `c`.
pub fn bare_name(name: &str) -> &str {
    name.rsplit(['.', ':', '>']).next().unwrap_or(name)
}

/// A name without the ordinal of a duplicate: `f#2` → `f`.
pub fn without_ordinal(name: &str) -> &str {
    match name.rsplit_once('#') {
        Some((stem, ordinal)) if !stem.is_empty() && !ordinal.is_empty() && is_number(ordinal) => stem,
        _ => name,
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}
