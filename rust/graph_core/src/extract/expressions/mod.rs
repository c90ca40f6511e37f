//! Expressions that neither call nor bind: names, members and values.

pub mod members;
pub mod names;
pub mod values;
