//! A definition of the repository: its file, and which of the file's definitions it is.

use std::hash::Hash;

use serde::{Deserialize, Serialize};

use crate::facts::DefinitionId;
use crate::graph::NodeKind;

/// A definition of the repository: its file, and which of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Def {
    pub file: u32,
    pub id: DefinitionId,
}

/// Is it a type whose members are looked up?
pub fn holds_members(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Class | NodeKind::Interface | NodeKind::Enum | NodeKind::Type | NodeKind::Module)
}
