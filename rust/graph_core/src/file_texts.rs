//! Reads the texts of a graph's files by path, from their repository or from a text pack: a file made of them, for
//! answering questions where the repository is not available.

use std::path::{Path, PathBuf};

use crate::artifact::{self, Section};
use crate::error::Result;
use crate::graph::Graph;
use crate::source::{Limits, Source, read_files};

pub enum FileTexts {
    Source(Source),
    /// The path of a text pack.
    Pack(PathBuf),
}

/// The section of `Row`s, sorted by path, which is also the order of the compressed texts.
const INDEX: &str = "texts.index";
const TEXTS: &str = "texts";
const LEVEL: i32 = 3;

/// Path, compressed and raw length in bytes.
type Row = (String, u32, u32);

impl FileTexts {
    /// The texts of a commit of the repository `root`; without a commit those of the directory `root`, or of the text
    /// pack `root` if that is a file.
    pub fn at(root: PathBuf, commit: Option<String>) -> Self {
        match commit {
            Some(revision) => FileTexts::Source(Source::Commit { repo: root, revision }),
            None if root.is_file() => FileTexts::Pack(root),
            None => FileTexts::Source(Source::Directory(root)),
        }
    }

    /// The text of each path, in the order of `paths`. None: no such file, or one beyond the limits.
    pub fn read<P: AsRef<str> + Sync>(&self, paths: &[P], limits: &Limits) -> Result<Vec<Option<Vec<u8>>>> {
        match self {
            FileTexts::Source(source) => read_files(source, paths, limits),
            FileTexts::Pack(file) => read_pack(file, paths, limits.file_bytes),
        }
    }
}

/// Writes a text pack of the files of a graph to `path`.
pub fn pack(texts: &FileTexts, graph: &Graph, path: &Path, limits: &Limits) -> Result<()> {
    let paths: Vec<&str> = graph.files.iter().map(|f| &*f.path).collect();
    let read = texts.read(&paths, limits)?;
    let mut index: Vec<Row> = Vec::new();
    let mut all = Vec::new();
    for (path, text) in paths.iter().zip(read) {
        let Some(text) = text else { continue };
        let compressed = zstd::bulk::compress(&text, LEVEL).map_err(|e| crate::Error::io(*path, e))?;
        index.push(((*path).to_owned(), compressed.len() as u32, text.len() as u32));
        all.extend_from_slice(&compressed);
    }
    let sections = [Section::new(INDEX, artifact::encode(&index)?), Section::compressed(TEXTS, all)];
    artifact::write(path, &sections)
}

fn read_pack<P: AsRef<str>>(file: &Path, paths: &[P], max_bytes: u64) -> Result<Vec<Option<Vec<u8>>>> {
    let artifact = artifact::open(file)?;
    let index: Vec<Row> = artifact.value(INDEX)?.ok_or_else(|| artifact.bad("it holds no texts"))?;
    let all = artifact.section(TEXTS)?.unwrap_or_default();
    let mut starts = Vec::with_capacity(index.len());
    let mut start = 0usize;
    for (_, length, _) in &index {
        starts.push(start);
        start = start.saturating_add(*length as usize);
    }
    paths
        .iter()
        .map(|path| {
            let Ok(at) = index.binary_search_by(|row| row.0.as_str().cmp(path.as_ref())) else {
                return Ok(None);
            };
            let (_, length, raw_length) = &index[at];
            if u64::from(*raw_length) > max_bytes {
                return Ok(None);
            }
            let compressed = all.get(starts[at]..starts[at] + *length as usize);
            let compressed = compressed.ok_or_else(|| artifact.bad("its texts are cut short"))?;
            let text = zstd::bulk::decompress(compressed, *raw_length as usize)
                .map_err(|_| artifact.bad("its texts cannot be unpacked"))?;
            Ok(Some(text))
        })
        .collect()
}
