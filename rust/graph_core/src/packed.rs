//! Packed: a value's bytes, compressed by themselves, so that what a later version of a repository has in common
//! with an earlier one is packed once.

use std::cell::RefCell;

use serde::Serialize;
use zstd::bulk::Compressor;

use crate::error::{Error, Result};

const LEVEL: i32 = 1;

pub struct Packed {
    /// One frame of Zstandard (RFC 8878).
    pub bytes: Vec<u8>,
    /// Their number when unpacked.
    pub length: u32,
}

impl Packed {
    /// Of the bytes that the values are encoded to, one behind the other.
    pub fn of<T: Serialize>(values: &[T]) -> Result<Packed> {
        let internal = |what: String| Error::Internal(format!("cannot be packed: {what}"));
        let mut bytes = Vec::new();
        for value in values {
            bytes = postcard::to_extend(value, bytes).map_err(|e| internal(e.to_string()))?;
        }
        let length = u32::try_from(bytes.len()).map_err(|e| internal(e.to_string()))?;
        Ok(Packed { bytes: compressed(&bytes).map_err(|e| internal(e.to_string()))?, length })
    }
}

/// One compressor a thread: making one takes as long as packing a small file.
fn compressed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    thread_local! {
        static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    }
    COMPRESSOR.with_borrow_mut(|kept| match kept {
        Some(compressor) => compressor.compress(bytes),
        None => kept.insert(Compressor::new(LEVEL)?).compress(bytes),
    })
}
