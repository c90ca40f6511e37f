//! Lists and reads the files of a directory or of a commit in a git object store, by the same rules: gives paths, git
//! blob ids, texts, and the reason for each file that is left out. Knows no language.

mod before_diff;
mod commit;
mod directory;
mod excerpts;
mod files;
mod limits;
mod text;
mod vendored;
mod walk;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use sha1::{Digest, Sha1};

use crate::Result;
use crate::graph::Skipped;

pub use excerpts::read_ranges;
pub use files::read_files;
pub use limits::Limits;
pub use text::reason_to_skip;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Directory(PathBuf),
    /// `revision` is any revision that `git rev-parse` accepts and that names a commit. If `repo` is a directory inside
    /// a work tree, only the files below it are listed.
    Commit {
        repo: PathBuf,
        revision: String,
    },
    /// Another source as it was before `diff`, which is applied in it.
    BeforeDiff {
        of: Box<Source>,
        diff: String,
    },
}

impl Source {
    /// The commit of the repository at `root`, or the directory `root` if there is no commit. With `undo`, a diff that is
    /// applied in it, its state before that diff.
    pub fn new(root: PathBuf, commit: Option<String>, undo: Option<String>) -> Self {
        let source = match commit {
            Some(revision) => Source::Commit { repo: root, revision },
            None => Source::Directory(root),
        };
        match undo {
            Some(diff) => Source::BeforeDiff { of: Box::new(source), diff },
            None => source,
        }
    }
}

/// Why a file is left out.
pub mod skip {
    pub const TOO_LARGE: &str = "too large";
    pub const UNREADABLE: &str = "unreadable";
    pub const BINARY: &str = "binary";
    pub const MINIFIED: &str = "minified";
    pub const GENERATED: &str = "generated";
    pub const NOT_REGULAR: &str = "not a regular file";
    pub const NOT_UTF8: &str = "name is not UTF-8";
    pub const BAD_NAME: &str = "name is not a file name";
    pub const PATH_TOO_LONG: &str = "path is too long";
    pub const TOO_MANY: &str = "too many files";
    pub const VENDORED: &str = "vendored";
    pub const REPOSITORY: &str = "another repository";
    /// A shallow or partial clone does not hold it; nothing is fetched.
    pub const MISSING: &str = "missing from the object store";
    pub const CHANGED: &str = "changed while it was read";
    /// The file ended an earlier process.
    pub const CRASHES: &str = "crashes the process that reads it";
    pub const TOO_MUCH_MEMORY: &str = "takes more memory than it may";
    pub const TOO_MUCH_TIME: &str = "takes more time than it may";
    /// Panics, which are defects of this program.
    pub const NOT_EXTRACTED: &str = "the extractor failed on it";
    pub const NOT_RESOLVED: &str = "the resolver failed on it";
}

/// A listed file.
#[derive(Debug)]
pub struct Entry {
    /// Relative to the source's root, with `/` between the parts.
    pub path: String,
    /// The git blob id (SHA-1) of the stored bytes.
    pub blob: [u8; 20],
    pub size: u64,
    object: Option<gix::ObjectId>,
    /// The bytes, if they were read to compute the id. The first reader takes them.
    cached: Mutex<Option<Vec<u8>>>,
}

pub struct Listing {
    /// Sorted by path, without duplicates.
    pub entries: Vec<Entry>,
    /// Files and directories that were left out; the paths of directories end with `/`. Sorted.
    pub skipped: Vec<Skipped>,
    /// The number of files above `Limits::files`. The first thousand of them are in `skipped`.
    pub left_out: usize,
    /// The full id of the commit.
    pub commit: Option<String>,
    origin: Origin,
    limits: Limits,
    /// The contents of files before a diff, which are in no store. By path.
    overlay: Arc<FxHashMap<String, Vec<u8>>>,
}

/// Reads the files of a listing. Each thread has its own.
pub struct Reader {
    store: Store,
    limits: Limits,
    overlay: Arc<FxHashMap<String, Vec<u8>>>,
}

enum Origin {
    Disk(PathBuf),
    Objects(Box<gix::ThreadSafeRepository>),
}

enum Store {
    Disk(directory::Disk),
    Objects(Box<gix::Repository>),
}

/// Lists the files of `source` whose path is `wanted`. Hidden, ignored and vendored files are never listed.
pub fn list(source: &Source, limits: &Limits, wanted: &(dyn Fn(&str) -> bool + Sync)) -> Result<Listing> {
    match source {
        Source::Directory(path) => {
            let root = directory::real_directory(path)?;
            let (mut tree, top, problem) = directory::open(&root);
            let mut walked = walk::walk(&mut tree, top, limits, wanted);
            walked.skipped.extend(problem);
            let origin = Origin::Disk(root);
            Ok(listing(origin, walked, |()| None, None, limits))
        }
        Source::BeforeDiff { of, diff } => before_diff::listing(of, diff, limits, wanted),
        Source::Commit { repo, revision } => {
            let found = commit::open(repo, revision)?;
            let mut tree = found.store.to_thread_local();
            let walked = match found.tree {
                Some(top) => walk::walk(&mut tree, top, limits, wanted),
                None => walk::Walked::default(),
            };
            let origin = Origin::Objects(Box::new(found.store));
            let commit = Some(found.commit.to_string());
            Ok(listing(origin, walked, Some, commit, limits))
        }
    }
}

fn listing<F: Send>(
    origin: Origin,
    walked: walk::Walked<F>,
    object: fn(F) -> Option<gix::ObjectId>,
    commit: Option<String>,
    limits: &Limits,
) -> Listing {
    let cache_room = AtomicU64::new(limits.held_bytes);
    let identified: Vec<_> = walked
        .files
        .into_par_iter()
        .map_init(
            || origin.store(),
            |store, found| {
                let object = object(found.file);
                store
                    .identify(found.path, object, limits.file_bytes, &cache_room)
                    .map_err(|(path, reason)| Skipped { path, reason: reason.to_owned() })
            },
        )
        .collect();
    let mut skipped = walked.skipped;
    let mut entries = Vec::with_capacity(identified.len());
    for file in identified {
        match file {
            Ok(entry) => entries.push(entry),
            Err(file) => skipped.push(file),
        }
    }
    skipped.sort_unstable();
    skipped.dedup();
    let (limits, overlay) = (limits.clone(), Arc::default());
    Listing { entries, skipped, left_out: walked.left_out, commit, origin, limits, overlay }
}

impl Listing {
    pub fn reader(&self) -> Reader {
        Reader { store: self.origin.store(), limits: self.limits.clone(), overlay: self.overlay.clone() }
    }
}

impl Reader {
    /// The text of the file, without a byte-order mark, UTF-16 converted to UTF-8, otherwise unchanged; or the reason
    /// why it is left out.
    pub fn read(&mut self, entry: &Entry) -> std::result::Result<Vec<u8>, &'static str> {
        let cached = match entry.cached.lock() {
            Ok(mut cached) => cached.take(),
            Err(_) => None,
        };
        let bytes = match (cached, self.overlay.get(&entry.path)) {
            (_, Some(bytes)) => bytes.clone(),
            (Some(bytes), None) => bytes,
            (None, None) => {
                let limit = self.limits.file_bytes;
                let bytes = self.store.read(&entry.path, entry.object, limit)?;
                if matches!(self.store, Store::Disk(_)) && blob_id(&bytes) != entry.blob {
                    return Err(skip::CHANGED);
                }
                bytes
            }
        };
        let bytes = text::decode(bytes);
        match reason_to_skip(&entry.path, &bytes, &self.limits) {
            Some(reason) => Err(reason),
            None => Ok(bytes),
        }
    }
}

impl Origin {
    fn store(&self) -> Store {
        match self {
            Origin::Disk(root) => Store::Disk(directory::Disk::new(root)),
            Origin::Objects(repo) => Store::Objects(Box::new(repo.to_thread_local())),
        }
    }
}

impl Store {
    fn read(
        &mut self,
        path: &str,
        object: Option<gix::ObjectId>,
        limit: u64,
    ) -> std::result::Result<Vec<u8>, &'static str> {
        match (self, object) {
            (Store::Disk(disk), _) => disk.read(path, limit),
            (Store::Objects(repo), Some(id)) => commit::read(repo, id, limit),
            (Store::Objects(_), None) => Err(skip::UNREADABLE),
        }
    }

    /// The entry of a file, or its path and the reason why it is left out. Reads the content only if the store has no
    /// SHA-1 id of it, and then caches it in the entry as long as `cache_room` bytes suffice.
    fn identify(
        &mut self,
        path: String,
        object: Option<gix::ObjectId>,
        limit: u64,
        cache_room: &AtomicU64,
    ) -> std::result::Result<Entry, (String, &'static str)> {
        if let (Store::Objects(repo), Some(gix::ObjectId::Sha1(blob))) = (&*self, object) {
            return match commit::size(repo, blob.into()) {
                Ok(size) if size > limit => Err((path, skip::TOO_LARGE)),
                Ok(size) => Ok(Entry { path, blob, size, object, cached: Mutex::new(None) }),
                Err(reason) => Err((path, reason)),
            };
        }
        let bytes = match self.read(&path, object, limit) {
            Ok(bytes) => bytes,
            Err(reason) => return Err((path, reason)),
        };
        let size = bytes.len() as u64;
        let fits =
            cache_room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(size));
        Ok(Entry {
            path,
            blob: blob_id(&bytes),
            size,
            object,
            cached: Mutex::new(fits.is_ok().then_some(bytes)),
        })
    }
}

/// The id that `git hash-object` prints.
fn blob_id(bytes: &[u8]) -> [u8; 20] {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", bytes.len()));
    hash.update(bytes);
    hash.finalize().into()
}
