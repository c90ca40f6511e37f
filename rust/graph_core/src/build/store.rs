//! Storing what was built: the graph for questions, and the facts for the next build, in sections of their own.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Built, Known};
use crate::artifact::{self, Section};
use crate::error::Result;
use crate::facts::Facts;

const FACTS: &str = "facts";

#[derive(Serialize, Deserialize)]
struct Stored {
    path: String,
    blob: [u8; 20],
    facts: Vec<u8>,
}

/// Writes the graph and its facts as one artefact.
pub fn save(path: &Path, built: &Built) -> Result<()> {
    let mut keys: Vec<_> = built.known.iter().collect();
    keys.sort_unstable_by(|a, b| a.0.cmp(b.0));
    let stored: Vec<Stored> = keys
        .into_par_iter()
        .map(|((path, blob), facts)| {
            Ok(Stored { path: path.clone(), blob: *blob, facts: artifact::encode(facts.as_ref())? })
        })
        .collect::<Result<_>>()?;
    let facts = Section { name: FACTS, bytes: artifact::encode(&stored)? };
    artifact::write(path, &[artifact::graph_section(&built.graph)?, facts])
}

/// The facts in an artefact, by path and content.
pub fn load(path: &Path) -> Result<Known> {
    let stored: Vec<Stored> = artifact::open(path)?.value(FACTS)?.unwrap_or_default();
    stored
        .into_par_iter()
        .map(|stored| {
            let mut facts: Facts = artifact::decode(&stored.facts, path)?;
            facts.strings.reindex();
            Ok(((stored.path, stored.blob), Arc::new(facts)))
        })
        .collect()
}
