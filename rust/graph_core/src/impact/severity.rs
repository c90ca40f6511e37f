//! The severity of the effect on a symbol, and the reason in words.

use serde::Serialize;

use crate::changes::{Change, ChangeKind};
use crate::graph::EdgeKind;

/// - high: the symbol refers to a definition that is gone (dangling), or directly to one whose contract changed in a
///   breaking way;
/// - medium: it refers directly to another changed definition;
/// - low: it refers to a change indirectly, imports it, or overrides a method of which only the body changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    High,
    Medium,
    Low,
}

/// The severity, given the first edge of the path and the change at its end.
pub(super) fn severity(edge: EdgeKind, distance: u32, dangling: bool, change: &Change) -> Severity {
    let body_only = change.kind == ChangeKind::Modified;
    if dangling {
        Severity::High
    } else if distance > 1 || edge == EdgeKind::Imports || (edge == EdgeKind::Overrides && body_only) {
        Severity::Low
    } else if change.is_breaking() {
        Severity::High
    } else {
        Severity::Medium
    }
}

pub(super) fn reason(edge: EdgeKind, distance: u32, kind: ChangeKind) -> String {
    let verb = match edge {
        EdgeKind::Calls => "calls",
        EdgeKind::Overrides => "overrides",
        EdgeKind::Extends => "extends",
        EdgeKind::Implements => "implements",
        EdgeKind::UsesType | EdgeKind::References => "uses",
        EdgeKind::Reads => "reads",
        EdgeKind::Writes => "writes",
        EdgeKind::Imports => "imports",
        EdgeKind::Tests => "tests",
        EdgeKind::Contains => "contains",
    };
    let what = match kind {
        _ if distance > 1 => "an affected definition",
        ChangeKind::Added => "a new definition",
        ChangeKind::Deleted => "a deleted definition",
        ChangeKind::Modified if edge == EdgeKind::Calls => "a changed body",
        ChangeKind::Modified => "a changed definition",
        ChangeKind::SignatureChanged => "a changed signature",
        ChangeKind::Renamed => "a renamed definition",
        ChangeKind::Moved => "a moved definition",
    };
    format!("{verb} {what}")
}
