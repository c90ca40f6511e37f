//! Positions: where in a file something is written, as far as it matters for what names mean there.

use serde::{Deserialize, Serialize};

use super::{Binding, Facts, MemberBinding, Reference, ScopeId};
use crate::graph::NodeKind;

/// A scope, and a byte offset in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    pub scope: ScopeId,
    pub at: u32,
}

impl Position {
    pub fn new(scope: ScopeId, at: u32) -> Self {
        Position { scope, at }
    }

    /// Behind all of a scope's code: every binding of it counts.
    pub fn at_end_of(scope: ScopeId) -> Self {
        Position { scope, at: u32::MAX }
    }
}

impl Binding {
    /// Where the binding is written.
    pub fn position(&self) -> Position {
        Position::new(self.block, self.at)
    }
}

impl MemberBinding {
    pub fn position(&self) -> Position {
        Position::new(self.scope, self.at)
    }
}

impl Reference {
    pub fn position(&self) -> Position {
        Position::new(self.scope, self.at)
    }
}

impl Facts {
    /// The modules within the file that stand around a scope, as `outer/inner#`; empty where there are none.
    pub fn modules_around(&self, scope: ScopeId) -> String {
        let mut names = Vec::new();
        let mut id = self.scope(scope).owner;
        while !id.is_file() {
            let definition = self.definition(id);
            if definition.kind == NodeKind::Module {
                names.push(self.text(definition.name));
            }
            id = definition.parent;
        }
        names.reverse();
        if names.is_empty() { String::new() } else { format!("{}#", names.join("/")) }
    }
}
