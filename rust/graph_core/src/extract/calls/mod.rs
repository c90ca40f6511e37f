//! Calls: what is called with which arguments. What a call declares in the
//! code of a type is decided in `type_body`.

pub mod call;
pub mod callbacks;
mod callee;
pub mod element;
pub mod initializers;
pub mod super_calls;
