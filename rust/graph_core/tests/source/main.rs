//! Tests of `source`: a directory and a commit with the same content give the same listing, and every file that is left
//! out has a reason.

#![allow(clippy::unwrap_used)]

mod listings;
mod refusals;
mod repository;
mod texts;
