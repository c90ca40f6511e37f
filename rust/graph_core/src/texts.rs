//! Texts: the files that a graph was built from, read by path: in their repository, or in a pack that was made of
//! them so that questions can be answered where the repository is not.

use std::path::{Path, PathBuf};

use crate::artifact::{self, Section};
use crate::error::Result;
use crate::graph::Graph;
use crate::source::{Limits, Source, read_files};

pub enum Texts {
    At(Source),
    Packed(PathBuf),
}

/// Paths, packed and unpacked lengths, in the order of the packed texts, which is that of the paths.
const INDEX: &str = "texts.index";
const TEXTS: &str = "texts";
const LEVEL: i32 = 3;

type Row = (String, u32, u32);

impl Texts {
    /// Of a pack, if `root` is a file; else of a directory or of a commit.
    pub fn at(root: PathBuf, commit: Option<String>) -> Self {
        match commit {
            Some(revision) => Texts::At(Source::Commit { repo: root, revision }),
            None if root.is_file() => Texts::Packed(root),
            None => Texts::At(Source::Directory(root)),
        }
    }

    /// The text of each path, in their order. None: no such file, or one beyond the limits.
    pub fn read<P: AsRef<str> + Sync>(&self, paths: &[P], limits: &Limits) -> Result<Vec<Option<Vec<u8>>>> {
        match self {
            Texts::At(source) => read_files(source, paths, limits),
            Texts::Packed(file) => unpacked(file, paths, limits.file_bytes),
        }
    }
}

/// Packs the files of a graph at `path`.
pub fn pack(texts: &Texts, graph: &Graph, path: &Path, limits: &Limits) -> Result<()> {
    let paths: Vec<&str> = graph.files.iter().map(|f| &*f.path).collect();
    let read = texts.read(&paths, limits)?;
    let mut index: Vec<Row> = Vec::new();
    let mut all = Vec::new();
    for (path, text) in paths.iter().zip(read) {
        let Some(text) = text else { continue };
        let packed = zstd::bulk::compress(&text, LEVEL).map_err(|e| artifact_error(path.as_ref(), &e))?;
        index.push(((*path).to_owned(), packed.len() as u32, text.len() as u32));
        all.extend_from_slice(&packed);
    }
    let sections = [Section::new(INDEX, artifact::encode(&index)?), Section::dense(TEXTS, all)];
    artifact::write(path, &sections)
}

fn unpacked<P: AsRef<str>>(file: &Path, paths: &[P], most: u64) -> Result<Vec<Option<Vec<u8>>>> {
    let artifact = artifact::open(file)?;
    let index: Vec<Row> = artifact.value(INDEX)?.ok_or_else(|| artifact.bad("it holds no texts"))?;
    let all = artifact.section(TEXTS)?.unwrap_or_default();
    let mut starts = Vec::with_capacity(index.len());
    let mut start = 0usize;
    for (_, taken, _) in &index {
        starts.push(start);
        start = start.saturating_add(*taken as usize);
    }
    paths
        .iter()
        .map(|path| {
            let Ok(at) = index.binary_search_by(|row| row.0.as_str().cmp(path.as_ref())) else {
                return Ok(None);
            };
            let (_, taken, length) = &index[at];
            if u64::from(*length) > most {
                return Ok(None);
            }
            let packed = all.get(starts[at]..starts[at] + *taken as usize);
            let packed = packed.ok_or_else(|| artifact.bad("its texts are cut short"))?;
            let text = zstd::bulk::decompress(packed, *length as usize)
                .map_err(|_| artifact.bad("its texts cannot be unpacked"))?;
            Ok(Some(text))
        })
        .collect()
}

fn artifact_error(path: &Path, reason: &std::io::Error) -> crate::Error {
    crate::Error::io(path, reason)
}
