//! Types: evaluates the expressions of one file with the index and the tables of the previous round.
//!
//! Offers `Evaluator` with `value_of` (the values of an expression), `type_of` (the values of an expression in a
//! type position), `member` (the values of `object.name`), `exported` (what a module exports under a name),
//! `select_overload` (the definitions that a call selects) and `parameter_for` (the parameter that an argument is for).
//! It does not depend on the expressions of other files, on how tables are made, on edges and the graph.

pub mod arguments;
mod bindings;
pub mod containers;
mod declared_values;
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
mod reaching_bindings;
mod receivers;
pub mod tables;
mod type_distance;
pub mod value;
mod wildcards;
mod written_types;
