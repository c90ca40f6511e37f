//! The report of a build: counts and times, small enough to be handed to Python.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Built, Times};
use crate::graph::{EdgeKind, Skipped};
use crate::source::Limits;

#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub files: usize,
    pub nodes: usize,
    pub edges: usize,
    /// Files by the name of their language.
    pub languages: BTreeMap<String, usize>,
    pub skipped: Vec<Skipped>,
    /// All calls: the sum of the four counts below.
    pub calls: usize,
    pub resolved: usize,
    pub ambiguous: usize,
    pub external: usize,
    pub unresolved: usize,
    /// Files whose facts were reused.
    pub reused: usize,
    /// Bytes that were parsed.
    pub bytes: u64,
    pub seconds: Times,
    pub limits: Limits,
}

impl Report {
    pub fn of(built: &Built, limits: &Limits) -> Self {
        let graph = &built.graph;
        let mut languages = BTreeMap::<String, usize>::new();
        for file in &graph.files {
            *languages.entry(file.language.to_string()).or_default() += 1;
        }
        let resolved = graph.edges.iter().filter(|e| e.kind == EdgeKind::Calls).count();
        let ambiguous = graph.unresolved.iter().filter(|u| !u.candidates.is_empty()).count();
        let unresolved = graph.unresolved.len() - ambiguous;
        Report {
            files: graph.files.len(),
            nodes: graph.nodes.len(),
            edges: graph.edges.len(),
            languages,
            skipped: graph.skipped.clone(),
            calls: resolved + ambiguous + unresolved + graph.external.len(),
            resolved,
            ambiguous,
            external: graph.external.len(),
            unresolved,
            reused: built.reused,
            bytes: built.bytes,
            seconds: built.times,
            limits: limits.clone(),
        }
    }
}
