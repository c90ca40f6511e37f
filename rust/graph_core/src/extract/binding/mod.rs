//! Binding: which names are declared where, and to what value or type. Knows nothing of definitions' signatures.

pub mod assignments;
pub mod binder;
pub mod bindings;
pub mod collections;
pub mod contexts;
pub mod destructuring;
pub mod enum_members;
pub mod fields;
pub mod matches;
