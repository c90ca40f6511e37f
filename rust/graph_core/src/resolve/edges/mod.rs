//! Edges: resolves the references of every file, finds entry points and builds the graph.
//!
//! Offers `resolve_file` (the outcomes of one file's references), `nodes` (the nodes of all files) and `assemble` (the
//! graph). The other layers do not depend on it.

pub mod assemble;
mod awaited;
mod builder;
mod call_shapes;
mod calls;
mod dispatch;
mod entry_points;
mod handlers;
mod implied_calls;
mod import_edges;
pub mod nodes;
pub mod outcome;
mod overrides;
mod reference_edges;
mod references;
mod test_edges;
mod type_uses;
mod value_uses;

pub use references::resolve_file;
