//! Values that are encoded and compressed on their own, so that what a later version of a repository has in common
//! with an earlier one is compressed only once. Knows nothing of the values.

use std::cell::RefCell;

use serde::Serialize;
use zstd::bulk::Compressor;

use crate::error::{Error, Result};

const LEVEL: i32 = 1;

pub struct Compressed {
    /// One Zstandard frame (RFC 8878).
    pub bytes: Vec<u8>,
    /// The number of bytes that it decompresses to.
    pub raw_length: u32,
}

impl Compressed {
    /// Encodes the values one after the other and compresses the result. `Internal` when that fails.
    pub fn of<T: Serialize>(values: &[T]) -> Result<Compressed> {
        let internal = |reason: String| Error::Internal(format!("cannot be packed: {reason}"));
        let mut bytes = Vec::new();
        for value in values {
            bytes = postcard::to_extend(value, bytes).map_err(|e| internal(e.to_string()))?;
        }
        let raw_length = u32::try_from(bytes.len()).map_err(|e| internal(e.to_string()))?;
        Ok(Compressed { bytes: compress(&bytes).map_err(|e| internal(e.to_string()))?, raw_length })
    }
}

/// With one compressor per thread: making one takes as long as compressing a small file.
fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    thread_local! {
        static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    }
    COMPRESSOR.with_borrow_mut(|slot| match slot {
        Some(compressor) => compressor.compress(bytes),
        None => slot.insert(Compressor::new(LEVEL)?).compress(bytes),
    })
}
