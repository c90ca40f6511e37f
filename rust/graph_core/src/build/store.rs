//! Storing what was built: the graph for questions, and the facts for the next build. Each file's facts are packed
//! by themselves and once, so that storing a later version packs only what is new.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Built;
use crate::artifact::{self, Section};
use crate::error::Result;
use crate::facts::Facts;
use crate::compressed::Compressed;

/// Facts by path and content: what an earlier build knows.
pub type Known = FxHashMap<(String, [u8; 20]), KnownFile>;

#[derive(Clone)]
pub struct KnownFile {
    pub facts: Arc<Facts>,
    packed: Arc<OnceLock<Packed>>,
}

/// Paths, blob ids, packed and unpacked lengths, in the order of the packed facts.
const INDEX: &str = "facts.index";
const FACTS: &str = "facts";
/// Facts of one file that say they are larger than this are not believed.
const LARGEST: usize = 1 << 28;

type Row = (String, [u8; 20], u32, u32);

impl KnownFile {
    pub fn new(facts: Arc<Facts>) -> Self {
        KnownFile { facts, packed: Arc::default() }
    }

    fn packed(&self) -> Result<&Packed> {
        if let Some(packed) = self.packed.get() {
            return Ok(packed);
        }
        let packed = Packed::of(std::slice::from_ref(self.facts.as_ref()))?;
        Ok(self.packed.get_or_init(|| packed))
    }
}

/// Writes the graph and its facts as one artefact.
pub fn save(path: &Path, built: &Built) -> Result<()> {
    let mut files: Vec<_> = built.known.iter().collect();
    files.sort_unstable_by(|a, b| a.0.cmp(b.0));
    let (graph, packed) = rayon::join(
        || artifact::graph_sections_with(&built.graph, nodes(built)?),
        || files.par_iter().map(|(_, file)| file.packed()).collect::<Result<Vec<_>>>(),
    );
    let packed = packed?;
    let row = |key: &(String, [u8; 20]), p: &Packed| (key.0.clone(), key.1, p.bytes.len() as u32, p.length);
    let index: Vec<Row> = files.iter().zip(&packed).map(|((key, _), p)| row(key, p)).collect();
    let facts: Vec<&[u8]> = packed.iter().map(|p| p.bytes.as_slice()).collect();
    let mut sections = graph?;
    sections.push(Section::new(INDEX, artifact::encode(&index)?));
    sections.push(Section::dense(FACTS, Vec::new()).followed_by(facts));
    artifact::write(path, &sections)
}

/// The nodes of the graph, those of each file as they were packed when they were made.
fn nodes(built: &Built) -> Result<Section<'_>> {
    let packed = built.memory.nodes.par_iter().map(|file| file.packed()).collect::<Result<Vec<_>>>()?;
    artifact::nodes_section(&built.graph, packed.into_iter())
}

/// The facts in an artefact, by path and content.
pub fn load(path: &Path) -> Result<Known> {
    let artifact = artifact::open(path)?;
    let index: Vec<Row> = artifact.value(INDEX)?.unwrap_or_default();
    let all = artifact.section(FACTS)?.unwrap_or_default();
    let mut rest = all.as_slice();
    let mut rows = Vec::with_capacity(index.len());
    for (name, blob, taken, length) in index {
        let cut = rest.split_at_checked(taken as usize);
        let (packed, left) = cut.ok_or_else(|| artifact.bad("its facts are cut short"))?;
        rows.push((name, blob, packed, length));
        rest = left;
    }
    rows.into_par_iter()
        .map(|(name, blob, packed, length)| {
            let bytes = zstd::bulk::decompress(packed, (length as usize).min(LARGEST))
                .map_err(|_| artifact.bad("its facts cannot be unpacked"))?;
            let mut facts: Facts = artifact::decode(&bytes, path)?;
            if let Some(table) = facts.flaw() {
                return Err(artifact.bad(&format!("the {table} of its facts are not sound")));
            }
            facts.strings.reindex();
            let known = KnownFile::new(Arc::new(facts));
            let _ = known.packed.set(Packed { bytes: packed.to_vec(), length });
            Ok(((name, blob), known))
        })
        .collect()
}
