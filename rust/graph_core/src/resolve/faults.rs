//! Faults: running work for every file on its own. If the work on a file panics, the other files are finished first, so
//! that the reported files do not depend on the order of threads.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::graph::FileId;
use crate::resolve::index::SourceFile;

/// The most files of a repository that may fail; more of them point to a fault of the resolver.
pub(super) const MOST_FAILED: usize = 3;

/// The files at which the work panicked, in order.
pub type FailedFiles = Vec<FileId>;

/// Is notified when the work on a file begins and ends, on the thread that does it; several times for each file,
/// because there are several rounds.
pub trait FileObserver: Sync {
    fn begin(&self, _path: &str) {}
    fn end(&self) {}
    /// Suspect files are tried before the others, one after the other.
    fn is_suspect(&self, _path: &str) -> bool {
        false
    }
}

/// An observer that ignores everything.
pub struct NoObserver;

impl FileObserver for NoObserver {}

/// The results of `work` for each file, in the order of files; Err if it panicked at some.
pub fn map_files<T: Send>(
    files: &[SourceFile],
    observer: &dyn FileObserver,
    work: impl Fn(FileId) -> T + Sync,
) -> Result<Vec<T>, FailedFiles> {
    let guarded = |file: FileId| {
        let result = catch_unwind(AssertUnwindSafe(|| {
            observer.begin(&files[file.at()].path);
            work(file)
        }));
        observer.end();
        result.ok()
    };
    let all = 0..files.len() as u32;
    // The results are dropped: a suspect that does not end the process now does not end it below.
    all.clone()
        .map(FileId)
        .filter(|file| observer.is_suspect(&files[file.at()].path))
        .for_each(|file| drop(guarded(file)));
    let results: Vec<Option<T>> = all.into_par_iter().map(FileId).map(guarded).collect();
    if results.iter().all(Option::is_some) {
        return Ok(results.into_iter().flatten().collect());
    }
    Err((0..)
        .map(FileId)
        .zip(&results)
        .filter(|(_, result)| result.is_none())
        .map(|(file, _)| file)
        .collect())
}

#[cfg(test)]
mod tests;
