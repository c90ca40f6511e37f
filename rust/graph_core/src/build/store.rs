//! Stores a build as an artefact: the graph for queries, and the facts for the next build. Each file's facts are
//! compressed separately and once, so that storing a later version compresses only the new ones.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Built;
use crate::artifact::{self, Section};
use crate::compressed::Compressed;
use crate::error::Result;
use crate::facts::Facts;

/// Facts by path and git blob id.
pub type KnownFacts = FxHashMap<(String, [u8; 20]), FileFacts>;

/// The facts of one file, with their compressed form once it was asked for.
#[derive(Clone)]
pub struct FileFacts {
    pub facts: Arc<Facts>,
    compressed: Arc<OnceLock<Compressed>>,
}

/// The section of `Row`s, in the order of the compressed facts.
const INDEX: &str = "facts.index";
const FACTS: &str = "facts";
/// The most bytes that one file's facts are decompressed to, whatever the index says.
const MAX_BYTES: usize = 1 << 28;

/// Path, blob id, compressed and raw length in bytes.
type Row = (String, [u8; 20], u32, u32);

impl FileFacts {
    pub fn new(facts: Arc<Facts>) -> Self {
        FileFacts { facts, compressed: Arc::default() }
    }

    fn compressed(&self) -> Result<&Compressed> {
        if let Some(compressed) = self.compressed.get() {
            return Ok(compressed);
        }
        let compressed = Compressed::of(std::slice::from_ref(self.facts.as_ref()))?;
        Ok(self.compressed.get_or_init(|| compressed))
    }
}

/// Writes the graph and its facts as one artefact.
pub fn save(path: &Path, built: &Built) -> Result<()> {
    let mut files: Vec<_> = built.facts.iter().collect();
    files.sort_unstable_by(|a, b| a.0.cmp(b.0));
    let (graph, compressed) = rayon::join(
        || artifact::graph_sections_with(&built.graph, nodes_section(built)?),
        || files.par_iter().map(|(_, file)| file.compressed()).collect::<Result<Vec<_>>>(),
    );
    let compressed = compressed?;
    let row =
        |key: &(String, [u8; 20]), c: &Compressed| (key.0.clone(), key.1, c.bytes.len() as u32, c.raw_length);
    let index: Vec<Row> = files.iter().zip(&compressed).map(|((key, _), c)| row(key, c)).collect();
    let facts: Vec<&[u8]> = compressed.iter().map(|c| c.bytes.as_slice()).collect();
    let mut sections = graph?;
    sections.push(Section::new(INDEX, artifact::encode(&index)?));
    sections.push(Section::compressed(FACTS, Vec::new()).followed_by(facts));
    artifact::write(path, &sections)
}

/// The nodes of the graph, in the compressed form that the resolver keeps of each file.
fn nodes_section(built: &Built) -> Result<Section<'_>> {
    let compressed =
        built.memory.nodes.par_iter().map(|file| file.compressed()).collect::<Result<Vec<_>>>()?;
    artifact::nodes_section(&built.graph, compressed.into_iter())
}

/// The facts in an artefact, by path and content.
pub fn load(path: &Path) -> Result<KnownFacts> {
    let artifact = artifact::open(path)?;
    let index: Vec<Row> = artifact.value(INDEX)?.unwrap_or_default();
    let all = artifact.section(FACTS)?.unwrap_or_default();
    let mut rest = all.as_slice();
    let mut rows = Vec::with_capacity(index.len());
    for (name, blob, length, raw_length) in index {
        let split = rest.split_at_checked(length as usize);
        let (bytes, after) = split.ok_or_else(|| artifact.bad("its facts are cut short"))?;
        rows.push((name, blob, bytes, raw_length));
        rest = after;
    }
    rows.into_par_iter()
        .map(|(name, blob, compressed, raw_length)| {
            let bytes = zstd::bulk::decompress(compressed, (raw_length as usize).min(MAX_BYTES))
                .map_err(|_| artifact.bad("its facts cannot be unpacked"))?;
            let mut facts: Facts = artifact::decode(&bytes, path)?;
            if let Some(table) = facts.invalid_table() {
                return Err(artifact.bad(&format!("the {table} of its facts are not sound")));
            }
            facts.strings.reindex();
            let file = FileFacts::new(Arc::new(facts));
            let _ = file.compressed.set(Compressed { bytes: compressed.to_vec(), raw_length });
            Ok(((name, blob), file))
        })
        .collect()
}
