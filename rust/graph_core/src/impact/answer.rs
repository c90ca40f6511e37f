//! The answer of an impact analysis as it is serialised.

use std::sync::Arc;

use serde::Serialize;

use super::call_check::MisfitReason;
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
    /// Sorted by path and line.
    pub misfits: Vec<Misfit>,
    pub tests: Vec<TestReached>,
    /// Functions, methods and constructors whose code or contract changed and that no test reaches.
    pub untested: Vec<String>,
    /// Those that are registered with a framework, then the public API of the package; the nearest first.
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
    /// In head; in base if deleted.
    pub symbol: Symbol,
    pub previous: Option<Symbol>,
    /// The similarity of the two versions, for renames and moves; in 0..1.
    pub score: Option<f64>,
    pub contract: Vec<Difference>,
    /// The number of affected symbols whose nearest change this is.
    pub affected: usize,
    /// The number of references in the definition that have no edge.
    pub unresolved: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Affected {
    pub symbol: Symbol,
    /// The graph of `symbol` and of the ids in `path`: `head` or `base`.
    pub side: &'static str,
    pub distance: u32,
    pub severity: Severity,
    /// The lowest confidence on the path.
    pub confidence: f64,
    pub reason: String,
    /// The id of the nearest change.
    pub change: String,
    /// The code of the symbol is unchanged, and what it refers to was deleted, renamed or moved.
    pub dangling: bool,
    /// From the affected symbol to the changed one, or to a member that moved with it.
    pub path: Vec<Step>,
}

/// An entry point that reaches a change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntryPoint {
    pub symbol: Symbol,
    pub kind: EntryPointKind,
    /// The name that its callers use: `GET /users/{id}`.
    pub name: String,
    /// Empty if no framework registers it.
    pub framework: String,
    /// `path:line` of the registration.
    pub registered: String,
    /// 0: the entry point itself changed.
    pub distance: u32,
    pub confidence: f64,
    /// The id of the nearest change.
    pub change: String,
    pub path: Vec<Step>,
}

/// A place that does not match a change any more.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Misfit {
    /// The definition of head that contains the place.
    pub symbol: Symbol,
    pub path: String,
    pub line: u32,
    /// The id of the changed definition.
    pub change: String,
    pub why: MisfitReason,
    /// The name of the parameter or argument in question; empty if it is about none.
    pub argument: String,
    /// The confidence of the edge from the place to the changed definition.
    pub confidence: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestReached {
    pub symbol: Symbol,
    /// The argument of the test runner that runs only this test.
    pub command: String,
    /// The distance to the nearest change in steps: a call is one step, any other edge two; 0: the test itself changed.
    pub distance: u32,
    pub confidence: f64,
    /// The ids of the changes that it reaches; at most 100, always with the nearest.
    pub changes: Vec<Arc<str>>,
    /// The path to the nearest change. Empty for tests beyond the nearest `max_affected`.
    pub path: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NotSeen {
    pub skipped: Vec<Skipped>,
    /// In changed definitions.
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

/// The number of calls in head without an edge that have the name of a changed definition.
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
    /// Tests beyond `test_depth`.
    pub tests: usize,
}
