//! A source as it was before a diff that is applied in it. Only the listing differs: files of the diff have their earlier
//! contents, do not exist yet, or still exist.

use std::sync::{Arc, Mutex};

use super::{Entry, Limits, Listing, Source, blob_id, list};
use crate::diff::parse;
use crate::error::{Error, Result};

/// The files of `of` with the diff reverted. Files of the diff that are not wanted are left unchanged.
pub(super) fn listing(
    of: &Source,
    diff: &str,
    limits: &Limits,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Listing> {
    let mut listing = list(of, limits, wanted)?;
    let mut reader = listing.reader();
    let position =
        |listing: &Listing, path: &str| listing.entries.binary_search_by(|e| e.path.as_str().cmp(path));
    let mut overlay = (*listing.overlay).clone();
    for file in parse(diff, None)? {
        if !file.before.iter().chain(&file.after).any(|path| wanted(path)) {
            continue;
        }
        let text = match &file.after {
            None => Vec::new(),
            Some(path) => match position(&listing, path) {
                Ok(at) => {
                    let entry = listing.entries.remove(at);
                    reader.read(&entry).map_err(|reason| Error::BadDiff(format!("{path}: {reason}")))?
                }
                Err(_) if !wanted(path) => continue,
                Err(_) => return Err(Error::BadDiff(format!("{path} of the diff is not there"))),
            },
        };
        let Some(path) = file.before.clone().filter(|path| wanted(path)) else { continue };
        let bytes = file.revert(&String::from_utf8_lossy(&text))?.into_bytes();
        if let Err(at) = position(&listing, &path) {
            let (blob, size) = (blob_id(&bytes), bytes.len() as u64);
            let entry = Entry { path: path.clone(), blob, size, object: None, cached: Mutex::new(None) };
            listing.entries.insert(at, entry);
            overlay.insert(path, bytes);
        }
    }
    listing.overlay = Arc::new(overlay);
    listing.commit = None;
    Ok(listing)
}
