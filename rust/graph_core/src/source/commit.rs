//! The files of a commit in a git object store, read without a work tree and without the network.

use std::path::{Path, PathBuf};

use gix::ObjectId;

use crate::{Error, Result};

use super::walk::{Child, Children, Kind, Tree};
use super::{directory, skip};

/// The most memory for one object, whatever size its header claims.
const ALLOC_LIMIT: &str = "gitoxide.objects.allocLimit=536870912";

/// A commit: its object store, the tree to list and its full id.
pub struct OpenCommit {
    pub store: gix::ThreadSafeRepository,
    pub tree: Option<ObjectId>,
    pub commit: ObjectId,
}

/// The repository that contains `path`, which must be a real path; None if there is none.
pub fn discover(path: &Path) -> gix::Result<Option<gix::ThreadSafeRepository>> {
    // The repository is only read: no configuration of the user, the system or the environment is used and nothing
    // is executed. So git's check of the owner of the files is not needed.
    let trust = gix::discover::upwards::TrustPolicy::Assume(gix::sec::Trust::Full);
    let upwards = || gix::discover::upwards::Options { trust, ..Default::default() };
    if gix::discover::upwards_opts(path, upwards()).is_err() {
        return Ok(None);
    }
    let options = || gix::open::Options::isolated().config_overrides([ALLOC_LIMIT]);
    let trusted = gix::sec::trust::Mapping { full: options(), reduced: options() };
    gix::ThreadSafeRepository::discover_opts(path, upwards(), trusted).map(Some)
}

/// The commit `revision` of the repository at `path`. If `path` is inside a work tree, its tree is that of `path`.
pub fn open(path: &Path, revision: &str) -> Result<OpenCommit> {
    let real = directory::real_directory(path)?;
    let store = discover(&real)
        .map_err(|e| broken(path, e))?
        .ok_or_else(|| Error::NotARepository(path.to_owned()))?;
    let repo = store.to_thread_local();
    let unknown = |_| Error::UnknownRevision { repo: path.to_owned(), revision: revision.to_owned() };
    let id = repo.rev_parse_single(revision).map_err(unknown)?;
    let object = id.object().map_err(unknown)?;
    let commit = object.peel_to_commit().map_err(unknown)?;
    let commit_id = commit.id;
    let top = commit.tree().map_err(|e| broken(path, e))?;
    let tree = match path_in_work_tree(&repo, &real) {
        None => Some(top.id),
        Some(inside) => top
            .lookup_entry_by_path(&inside)
            .map_err(|e| broken(path, e))?
            .filter(|entry| entry.mode().is_tree())
            .map(|entry| entry.object_id()),
    };
    Ok(OpenCommit { tree, commit: commit_id, store })
}

/// `real` relative to the work tree; None if it is the root of the work tree or not inside it.
fn path_in_work_tree(repo: &gix::Repository, real: &Path) -> Option<PathBuf> {
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
    let header = header
        .ok_or_else(|| if is_clone_without_large_files(repo) { skip::TOO_LARGE } else { skip::MISSING })?;
    if header.kind() == gix::object::Kind::Blob { Ok(header.size()) } else { Err(skip::UNREADABLE) }
}

/// The repository is a partial clone without large files, so that a missing blob is a large one.
fn is_clone_without_large_files(repo: &gix::Repository) -> bool {
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

/// The id of the blob at `path` in a tree.
pub fn blob_at(repo: &gix::Repository, tree: ObjectId, path: &str) -> Option<ObjectId> {
    let tree = repo.find_tree(tree).ok()?;
    let entry = tree.lookup_entry(path.split('/')).ok()??;
    entry.mode().is_blob().then(|| entry.object_id())
}
