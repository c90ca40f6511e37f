//! The core of kodus-ast: source in, call graph, changes and impact out. Modules in reading order.
//!
//! `source` gives files, `extract` turns one file into `facts`, `resolve` turns all facts into a `graph`;
//! `changes` compares two graphs and `impact` follows a change backwards. `artifact` stores a graph.

#[cfg(feature = "python")]
mod allocator;
pub mod answer;
pub mod arena;
pub mod artifact;
pub mod build;
pub mod changes;
#[cfg(feature = "python")]
mod confine;
pub mod content;
pub mod diff;
pub mod error;
pub mod export;
pub mod extract;
pub mod facts;
pub mod graph;
pub mod impact;
pub mod languages;
pub mod overlap;
pub mod packed;
mod platform;
#[cfg(feature = "python")]
mod python;
pub mod query;
pub mod resolve;
mod rows;
#[cfg(test)]
mod sketch;
pub mod source;
pub mod texts;
pub mod twins;
pub mod validate;

pub use error::{Error, Result};
