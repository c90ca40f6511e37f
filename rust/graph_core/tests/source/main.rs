//! Source: a directory and a commit of the same content give the same listing, and what is left out has a reason.

#![allow(clippy::unwrap_used)]

mod listings;
mod refusals;
mod repository;
mod texts;
