//! Edges: the references of every file become edges, with the four states of a reference; entry points, dispatch and
//! the graph.
//!
//! Offers `resolve_file` (the outcomes of one file's references), `nodes` and `assemble` (the graph of all outcomes).
//! Nothing in `resolve` below it knows it.

pub mod assemble;
mod awaited;
mod call_forms;
mod calls;
mod dispatch;
mod entry_points;
mod implied;
pub mod nodes;
pub mod outcome;
mod references;
mod tested;
mod type_uses;


pub use references::resolve_file;
