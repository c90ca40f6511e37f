//! Undone: a source as it was before a diff that is in it. Only the listing differs: files of the diff have other
//! contents, are not there yet, or are there still.

use std::sync::{Arc, Mutex};

use super::{Entry, Limits, Listing, Source, blob_id, list};
use crate::diff::parsed;
use crate::error::{Error, Result};

/// The files of `of` with the diff undone. A file of the diff that is not among the wanted ones is left as it is.
pub(super) fn listed(
    of: &Source,
    diff: &str,
    limits: &Limits,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Listing> {
    let mut listing = list(of, limits, wanted)?;
    let mut reader = listing.reader();
    let place =
        |listing: &Listing, path: &str| listing.entries.binary_search_by(|e| e.path.as_str().cmp(path));
    let mut undone = (*listing.undone).clone();
    for file in parsed(diff, None)? {
        if !file.before.iter().chain(&file.after).any(|path| wanted(path)) {
            continue;
        }
        let text = match &file.after {
            None => Vec::new(),
            Some(path) => match place(&listing, path) {
                Ok(at) => {
                    let entry = listing.entries.remove(at);
                    reader.read(&entry).map_err(|reason| Error::BadDiff(format!("{path}: {reason}")))?
                }
                Err(_) if !wanted(path) => continue,
                Err(_) => return Err(Error::BadDiff(format!("{path} of the diff is not there"))),
            },
        };
        let Some(path) = file.before.clone().filter(|path| wanted(path)) else { continue };
        let bytes = file.undone(&String::from_utf8_lossy(&text))?.into_bytes();
        if let Err(at) = place(&listing, &path) {
            let (blob, size) = (blob_id(&bytes), bytes.len() as u64);
            let entry = Entry { path: path.clone(), blob, size, object: None, held: Mutex::new(None) };
            listing.entries.insert(at, entry);
            undone.insert(path, bytes);
        }
    }
    listing.undone = Arc::new(undone);
    listing.commit = None;
    Ok(listing)
}
