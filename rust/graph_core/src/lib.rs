//! The core of kodus-ast: builds a call graph of source code, compares graphs and computes the impact of a change.
//!
//! `source` lists and reads files, `extract` turns one file into `facts`, `resolve` turns all facts into a `graph`,
//! `changes` compares two graphs, and `impact` follows changes backwards to what they affect. `artifact` stores a graph.

#[cfg(feature = "python")]
mod allocator;
pub mod answer;
pub mod arena;
pub mod artifact;
pub mod build;
pub mod changes;
pub mod compressed;
#[cfg(feature = "python")]
mod confine;
pub mod content;
pub mod diff;
pub mod error;
pub mod export;
pub mod extract;
pub mod facts;
pub mod file_facts;
pub mod file_texts;
pub mod graph;
pub mod hashing;
pub mod impact;
pub mod languages;
pub mod overlap;
mod platform;
#[cfg(feature = "python")]
mod python;
pub mod query;
pub mod resolve;
pub mod source;
mod sparse_rows;
#[cfg(test)]
mod test_graph;
pub mod twins;
pub mod validate;

pub use error::{Error, Result};
