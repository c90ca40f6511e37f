//! Walk: one tour over a tree of names, whatever holds it, so that a directory and a commit of the same
//! content give the same listing. Reads no file.

use crate::graph::Skipped;

use super::{Limits, skip, vendored};

/// Paths longer than this are of no file that anyone could check out.
const PATH_BYTES: usize = 4_096;
/// Files over the limit that are named one by one; the rest is only counted.
const NAMED_LEFT_OUT: usize = 1_000;

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

/// What a directory holds, in any order, without what is ignored; or the reason why it is not known.
pub type Children<D, F> = Result<Vec<Child<D, F>>, &'static str>;

/// Something that can be toured: what differs between the sources.
pub trait Tree {
    type Directory;
    type File;

    fn children(&mut self, directory: &Self::Directory) -> Children<Self::Directory, Self::File>;
}

pub struct Found<F> {
    pub path: String,
    pub file: F,
}

pub struct Tour<F> {
    /// Sorted by path.
    pub found: Vec<Found<F>>,
    pub skipped: Vec<Skipped>,
    /// Files over the limit, named in `skipped` or not.
    pub left_out: usize,
}

impl<F> Default for Tour<F> {
    fn default() -> Self {
        Self { found: Vec::new(), skipped: Vec::new(), left_out: 0 }
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
pub fn tour<T: Tree>(
    tree: &mut T,
    root: T::Directory,
    limits: &Limits,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Tour<T::File> {
    let mut found = Vec::new();
    let mut skipped = Vec::new();
    let mut names = 0;
    let mut stack =
        vec![Pending { path: String::new(), directory: root, name: Vec::new(), vendored: false, utf8: true }];
    while let Some(at) = stack.pop() {
        let mut children = match tree.children(&at.directory) {
            Ok(children) => children,
            Err(reason) => {
                skipped.push(left(format!("{}/", at.path), reason));
                continue;
            }
        };
        names += children.len();
        if names > limits.names {
            skipped.push(left(format!("{}/", at.path), skip::TOO_MANY));
            break;
        }
        if at.path.len() > PATH_BYTES {
            skipped.push(left(format!("{}/", at.path), skip::PATH_TOO_LONG));
            continue;
        }
        let all = children.iter().map(|child| child.name.as_slice());
        if !children.is_empty() && (at.vendored || vendored::from_inside(&at.name, all)) {
            skipped.push(left(format!("{}/", at.path), skip::VENDORED));
            continue;
        }
        // From the back, so that the stack gives the directories in order of their names.
        children.sort_unstable_by(|a, b| b.name.cmp(&a.name));
        let vendored: Vec<bool> = {
            let files = children
                .iter()
                .filter(|child| matches!(child.kind, Kind::File(_)))
                .map(|child| child.name.as_slice());
            children.iter().map(|child| vendored::from_outside(&child.name, files.clone())).collect()
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
                Kind::Repository => skipped.push(left(path + "/", skip::REPOSITORY)),
                Kind::File(_) | Kind::Other if !wanted(&path) => {}
                Kind::Other => skipped.push(left(path, skip::NOT_REGULAR)),
                Kind::File(_) if !utf8 => skipped.push(left(path, skip::NOT_UTF8)),
                // No file system has such names, a forged tree may.
                Kind::File(_) if child.name.iter().any(|b| matches!(b, b'/' | 0)) => {
                    skipped.push(left(path, skip::BAD_NAME));
                }
                Kind::File(file) => found.push(Found { path, file }),
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|b, a| a.path == b.path);
    let over = found.split_off(found.len().min(limits.files));
    let left_out = over.len();
    let named = over.into_iter().take(NAMED_LEFT_OUT);
    skipped.extend(named.map(|file| left(file.path, skip::TOO_MANY)));
    Tour { found, skipped, left_out }
}

fn left(path: String, reason: &str) -> Skipped {
    Skipped { path, reason: reason.to_owned() }
}
