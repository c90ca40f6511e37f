//! The index: what there is in a repository, by name. Files, units, scopes, definitions, where imports lead and what
//! modules export. It answers from facts alone and must not know values: nothing is evaluated here.

mod build;
pub mod definitions;
pub mod exports;
pub mod fingerprints;
pub mod import_targets;
pub mod imports;
mod names;
mod partial_types;
mod projects;
mod repository;
pub mod snapshot;
mod units;
pub mod written;


pub use repository::{BUILTIN, Index, SourceFile, builtin_package, unknown_package};
