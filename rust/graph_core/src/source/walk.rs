//! Walks a directory tree, on disk or in a git object store, by one set of rules, so that a directory and a commit with
//! the same content give the same listing. Reads no file.

use crate::graph::Skipped;

use super::{Limits, skip, vendored};

/// Longer paths cannot be checked out.
const MAX_PATH_BYTES: usize = 4_096;
/// The number of files above the limit that are listed as skipped; the others are only counted.
const MAX_LISTED_LEFT_OUT: usize = 1_000;

pub enum Kind<D, F> {
    Directory(D),
    File(F),
    /// A submodule, or a work tree of its own.
    Repository,
    /// A symlink, a socket, a device.
    Other,
}

pub struct Child<D, F> {
    pub name: Vec<u8>,
    pub kind: Kind<D, F>,
}

/// The entries of a directory in any order, without ignored ones; or the reason why they cannot be listed.
pub type Children<D, F> = Result<Vec<Child<D, F>>, &'static str>;

/// A tree that can be walked: what differs between the kinds of sources.
pub trait Tree {
    type Directory;
    type File;

    fn children(&mut self, directory: &Self::Directory) -> Children<Self::Directory, Self::File>;
}

pub struct WalkedFile<F> {
    pub path: String,
    pub file: F,
}

pub struct Walked<F> {
    /// Sorted by path.
    pub files: Vec<WalkedFile<F>>,
    pub skipped: Vec<Skipped>,
    /// The number of files above the limit, whether they are in `skipped` or not.
    pub left_out: usize,
}

impl<F> Default for Walked<F> {
    fn default() -> Self {
        Self { files: Vec::new(), skipped: Vec::new(), left_out: 0 }
    }
}

struct Pending<D> {
    path: String,
    directory: D,
    name: Vec<u8>,
    vendored: bool,
    utf8: bool,
}

/// Lists the wanted files below `root`.
pub fn walk<T: Tree>(
    tree: &mut T,
    root: T::Directory,
    limits: &Limits,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Walked<T::File> {
    let mut files = Vec::new();
    let mut skipped = Vec::new();
    let mut names = 0;
    let mut stack =
        vec![Pending { path: String::new(), directory: root, name: Vec::new(), vendored: false, utf8: true }];
    while let Some(at) = stack.pop() {
        let mut children = match tree.children(&at.directory) {
            Ok(children) => children,
            Err(reason) => {
                skipped.push(skipped_path(format!("{}/", at.path), reason));
                continue;
            }
        };
        names += children.len();
        if names > limits.names {
            skipped.push(skipped_path(format!("{}/", at.path), skip::TOO_MANY));
            break;
        }
        if at.path.len() > MAX_PATH_BYTES {
            skipped.push(skipped_path(format!("{}/", at.path), skip::PATH_TOO_LONG));
            continue;
        }
        let all = children.iter().map(|child| child.name.as_slice());
        if !children.is_empty() && (at.vendored || vendored::is_by_children(&at.name, all)) {
            skipped.push(skipped_path(format!("{}/", at.path), skip::VENDORED));
            continue;
        }
        // In reverse, so that the stack returns the directories in order of their names.
        children.sort_unstable_by(|a, b| b.name.cmp(&a.name));
        let vendored: Vec<bool> = {
            let siblings = children
                .iter()
                .filter(|child| matches!(child.kind, Kind::File(_)))
                .map(|child| child.name.as_slice());
            children.iter().map(|child| vendored::is_by_siblings(&child.name, siblings.clone())).collect()
        };
        for (child, vendored) in children.into_iter().zip(vendored) {
            if child.name.first().is_none_or(|first| *first == b'.') {
                continue;
            }
            let text = String::from_utf8_lossy(&child.name);
            let path = if at.path.is_empty() { text.to_string() } else { format!("{}/{text}", at.path) };
            let utf8 = at.utf8 && matches!(text, std::borrow::Cow::Borrowed(_));
            match child.kind {
                Kind::Directory(directory) => {
                    stack.push(Pending { path, directory, name: child.name, vendored, utf8 })
                }
                Kind::Repository => skipped.push(skipped_path(path + "/", skip::REPOSITORY)),
                Kind::File(_) | Kind::Other if !wanted(&path) => {}
                Kind::Other => skipped.push(skipped_path(path, skip::NOT_REGULAR)),
                Kind::File(_) if !utf8 => skipped.push(skipped_path(path, skip::NOT_UTF8)),
                // No file system has such names, but a forged git tree may.
                Kind::File(_) if child.name.iter().any(|b| matches!(b, b'/' | 0)) => {
                    skipped.push(skipped_path(path, skip::BAD_NAME));
                }
                Kind::File(file) => files.push(WalkedFile { path, file }),
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|b, a| a.path == b.path);
    let over = files.split_off(files.len().min(limits.files));
    let left_out = over.len();
    let listed = over.into_iter().take(MAX_LISTED_LEFT_OUT);
    skipped.extend(listed.map(|file| skipped_path(file.path, skip::TOO_MANY)));
    Walked { files, skipped, left_out }
}

fn skipped_path(path: String, reason: &str) -> Skipped {
    Skipped { path, reason: reason.to_owned() }
}
