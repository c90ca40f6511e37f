//! Ids of the index: units, folders and packages. Files have `graph::FileId`.

use serde::{Deserialize, Serialize};

use crate::hashing::NameHash;

/// Files that share their top-level names, by index into the index's units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnitId(pub u32);

impl UnitId {
    pub(super) fn at(self) -> usize {
        self.0 as usize
    }
}

/// A folder of the repository, by index into `Index::folders`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FolderId(pub u32);

/// A package outside of the repository, by the hash of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PackageHash(NameHash);

/// The name of the package that stands for the language's own library.
pub const BUILTIN: &str = "builtin";

impl PackageHash {
    pub fn of(name: &str) -> Self {
        PackageHash(NameHash::of(name))
    }

    /// The package `BUILTIN`.
    pub fn builtin() -> Self {
        PackageHash::of(BUILTIN)
    }

    /// A package whose name is not known.
    pub fn unknown() -> Self {
        PackageHash::of("")
    }
}
