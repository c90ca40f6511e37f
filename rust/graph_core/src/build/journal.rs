//! Crash recovery: the journal that a build writes so that whoever watches its process knows the file at which it
//! died, and the request of the watcher for the next try. A crash in a parser ends the process without a word, so
//! each file's path is written before the file is read.

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

/// Bytes of one thread's slot in the journal: the path's length, a counter, the path.
pub const SLOT: usize = 8 << 10;
const HEADER: usize = 8;

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

/// What the watcher of a build process asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CrashRecovery {
    /// The file to which each thread writes the path that it is about to read.
    pub journal: Option<PathBuf>,
    /// Read before all others and one after the other, so that the journal names exactly one when the process dies.
    pub suspects: FxHashSet<String>,
    /// The journal also records the file being resolved. It costs time, so it is asked for only after a death in
    /// that stage.
    pub closely: bool,
    /// Files that are not read, because each of them has ended a process.
    pub left_out: FxHashMap<String, Death>,
}

/// The open journal. One write call at the begin and one at the end of each file: written pages outlive the process.
pub struct Journal {
    file: Option<File>,
    count: AtomicU32,
}

impl Journal {
    pub fn open(recovery: &CrashRecovery) -> Result<Self> {
        let file = match &recovery.journal {
            Some(path) => Some(File::create(path).map_err(|e| Error::io(path, e))?),
            None => None,
        };
        Ok(Journal { file, count: AtomicU32::new(0) })
    }

    pub fn begin(&self, path: &str) {
        let Some(file) = &self.file else { return };
        let path = &path.as_bytes()[..path.len().min(SLOT - HEADER)];
        let mut entry = Vec::with_capacity(HEADER + path.len());
        entry.extend((path.len() as u32).to_le_bytes());
        entry.extend(self.count.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        entry.extend(path);
        // Without the journal only the name of a fatal file would be lost, so the build goes on.
        let _ = file.write_all_at(&entry, slot_offset());
    }

    pub fn end(&self) {
        if let Some(file) = &self.file {
            let _ = file.write_all_at(&[0; 4], slot_offset());
        }
    }
}

/// Observes the resolver for journal and progress.
pub struct ResolveMonitor<'b> {
    pub recovery: &'b CrashRecovery,
    pub journal: &'b Journal,
    pub progress: &'b Progress,
}

impl FileObserver for ResolveMonitor<'_> {
    fn begin(&self, path: &str) {
        if self.recovery.closely {
            self.journal.begin(path);
        }
    }

    fn end(&self) {
        if self.recovery.closely {
            self.journal.end();
        }
        // The watcher takes a build whose counter stands still for one that hangs.
        self.progress.advance();
    }

    fn is_suspect(&self, path: &str) -> bool {
        self.recovery.suspects.contains(path)
    }
}

fn slot_offset() -> u64 {
    (rayon::current_thread_index().unwrap_or(0) * SLOT) as u64
}
