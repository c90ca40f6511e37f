//! Types: what an expression of one file is, as far as the index and the tables of the round before let it be known.
//!
//! Offers `Evaluator` with `value_of` (what an expression may stand for), `type_of` (what an expression in the place of
//! a type stands for), `member` (what `object.name` is), `exported` (what a module gives under a name) and
//! `select_overload` with `parameter_index` (which definition and which parameter an argument is for).
//! Must not know: other files' expressions, how tables are made, edges and the graph.

pub mod arguments;
mod bindings;
pub mod containers;
pub mod evaluator;
mod exports;
mod expressions;
mod fixtures;
pub mod hierarchy;
mod inherited;
mod members;
mod memo;
mod names;
pub mod overloads;
mod reaching;
mod receivers;
pub mod tables;
mod type_distance;
pub mod value;
mod wildcards;
mod written_types;
