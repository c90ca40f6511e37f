//! The table at the start of an artefact: name, lengths and checksum of each section that follows.

use crate::{Error, Result};

use super::FORMAT;

const MAGIC: &[u8; 4] = b"KAST";
const MAX_SECTIONS: usize = 64;
const MAX_NAME_BYTES: usize = 64;
const MAX_RAW_BYTES: u64 = 4 << 30;
const HASH_BYTES: usize = blake3::OUT_LEN;
/// Magic, format, number of sections.
const PREFIX_BYTES: usize = 12;
/// Of a row without its name: the name's length, the two lengths of the section, its checksum.
const ROW_BYTES: usize = 1 + 16 + HASH_BYTES;

/// The length of the longest table.
pub const MAX_BYTES: u64 = (PREFIX_BYTES + MAX_SECTIONS * (ROW_BYTES + MAX_NAME_BYTES) + HASH_BYTES) as u64;

#[derive(Debug)]
pub struct Row {
    pub name: String,
    /// Byte offset in the file.
    pub start: u64,
    /// Length in the file.
    pub stored: u64,
    /// Decompressed length; equal to `stored` if the section is not compressed.
    pub raw: u64,
    /// Of the stored bytes.
    pub hash: blake3::Hash,
}

/// The bytes of the table of these rows.
pub fn encode<'r>(rows: impl ExactSizeIterator<Item = &'r Row>) -> Result<Vec<u8>> {
    let count = rows.len();
    let mut table = MAGIC.to_vec();
    table.extend(FORMAT.to_le_bytes());
    table.extend((count as u32).to_le_bytes());
    for row in rows {
        if row.name.len() > MAX_NAME_BYTES || count > MAX_SECTIONS || row.raw > MAX_RAW_BYTES {
            let reason = format!("section {} does not fit the format", row.name);
            return Err(Error::Internal(reason));
        }
        table.push(row.name.len() as u8);
        table.extend(row.name.as_bytes());
        table.extend(row.stored.to_le_bytes());
        table.extend(row.raw.to_le_bytes());
        table.extend(row.hash.as_bytes());
    }
    let sum = blake3::hash(&table);
    table.extend(sum.as_bytes());
    Ok(table)
}

/// The rows of the table at the start of `head`, or why it is none; `len` is the length of the whole file.
pub fn parse(head: &[u8], len: u64) -> std::result::Result<Vec<Row>, String> {
    let cut = || "its table is damaged or cut short".to_owned();
    let mut rest = head;
    let mut take = |n: usize| {
        let (taken, left) = rest.split_at_checked(n)?;
        rest = left;
        Some(taken)
    };
    if take(MAGIC.len()) != Some(MAGIC) {
        return Err("it does not begin like one".to_owned());
    }
    let format = number(take(4).ok_or_else(cut)?);
    if format != u64::from(FORMAT) {
        return Err(format!("it is of format {format}, and this program reads {FORMAT}"));
    }
    let count = number(take(4).ok_or_else(cut)?);
    if count > MAX_SECTIONS as u64 {
        return Err(cut());
    }
    let mut rows = Vec::new();
    let mut table_bytes = PREFIX_BYTES;
    for _ in 0..count {
        let name_bytes = take(1).ok_or_else(cut)?[0] as usize;
        if name_bytes > MAX_NAME_BYTES {
            return Err(cut());
        }
        let name = String::from_utf8_lossy(take(name_bytes).ok_or_else(cut)?).into_owned();
        let stored = number(take(8).ok_or_else(cut)?);
        let raw = number(take(8).ok_or_else(cut)?);
        let hash = take(HASH_BYTES).ok_or_else(cut)?;
        let hash = blake3::Hash::from_slice(hash).map_err(|_| cut())?;
        table_bytes += ROW_BYTES + name_bytes;
        rows.push(Row { name, start: 0, stored, raw, hash });
    }
    let sum = take(HASH_BYTES).ok_or_else(cut)?;
    if blake3::hash(&head[..table_bytes]).as_bytes() != sum {
        return Err(cut());
    }
    let mut at = (table_bytes + HASH_BYTES) as u64;
    for row in &mut rows {
        row.start = at;
        at = at.checked_add(row.stored).ok_or_else(cut)?;
        if row.raw > MAX_RAW_BYTES {
            return Err(format!("section {} is too large", row.name));
        }
    }
    if at == len { Ok(rows) } else { Err("it is cut short, or something follows it".to_owned()) }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}
