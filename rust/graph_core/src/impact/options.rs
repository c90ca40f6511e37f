//! The options of an impact analysis: how far and over which edges it goes, and how many results it lists.

use serde::{Deserialize, Serialize};

use crate::answer::hundredths;
use crate::error::{Error, Result};
use crate::graph::EdgeKind;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The largest distance of an affected symbol in edges; 0: no limit.
    pub depth: u32,
    /// Edges with a lower confidence are not followed; in 0..1.
    pub min_confidence: f64,
    /// The kinds of edges that are followed. CONTAINS and TESTS are never followed.
    pub kinds: Vec<EdgeKind>,
    /// The number of affected symbols that are listed.
    pub max_affected: usize,
    /// The largest distance of a listed test from a change, in steps: a call is one step, any other edge two; 0: no limit.
    pub test_depth: u32,
}

/// Measured on the mutants of `bench/impact`: nearly all failing tests are within it, and in a program whose tests all use
/// one entry point it leaves out half of the tests.
const TEST_DEPTH: u32 = 10;

impl Default for Options {
    fn default() -> Self {
        use EdgeKind::{Calls, Extends, Implements, Imports, Overrides, Reads, References, UsesType};
        Options {
            depth: 3,
            min_confidence: 0.5,
            kinds: vec![Calls, Overrides, Extends, Implements, UsesType, Reads, References, Imports],
            max_affected: 1000,
            test_depth: TEST_DEPTH,
        }
    }
}

impl Options {
    /// Parses JSON. Missing options have their defaults. `BadOption` if it is not valid.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        let options: Options = serde_json::from_slice(json)
            .map_err(|e| Error::BadOption(format!("the options cannot be read: {e}")))?;
        if hundredths(options.min_confidence).is_none() {
            return Err(Error::BadOption(format!(
                "min_confidence must be between 0 and 1, and is {}",
                options.min_confidence
            )));
        }
        Ok(options)
    }

    pub(super) fn min_confidence_hundredths(&self) -> u8 {
        hundredths(self.min_confidence).unwrap_or(0)
    }

    /// Edges of that kind are followed from an affected symbol to the next.
    pub(super) fn follows(&self, kind: EdgeKind) -> bool {
        !matches!(kind, EdgeKind::Contains | EdgeKind::Imports | EdgeKind::Tests)
            && self.kinds.contains(&kind)
    }
}
