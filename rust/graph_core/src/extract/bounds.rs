//! Bounds of the work on one text.

use std::time::Duration;

/// What bounds the work on one file.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Deepest nesting of the syntax tree.
    pub depth: u32,
    pub time: Duration,
    /// Most nodes of the syntax tree.
    pub nodes: u64,
}
