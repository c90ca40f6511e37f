//! Calls: what is called with which arguments. Does not decide what a call means for a language whose calls declare
//! things in the code of a type: `type_body` does.

pub mod call;
pub mod callbacks;
mod callee;
pub mod element;
pub mod initializers;
pub mod super_calls;
