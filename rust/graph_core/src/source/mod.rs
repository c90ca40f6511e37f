//! Source: where bytes come from, a directory or a commit in a git object store. Gives files, their git
//! blob ids and the reasons for those left out; knows no language.

mod commit;
mod directory;
mod excerpts;
mod files;
mod limits;
mod text;
mod undone;
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
pub use text::unfit;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Directory(PathBuf),
    /// `revision` is anything that git's rev-parse takes and that leads to a commit. A `repo` inside a
    /// work tree stands for that part of it.
    Commit {
        repo: PathBuf,
        revision: String,
    },
    /// Another source as it was before a diff that is in it.
    Undone {
        of: Box<Source>,
        diff: String,
    },
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
    /// What was learnt from the end of another process.
    pub const CRASHES: &str = "crashes the process that reads it";
    pub const TOO_MUCH_MEMORY: &str = "takes more memory than it may";
    pub const TOO_MUCH_TIME: &str = "takes more time than it may";
    /// Panics, which are defects of ours.
    pub const NOT_EXTRACTED: &str = "the extractor failed on it";
    pub const NOT_RESOLVED: &str = "the resolver failed on it";
}

/// A wanted file that can be read.
#[derive(Debug)]
pub struct Entry {
    /// Separated by `/`, below the source's root.
    pub path: String,
    /// The git blob id (SHA-1) of the bytes as they are stored.
    pub blob: [u8; 20],
    pub size: u64,
    object: Option<gix::ObjectId>,
    /// The bytes, when they had to be read for their id; the first reader takes them.
    held: Mutex<Option<Vec<u8>>>,
}

pub struct Listing {
    /// Sorted by path, no two alike.
    pub entries: Vec<Entry>,
    /// Files, and with a `/` at the end directories, that were left out. Sorted.
    pub skipped: Vec<Skipped>,
    /// How many files were over `Limits::files`; the first thousand of them are in `skipped`.
    pub left_out: usize,
    /// The full id of the commit.
    pub commit: Option<String>,
    origin: Origin,
    limits: Limits,
    /// Texts that are in no store: of files before a diff.
    undone: Arc<FxHashMap<String, Vec<u8>>>,
}

/// Reads the files of a listing; one for each thread.
pub struct Reader {
    store: Store,
    limits: Limits,
    undone: Arc<FxHashMap<String, Vec<u8>>>,
}

enum Origin {
    Disk(PathBuf),
    Objects(Box<gix::ThreadSafeRepository>),
}

enum Store {
    Disk(directory::Disk),
    Objects(Box<gix::Repository>),
}

/// Lists the files of `source` whose path is `wanted`. Hidden, ignored and vendored ones are never asked for.
pub fn list(source: &Source, limits: &Limits, wanted: &(dyn Fn(&str) -> bool + Sync)) -> Result<Listing> {
    match source {
        Source::Directory(path) => {
            let root = directory::located(path)?;
            let (mut tree, top, problem) = directory::open(&root);
            let mut tour = walk::tour(&mut tree, top, limits, wanted);
            tour.skipped.extend(problem);
            let origin = Origin::Disk(root);
            Ok(listing(origin, tour, |()| None, None, limits))
        }
        Source::Undone { of, diff } => undone::listed(of, diff, limits, wanted),
        Source::Commit { repo, revision } => {
            let found = commit::found(repo, revision)?;
            let mut tree = found.store.to_thread_local();
            let tour = match found.tree {
                Some(top) => walk::tour(&mut tree, top, limits, wanted),
                None => walk::Tour::default(),
            };
            let origin = Origin::Objects(Box::new(found.store));
            let commit = Some(found.commit.to_string());
            Ok(listing(origin, tour, Some, commit, limits))
        }
    }
}

fn listing<F: Send>(
    origin: Origin,
    tour: walk::Tour<F>,
    object: fn(F) -> Option<gix::ObjectId>,
    commit: Option<String>,
    limits: &Limits,
) -> Listing {
    let room = AtomicU64::new(limits.held_bytes);
    let identified: Vec<_> = tour
        .found
        .into_par_iter()
        .map_init(
            || origin.store(),
            |store, found| {
                let object = object(found.file);
                store
                    .identify(found.path, object, limits.file_bytes, &room)
                    .map_err(|(path, reason)| Skipped { path, reason: reason.to_owned() })
            },
        )
        .collect();
    let mut skipped = tour.skipped;
    let mut entries = Vec::with_capacity(identified.len());
    for file in identified {
        match file {
            Ok(entry) => entries.push(entry),
            Err(left) => skipped.push(left),
        }
    }
    skipped.sort_unstable();
    skipped.dedup();
    let (limits, undone) = (limits.clone(), Arc::default());
    Listing { entries, skipped, left_out: tour.left_out, commit, origin, limits, undone }
}

impl Listing {
    pub fn reader(&self) -> Reader {
        Reader { store: self.origin.store(), limits: self.limits.clone(), undone: self.undone.clone() }
    }
}

impl Reader {
    /// The file's text: without a byte-order mark, UTF-16 as UTF-8, else byte for byte. Or why it is left out.
    pub fn read(&mut self, entry: &Entry) -> std::result::Result<Vec<u8>, &'static str> {
        let held = match entry.held.lock() {
            Ok(mut held) => held.take(),
            Err(_) => None,
        };
        let bytes = match (held, self.undone.get(&entry.path)) {
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
        let bytes = text::decoded(bytes);
        match unfit(&entry.path, &bytes, &self.limits) {
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

    /// The entry of a file. A store that knows SHA-1 ids is asked for them, otherwise the content is read.
    fn identify(
        &mut self,
        path: String,
        object: Option<gix::ObjectId>,
        limit: u64,
        room: &AtomicU64,
    ) -> std::result::Result<Entry, (String, &'static str)> {
        if let (Store::Objects(repo), Some(gix::ObjectId::Sha1(blob))) = (&*self, object) {
            return match commit::size(repo, blob.into()) {
                Ok(size) if size > limit => Err((path, skip::TOO_LARGE)),
                Ok(size) => Ok(Entry { path, blob, size, object, held: Mutex::new(None) }),
                Err(reason) => Err((path, reason)),
            };
        }
        let bytes = match self.read(&path, object, limit) {
            Ok(bytes) => bytes,
            Err(reason) => return Err((path, reason)),
        };
        let size = bytes.len() as u64;
        let fits = room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(size));
        Ok(Entry {
            path,
            blob: blob_id(&bytes),
            size,
            object,
            held: Mutex::new(fits.is_ok().then_some(bytes)),
        })
    }
}

/// What `git hash-object` says.
fn blob_id(bytes: &[u8]) -> [u8; 20] {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", bytes.len()));
    hash.update(bytes);
    hash.finalize().into()
}
