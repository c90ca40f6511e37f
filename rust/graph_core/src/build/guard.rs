//! Guard: what a process that may be killed leaves behind for the one that watches it, and what that one asks of
//! the next try. A crash in a parser ends the process, so the word about it must be written before.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::resolve::FileObserver;
use crate::source::skip;

use super::progress::Progress;

/// Bytes of a thread's part of the journal: a length, a count, a path.
pub const SLOT: usize = 8 << 10;
const HEAD: usize = 8;

/// How a file ended the process that read it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Death {
    Crash,
    Memory,
    Time,
}

impl Death {
    pub fn reason(self) -> &'static str {
        match self {
            Death::Crash => skip::CRASHES,
            Death::Memory => skip::TOO_MUCH_MEMORY,
            Death::Time => skip::TOO_MUCH_TIME,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Guard {
    /// The file to which each thread writes what it is about to read.
    pub journal: Option<PathBuf>,
    /// Read before all others and one after the other, so that the journal names one alone.
    pub suspects: FxHashSet<String>,
    /// Whether the journal also says which file is being resolved: only worth its time after a death in that stage.
    pub closely: bool,
    /// Not read at all: each of these has ended a process.
    pub left_out: FxHashMap<String, Death>,
}

/// The open journal. Written with one call per file begun and one per file done: what is written outlives the process.
pub struct Journal {
    file: Option<File>,
    count: AtomicU32,
}

impl Journal {
    pub fn open(guard: &Guard) -> Result<Self> {
        let file = match &guard.journal {
            Some(path) => Some(File::create(path).map_err(|e| Error::io(path, e))?),
            None => None,
        };
        Ok(Journal { file, count: AtomicU32::new(0) })
    }

    pub fn begin(&self, path: &str) {
        let Some(file) = &self.file else { return };
        let path = &path.as_bytes()[..path.len().min(SLOT - HEAD)];
        let mut entry = Vec::with_capacity(HEAD + path.len());
        entry.extend((path.len() as u32).to_le_bytes());
        entry.extend(self.count.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        entry.extend(path);
        // A journal that cannot be written costs the name of a file that kills, not the build.
        let _ = file.write_all_at(&entry, slot());
    }

    pub fn end(&self) {
        if let Some(file) = &self.file {
            let _ = file.write_all_at(&[0; 4], slot());
        }
    }
}

/// What is told of the files while they are resolved.
pub struct Resolving<'b> {
    pub guard: &'b Guard,
    pub journal: &'b Journal,
    pub progress: &'b Progress,
}

impl FileObserver for Resolving<'_> {
    fn begin(&self, path: &str) {
        if self.guard.closely {
            self.journal.begin(path);
        }
    }

    fn end(&self) {
        if self.guard.closely {
            self.journal.end();
        }
        // Whoever watches sees that it goes on.
        self.progress.advance();
    }

    fn is_suspect(&self, path: &str) -> bool {
        self.guard.suspects.contains(path)
    }
}

fn slot() -> u64 {
    (rayon::current_thread_index().unwrap_or(0) * SLOT) as u64
}
