//! The files of a work tree or of any directory, as git lists them: tracked, or not ignored.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::FxHashSet;

use crate::graph::Skipped;
use crate::{Error, Result};

use super::walk::{Child, Children, Kind, Tree};
use super::{commit, skip};

/// Larger files of ignore patterns are not read.
const MAX_IGNORE_FILE_BYTES: u64 = 1 << 20;

/// A directory on disk with the ignore rules that apply in it.
pub struct Directory {
    absolute: PathBuf,
    /// Sorted from the outermost directory to the innermost. The last rule that matches decides.
    rules: Arc<Vec<Arc<Gitignore>>>,
    /// The directory is ignored, so only its tracked files are listed.
    ignored: bool,
}

/// A directory on disk and the paths in it that git tracks.
pub struct WorkTree {
    root: PathBuf,
    tracked: FxHashSet<Vec<u8>>,
    submodules: FxHashSet<Vec<u8>>,
}

/// The canonical path of a directory. `NotFound` or `NotADirectory` if it is none.
pub fn real_directory(path: &Path) -> Result<PathBuf> {
    let real = fs::canonicalize(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => Error::NotFound(path.to_owned()),
        io::ErrorKind::NotADirectory => Error::NotADirectory(path.to_owned()),
        _ => Error::io(path, e),
    })?;
    if real.is_dir() { Ok(real) } else { Err(Error::NotADirectory(path.to_owned())) }
}

/// The tree below `root`, which must be a real path, and its root directory; and a problem with its repository.
pub fn open(root: &Path) -> (WorkTree, Directory, Option<Skipped>) {
    let mut tree =
        WorkTree { root: root.to_owned(), tracked: FxHashSet::default(), submodules: FxHashSet::default() };
    let mut rules = Vec::new();
    let mut problem = None;
    match commit::discover(root) {
        Ok(Some(repo)) => {
            let repo = repo.to_thread_local();
            if let Some(work) = repo.workdir().and_then(|work| fs::canonicalize(work).ok())
                && let Ok(inside) = root.strip_prefix(&work)
            {
                rules.extend(ignore_rules(&work, &repo.common_dir().join("info/exclude")));
                let above: Vec<&Path> = inside.ancestors().skip(1).collect();
                for parent in above.into_iter().rev() {
                    let parent = work.join(parent);
                    rules.extend(ignore_rules(&parent, &parent.join(".gitignore")));
                }
                if tree.load_index(&repo, inside).is_err() {
                    problem = Some(skip::UNREADABLE);
                }
            }
        }
        Ok(None) => {}
        Err(_) => problem = Some(skip::UNREADABLE),
    }
    let top = Directory { absolute: root.to_owned(), rules: Arc::new(rules), ignored: false };
    let problem = problem.map(|reason| Skipped { path: ".git/".to_owned(), reason: reason.to_owned() });
    (tree, top, problem)
}

impl WorkTree {
    /// Loads the tracked paths below `inside` and their parent directories.
    fn load_index(&mut self, repo: &gix::Repository, inside: &Path) -> gix::Result<()> {
        let Some(index) = repo.try_index()? else {
            return Ok(());
        };
        let mut prefix = inside.as_os_str().as_encoded_bytes().to_vec();
        if !prefix.is_empty() {
            prefix.push(b'/');
        }
        for entry in index.entries() {
            let path: &[u8] = entry.path(&index);
            let Some(path) = path.strip_prefix(prefix.as_slice()) else {
                continue;
            };
            for (at, byte) in path.iter().enumerate().rev() {
                if *byte == b'/' && !self.tracked.insert(path[..at].to_vec()) {
                    break;
                }
            }
            if entry.mode.contains(gix::index::entry::Mode::COMMIT) {
                self.submodules.insert(path.to_vec());
            }
            self.tracked.insert(path.to_vec());
        }
        Ok(())
    }
}

impl Tree for WorkTree {
    type Directory = Directory;
    type File = ();

    fn children(&mut self, at: &Directory) -> Children<Directory, ()> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&at.absolute).map_err(|_| skip::UNREADABLE)? {
            let entry = entry.map_err(|_| skip::UNREADABLE)?;
            let kind = entry.file_type().map_err(|_| skip::UNREADABLE)?;
            names.push((entry.file_name(), kind));
        }
        let has = |wanted: &str| names.iter().any(|(name, _)| name == wanted);
        if at.absolute != self.root && has(".git") {
            return Err(skip::REPOSITORY);
        }
        let mut rules = Arc::clone(&at.rules);
        if has(".gitignore")
            && let Some(own) = ignore_rules(&at.absolute, &at.absolute.join(".gitignore"))
        {
            Arc::make_mut(&mut rules).push(own);
        }
        let mut children = Vec::new();
        for (name, kind) in names {
            let absolute = at.absolute.join(&name);
            let name = name.into_encoded_bytes();
            if name.starts_with(b".") {
                continue;
            }
            let relative = absolute.strip_prefix(&self.root).unwrap_or(&absolute);
            let relative = relative.as_os_str().as_encoded_bytes();
            let ignored = at.ignored || is_ignored(&rules, &absolute, kind.is_dir());
            if ignored && !self.tracked.contains(relative) {
                continue;
            }
            let kind = if kind.is_file() {
                Kind::File(())
            } else if !kind.is_dir() {
                Kind::Other
            } else if self.submodules.contains(relative) {
                Kind::Repository
            } else {
                Kind::Directory(Directory { absolute, rules: Arc::clone(&rules), ignored })
            };
            children.push(Child { name, kind });
        }
        Ok(children)
    }
}

/// The patterns of one ignore file; None if it is not a regular file of a sane size.
fn ignore_rules(directory: &Path, file: &Path) -> Option<Arc<Gitignore>> {
    let meta = file.symlink_metadata().ok()?;
    if !meta.is_file() || meta.len() > MAX_IGNORE_FILE_BYTES {
        return None;
    }
    let bytes = fs::read(file).ok()?;
    let mut builder = GitignoreBuilder::new(directory);
    for line in String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').lines() {
        // As in git, an invalid pattern matches nothing.
        let _ = builder.add_line(None, line);
    }
    builder.build().ok().map(Arc::new)
}

fn is_ignored(rules: &[Arc<Gitignore>], path: &Path, is_dir: bool) -> bool {
    rules
        .iter()
        .rev()
        .map(|rules| rules.matched(path, is_dir))
        .find(|matched| !matched.is_none())
        .is_some_and(|matched| matched.is_ignore())
}

/// Reads files below a root directory. Each thread has its own.
pub struct Disk {
    root: PathBuf,
    /// The directory of the last file that was read. No part of its path is a symlink.
    checked_parent: String,
}

impl Disk {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), checked_parent: String::new() }
    }

    /// The content of the file `path` below the root, or the reason why it is not read. Follows no symlink.
    pub fn read(&mut self, path: &str, limit: u64) -> std::result::Result<Vec<u8>, &'static str> {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        if parent != self.checked_parent {
            let mut absolute = self.root.clone();
            for part in parent.split('/').filter(|part| !part.is_empty()) {
                absolute.push(part);
                let meta = absolute.symlink_metadata();
                if !meta.map_err(|_| skip::UNREADABLE)?.is_dir() {
                    return Err(skip::NOT_REGULAR);
                }
            }
            parent.clone_into(&mut self.checked_parent);
        }
        let absolute = self.root.join(path);
        let meta = absolute.symlink_metadata().map_err(|_| skip::UNREADABLE)?;
        if !meta.is_file() {
            return Err(skip::NOT_REGULAR);
        }
        if meta.len() > limit {
            return Err(skip::TOO_LARGE);
        }
        let file = File::open(&absolute).map_err(|_| skip::UNREADABLE)?;
        // One extra byte, so that reading to the end does not grow the buffer.
        let mut bytes = Vec::with_capacity(meta.len() as usize + 1);
        file.take(limit + 1).read_to_end(&mut bytes).map_err(|_| skip::UNREADABLE)?;
        if bytes.len() as u64 > limit {
            return Err(skip::TOO_LARGE);
        }
        Ok(bytes)
    }
}
