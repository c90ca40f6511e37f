//! Expressions that call nothing and bind nothing: names, members and values as they are written.

pub mod members;
pub mod names;
pub mod values;
