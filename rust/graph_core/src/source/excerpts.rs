//! Reads lines of files, by 1-based ranges. Paths that no listing contains, such as hidden files, are not read.

use std::collections::BTreeMap;

use crate::Result;

use super::{Limits, Origin, Source, Store, commit, directory, list, text};

/// The lines `first..=last` of each (path, first, last), without the last line's end, in the order of `ranges`. None if
/// there is no such line, or no such file within the limits.
pub fn read_ranges(
    source: &Source,
    ranges: &[(String, u32, u32)],
    limits: &Limits,
) -> Result<Vec<Option<String>>> {
    let (origin, tree) = match source {
        Source::BeforeDiff { .. } => return read_through_listing(source, ranges, limits),
        Source::Directory(path) => (Origin::Disk(directory::real_directory(path)?), None),
        Source::Commit { repo, revision } => {
            let found = commit::open(repo, revision)?;
            (Origin::Objects(Box::new(found.store)), found.tree)
        }
    };
    let mut store = origin.store();
    let mut by_path: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, (path, _, _)) in ranges.iter().enumerate() {
        by_path.entry(path).or_default().push(i);
    }
    let mut excerpts = vec![None; ranges.len()];
    for (path, indices) in by_path {
        if !is_listable(path) {
            continue;
        }
        let object = match (&store, tree) {
            (Store::Objects(repo), Some(tree)) => commit::blob_at(repo, tree, path),
            _ => None,
        };
        let Ok(bytes) = store.read(path, object, limits.file_bytes) else {
            continue;
        };
        let bytes = text::decode(bytes);
        let starts = line_starts(&bytes);
        for i in indices {
            let (_, first, last) = ranges[i];
            excerpts[i] = lines(&bytes, &starts, first as usize, last as usize);
        }
    }
    Ok(excerpts)
}

/// The same for a source whose files can only be read through a listing.
fn read_through_listing(
    source: &Source,
    ranges: &[(String, u32, u32)],
    limits: &Limits,
) -> Result<Vec<Option<String>>> {
    let is_asked = |path: &str| ranges.iter().any(|(wanted, ..)| wanted == path);
    let listing = list(source, limits, &is_asked)?;
    let mut reader = listing.reader();
    let texts: BTreeMap<&str, Vec<u8>> = listing
        .entries
        .iter()
        .filter_map(|entry| Some((entry.path.as_str(), reader.read(entry).ok()?)))
        .collect();
    let excerpt = |(path, first, last): &(String, u32, u32)| {
        let bytes = texts.get(path.as_str())?;
        lines(bytes, &line_starts(bytes), *first as usize, *last as usize)
    };
    Ok(ranges.iter().map(excerpt).collect())
}

/// The path is inside the root and not hidden. `.git` may hold credentials.
pub(super) fn is_listable(path: &str) -> bool {
    path.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.contains('\0'))
}

fn line_starts(bytes: &[u8]) -> Vec<usize> {
    let after = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n');
    std::iter::once(0).chain(after.map(|(at, _)| at + 1)).filter(|start| *start < bytes.len()).collect()
}

fn lines(bytes: &[u8], starts: &[usize], first: usize, last: usize) -> Option<String> {
    if first == 0 || last < first {
        return None;
    }
    let from = *starts.get(first - 1)?;
    let to = starts.get(last).copied().unwrap_or(bytes.len());
    let text = &bytes[from..to];
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    Some(String::from_utf8_lossy(text).into_owned())
}
