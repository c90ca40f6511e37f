//! Positions: where in a file something is written, as far as it matters for what names mean there.

use serde::{Deserialize, Serialize};

use super::{Binding, MemberBinding, Reference, ScopeId};

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
