//! Reads whole files by path, decoded as the build reads them. Paths that no listing contains are not read.

use rayon::prelude::*;

use crate::Result;

use super::excerpts::{is_listable, read_ranges};
use super::{Limits, Origin, Source, Store, commit, directory, text};

/// The texts of `paths`, in their order, without a byte-order mark, UTF-16 converted to UTF-8, otherwise unchanged. None
/// if there is no such file, or it exceeds the limits.
pub fn read_files<P: AsRef<str> + Sync>(
    source: &Source,
    paths: &[P],
    limits: &Limits,
) -> Result<Vec<Option<Vec<u8>>>> {
    let (origin, tree) = match source {
        Source::Directory(path) => (Origin::Disk(directory::real_directory(path)?), None),
        Source::Commit { repo, revision } => {
            let found = commit::open(repo, revision)?;
            (Origin::Objects(Box::new(found.store)), found.tree)
        }
        Source::BeforeDiff { .. } => {
            let whole: Vec<_> = paths.iter().map(|path| (path.as_ref().to_owned(), 1, u32::MAX)).collect();
            let texts = read_ranges(source, &whole, limits)?;
            return Ok(texts.into_iter().map(|text| text.map(String::into_bytes)).collect());
        }
    };
    let read = |store: &mut Store, path: &str| {
        let object = match (&*store, tree) {
            (Store::Objects(repo), Some(tree)) => commit::blob_at(repo, tree, path),
            _ => None,
        };
        store.read(path, object, limits.file_bytes).ok().map(text::decode)
    };
    Ok(paths
        .par_iter()
        .map_init(
            || origin.store(),
            |store, path| is_listable(path.as_ref()).then(|| read(store, path.as_ref())).flatten(),
        )
        .collect())
}
