//! Definitions of the repository: the pair of a file and a definition of that file.

use std::hash::Hash;

use serde::{Deserialize, Serialize};

use crate::facts::DefinitionId;
use crate::graph::{FileId, NodeKind};

/// A definition of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Def {
    pub file: FileId,
    pub id: DefinitionId,
}

/// Can a definition of this kind have members: is it a type or a module?
pub fn holds_members(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Class | NodeKind::Interface | NodeKind::Enum | NodeKind::Type | NodeKind::Module)
}
