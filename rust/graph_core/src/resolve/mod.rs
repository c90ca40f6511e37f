//! Resolve: the facts of all files → a graph, each edge with its confidence and the rule that found it.
//!
//! Four layers, each of which calls only those below it: `edges` (references to edges, the graph), `collect` (rounds
//! over all files), `types` (what an expression is), `index` (what there is, by name).

mod collect;
mod edges;
mod faults;
mod incremental;
mod index;
mod memory;
mod types;

use rustc_hash::FxHashMap;

use crate::error::Error;
use crate::graph::{Graph, Skipped};
use crate::resolve::incremental::resolve_once;
use crate::resolve::index::Index;
use crate::source::skip;

pub use faults::{FileObserver, NoObserver};
pub use index::SourceFile;
pub use memory::Memory;

/// The graph of a repository, and what a later version of it can be resolved faster with. `files` must be sorted
/// by path, `blobs` are their contents' ids, `before` is an earlier version's memory: it changes the time that it
/// takes and nothing else. A file that it panics at is skipped, and all is as if it had not been there; more than three
/// such files are an error.
pub fn resolve(
    mut files: Vec<SourceFile>,
    blobs: &[[u8; 20]],
    configurations: FxHashMap<String, String>,
    mut skipped: Vec<Skipped>,
    before: Option<&Memory>,
    watch: &dyn FileObserver,
) -> Result<(Graph, Memory), Error> {
    let mut blobs = blobs.to_vec();
    let mut left_out = Vec::new();
    loop {
        let mut index = Index::new(files, configurations.clone(), before.map(|memory| &memory.index), watch);
        let faulty = match resolve_once(&mut index, &blobs, &skipped, before, watch) {
            Ok(done) => return Ok(done),
            Err(faulty) => faulty,
        };
        let path_of = |file: &u32| index.files[*file as usize].path.clone();
        left_out.extend(faulty.iter().map(path_of));
        if left_out.len() > faults::MOST {
            left_out.sort_unstable();
            return Err(Error::PoisonedFiles(left_out));
        }
        let failed = |path| Skipped { path, reason: skip::NOT_RESOLVED.to_owned() };
        skipped.extend(faulty.iter().map(path_of).map(failed));
        skipped.sort_unstable();
        let mut numbers = 0..;
        let mut stays = || numbers.next().is_some_and(|number| !faulty.contains(&number));
        files = index.files;
        (files, blobs) = files.into_iter().zip(blobs).filter(|_| stays()).unzip();
    }
}
