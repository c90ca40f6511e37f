//! Answer: the shape of what an impact says, as it is serialised.

use std::sync::Arc;

use serde::Serialize;

use super::fit::Why;
use super::options::Options;
use super::risk::Risk;
use super::severity::Severity;
use crate::answer::{Counts, Step, Symbol};
use crate::changes::{ChangeKind, Difference};
use crate::graph::{EntryPointKind, Skipped};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    pub meta: Meta,
    pub changes: Vec<ChangeEntry>,
    pub affected: Vec<Affected>,
    /// By path and line.
    pub misfits: Vec<Misfit>,
    pub tests: Vec<TestReached>,
    /// Functions, methods and constructors with new code, or a new contract, that no test is seen to come to by calls.
    pub untested: Vec<String>,
    /// What is registered with a framework first, then what a package offers; the nearest first.
    pub entry_points: Vec<EntryPoint>,
    pub risk: Risk,
    pub not_seen: NotSeen,
    pub cut: Cut,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Meta {
    pub format: u32,
    pub tool_version: &'static str,
    pub options: Options,
    pub base: Counts,
    pub head: Counts,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeEntry {
    pub change: ChangeKind,
    /// Of head; of base when deleted.
    pub symbol: Symbol,
    pub previous: Option<Symbol>,
    /// How alike the two are, of renames and moves.
    pub score: Option<f64>,
    pub contract: Vec<Difference>,
    /// Affected symbols to which this is the nearest change.
    pub affected: usize,
    /// References inside that have no edge.
    pub unresolved: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Affected {
    pub symbol: Symbol,
    /// The graph that `symbol` and the ids of `path` are of.
    pub side: &'static str,
    pub distance: u32,
    pub severity: Severity,
    /// The lowest on the path.
    pub confidence: f64,
    pub reason: String,
    /// The nearest change.
    pub change: String,
    /// Its code is as it was, and what it refers to is gone from where it was.
    pub dangling: bool,
    /// From the affected symbol to the changed one (or the member of it that went along).
    pub path: Vec<Step>,
}

/// A way into the program that reaches a change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntryPoint {
    pub symbol: Symbol,
    pub kind: EntryPointKind,
    /// As its callers know it: `GET /users/{id}`.
    pub name: String,
    /// Empty when none registers it.
    pub framework: String,
    /// Path and line of where it is registered.
    pub registered: String,
    /// 0: it changed itself.
    pub distance: u32,
    pub confidence: f64,
    /// The nearest change.
    pub change: String,
    pub path: Vec<Step>,
}

/// A place that no longer fits what changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Misfit {
    /// The holder of the code, in head.
    pub symbol: Symbol,
    pub path: String,
    pub line: u32,
    /// The changed definition.
    pub change: String,
    pub why: Why,
    /// The parameter or argument that it is about; empty when none.
    pub argument: String,
    /// Of the edge that ties the place to the changed definition.
    pub confidence: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestReached {
    pub symbol: Symbol,
    /// What the test runner takes to run it alone.
    pub command: String,
    /// Steps to the nearest change, of which one that is no call counts twice; 0: the test itself is what changed.
    pub distance: u32,
    pub confidence: f64,
    /// That it reaches; at most 100 are named, the nearest among them.
    pub changes: Vec<Arc<str>>,
    /// To the nearest change. Of as many tests as there may be affected symbols, the nearest; else empty.
    pub path: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NotSeen {
    pub skipped: Vec<Skipped>,
    /// Inside of changed definitions.
    pub unresolved: Vec<UnresolvedSite>,
    pub same_name_sites: Vec<SameNameSites>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnresolvedSite {
    pub from: String,
    pub name: String,
    pub line: u32,
    pub candidates: Vec<String>,
}

/// Call sites in head without an edge that bear the name of a changed definition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SameNameSites {
    pub name: String,
    pub sites: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cut {
    /// Affected symbols that are not listed.
    pub affected: usize,
    /// Entry points that are not listed.
    pub entry_points: usize,
    /// Misfits that are not listed.
    pub misfits: usize,
    /// Symbols just beyond the depth.
    pub depth: usize,
    /// Tests further away than those that are told.
    pub tests: usize,
}
