//! The index: what a repository contains, by name. Files, units, scopes, definitions, the targets of imports and what
//! modules export. It answers from facts alone: no expression is evaluated here.

mod build;
pub mod definitions;
pub mod exports;
pub mod fingerprints;
pub mod ids;
pub mod import_targets;
pub mod imports;
pub mod names;
mod partial_types;
mod projects;
mod repository;
pub mod snapshot;
pub mod type_names;
mod units;

pub use repository::{Index, SourceFile};
