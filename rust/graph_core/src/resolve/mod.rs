//! Resolve: from the facts of all files to a graph, each edge with its confidence and the rule that found it.
//!
//! Four layers, each of which calls only those below it:
//! - `edges` turns references into edges and builds the graph,
//! - `collect` gathers in rounds over all files what functions return, fields hold and parameters receive,
//! - `types` evaluates expressions,
//! - `index` finds files, units and definitions by name.

mod collect;
mod edges;
mod faults;
mod incremental;
mod index;
mod memory;
mod types;

use rustc_hash::FxHashMap;

use crate::error::Error;
use crate::graph::{FileId, Graph, Skipped};
use crate::resolve::incremental::resolve_once;
use crate::resolve::index::Index;
use crate::source::skip;

pub use faults::{FileObserver, NoObserver};
pub use index::SourceFile;
pub use memory::Memory;

/// The graph of a repository, and a memory with which a later version of it is resolved faster. `files` must be sorted
/// by path, `blobs` are the ids of their contents, `before` is the memory of an earlier version: it changes the time
/// that resolving takes and nothing else. A file at which the resolver panics is skipped, and the result is the same as
/// without that file; more than three such files are an error.
pub fn resolve(
    mut files: Vec<SourceFile>,
    blobs: &[[u8; 20]],
    configurations: FxHashMap<String, String>,
    mut skipped: Vec<Skipped>,
    before: Option<&Memory>,
    observer: &dyn FileObserver,
) -> Result<(Graph, Memory), Error> {
    let mut blobs = blobs.to_vec();
    let mut left_out = Vec::new();
    loop {
        let mut index =
            Index::new(files, configurations.clone(), before.map(|memory| &memory.snapshot), observer);
        let failed = match resolve_once(&mut index, &blobs, &skipped, before, observer) {
            Ok(done) => return Ok(done),
            Err(failed) => failed,
        };
        let path_of = |file: &FileId| index.source(*file).path.clone();
        left_out.extend(failed.iter().map(path_of));
        if left_out.len() > faults::MOST_FAILED {
            left_out.sort_unstable();
            return Err(Error::PoisonedFiles(left_out));
        }
        let skip = |path| Skipped { path, reason: skip::NOT_RESOLVED.to_owned() };
        skipped.extend(failed.iter().map(path_of).map(skip));
        skipped.sort_unstable();
        let mut ids = (0..).map(FileId);
        let mut is_kept = || ids.next().is_some_and(|file| !failed.contains(&file));
        files = index.files;
        (files, blobs) = files.into_iter().zip(blobs).filter(|_| is_kept()).unzip();
    }
}
