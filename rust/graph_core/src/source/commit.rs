//! Commit: the files of a commit in a git object store, read without a work tree and without the network.

use std::path::{Path, PathBuf};

use gix::ObjectId;

use crate::{Error, Result};

use super::walk::{Child, Children, Kind, Tree};
use super::{directory, skip};

/// What one object may cost, whatever its header says.
const ALLOC_LIMIT: &str = "gitoxide.objects.allocLimit=536870912";

/// A commit found: the store, the tree to list and the full id.
pub struct Found {
    pub store: gix::ThreadSafeRepository,
    pub tree: Option<ObjectId>,
    pub commit: ObjectId,
}

/// The repository that holds `path`, which is a real path; none when there is none.
pub fn discovered(path: &Path) -> gix::Result<Option<gix::ThreadSafeRepository>> {
    // Reading only: the user's, the system's and the environment's configuration are left out, nothing is
    // executed, so whose the files are does not matter.
    let trust = gix::discover::upwards::TrustPolicy::Assume(gix::sec::Trust::Full);
    let upwards = || gix::discover::upwards::Options { trust, ..Default::default() };
    if gix::discover::upwards_opts(path, upwards()).is_err() {
        return Ok(None);
    }
    let options = || gix::open::Options::isolated().config_overrides([ALLOC_LIMIT]);
    let trusted = gix::sec::trust::Mapping { full: options(), reduced: options() };
    gix::ThreadSafeRepository::discover_opts(path, upwards(), trusted).map(Some)
}

/// Finds `revision` in the repository at `path`. Of a path inside a work tree only that part is listed.
pub fn found(path: &Path, revision: &str) -> Result<Found> {
    let real = directory::located(path)?;
    let store = discovered(&real)
        .map_err(|e| broken(path, e))?
        .ok_or_else(|| Error::NotARepository(path.to_owned()))?;
    let repo = store.to_thread_local();
    let unknown = |_| Error::UnknownRevision { repo: path.to_owned(), revision: revision.to_owned() };
    let id = repo.rev_parse_single(revision).map_err(unknown)?;
    let object = id.object().map_err(unknown)?;
    let commit = object.peel_to_commit().map_err(unknown)?;
    let commit_id = commit.id;
    let top = commit.tree().map_err(|e| broken(path, e))?;
    let tree = match inside(&repo, &real) {
        None => Some(top.id),
        Some(inside) => top
            .lookup_entry_by_path(&inside)
            .map_err(|e| broken(path, e))?
            .filter(|entry| entry.mode().is_tree())
            .map(|entry| entry.object_id()),
    };
    Ok(Found { tree, commit: commit_id, store })
}

/// The part of the work tree that was named, if not all of it.
fn inside(repo: &gix::Repository, real: &Path) -> Option<PathBuf> {
    let git_dir = repo.git_dir().canonicalize().ok()?;
    let work = repo.workdir()?.canonicalize().ok()?;
    if real.starts_with(git_dir) {
        return None;
    }
    let inside = real.strip_prefix(work).ok()?;
    (!inside.as_os_str().is_empty()).then(|| inside.to_owned())
}

impl Tree for gix::Repository {
    type Directory = ObjectId;
    type File = ObjectId;

    fn children(&mut self, at: &ObjectId) -> Children<ObjectId, ObjectId> {
        let object = object(self, *at)?;
        let tree = object.try_into_tree().map_err(|_| skip::UNREADABLE)?;
        tree.iter()
            .map(|entry| {
                let entry = entry.map_err(|_| skip::UNREADABLE)?;
                let id = entry.object_id();
                let mode = entry.mode();
                let kind = if mode.is_tree() {
                    Kind::Directory(id)
                } else if mode.is_blob() {
                    Kind::File(id)
                } else if mode.is_commit() {
                    Kind::Repository
                } else {
                    Kind::Other
                };
                Ok(Child { name: entry.filename().to_vec(), kind })
            })
            .collect()
    }
}

/// The size of a blob, without reading it.
pub fn size(repo: &gix::Repository, id: ObjectId) -> std::result::Result<u64, &'static str> {
    let header = repo.try_find_header(id).map_err(|_| skip::UNREADABLE)?;
    let header =
        header.ok_or_else(|| if leaves_out_by_size(repo) { skip::TOO_LARGE } else { skip::MISSING })?;
    if header.kind() == gix::object::Kind::Blob { Ok(header.size()) } else { Err(skip::UNREADABLE) }
}

/// Was the store told to do without large files? Then a file that is not there is one of them.
fn leaves_out_by_size(repo: &gix::Repository) -> bool {
    let filter = repo.config_snapshot().string("remote.origin.partialCloneFilter");
    filter.is_some_and(|filter| filter.starts_with(b"blob:limit="))
}

/// The content of a blob of at most `limit` bytes.
pub fn read(repo: &gix::Repository, id: ObjectId, limit: u64) -> std::result::Result<Vec<u8>, &'static str> {
    if size(repo, id)? > limit {
        return Err(skip::TOO_LARGE);
    }
    Ok(object(repo, id)?.detach().data)
}

fn object(repo: &gix::Repository, id: ObjectId) -> std::result::Result<gix::Object<'_>, &'static str> {
    repo.try_find_object(id).map_err(|_| skip::UNREADABLE)?.ok_or(skip::MISSING)
}

fn broken(repo: &Path, reason: impl std::fmt::Display) -> Error {
    Error::BrokenRepository { repo: repo.to_owned(), reason: reason.to_string() }
}

/// The blob at `path` below a tree.
pub fn blob_at(repo: &gix::Repository, tree: ObjectId, path: &str) -> Option<ObjectId> {
    let tree = repo.find_tree(tree).ok()?;
    let entry = tree.lookup_entry(path.split('/')).ok()??;
    entry.mode().is_blob().then(|| entry.object_id())
}
