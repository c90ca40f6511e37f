//! Options: how far an impact is followed, over which edges, and how much of it is listed.

use serde::{Deserialize, Serialize};

use crate::answer::hundredths;
use crate::error::{Error, Result};
use crate::graph::EdgeKind;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How many edges away; 0: no limit.
    pub depth: u32,
    /// Edges below are not followed; in 0..1.
    pub min_confidence: f64,
    /// The edges that are followed; CONTAINS and TESTS never are.
    pub kinds: Vec<EdgeKind>,
    /// How many affected symbols are listed.
    pub max_affected: usize,
    /// How many steps away from a change the tests are that are told, of which one that is no call counts twice; 0: all
    /// that reach it.
    pub test_depth: u32,
}

/// Of the mutants of `bench/impact` nearly all have their failing tests within it, and beyond it is half of what is
/// told of a program whose tests all go through one door.
const TEST_DEPTH: u32 = 10;

impl Default for Options {
    fn default() -> Self {
        use EdgeKind::{Calls, Extends, Implements, Imports, Overrides, UsesType};
        Options {
            depth: 3,
            min_confidence: 0.5,
            kinds: vec![Calls, Overrides, Extends, Implements, UsesType, Imports],
            max_affected: 1000,
            test_depth: TEST_DEPTH,
        }
    }
}

impl Options {
    /// From JSON; what is not given has its default.
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

    pub(super) fn least_confidence(&self) -> u8 {
        hundredths(self.min_confidence).unwrap_or(0)
    }

    /// Edges of that kind lead from an affected symbol to the next.
    pub(super) fn follows(&self, kind: EdgeKind) -> bool {
        !matches!(kind, EdgeKind::Contains | EdgeKind::Imports | EdgeKind::Tests)
            && self.kinds.contains(&kind)
    }
}
