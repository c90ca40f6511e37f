//! Builds the graph of a source: lists its files, extracts their facts and resolves them. Facts that an earlier
//! build has for the same path and content are used again. Knows no language and no rule of resolution.

mod artifact;
mod journal;
mod last_build;
mod progress;
mod report;
mod store;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use crate::arena::Arena;
use crate::error::{Error, Result};
use crate::extract::Bounds;
use crate::file_facts::file_facts;
use crate::graph::{Graph, Skipped};
use crate::languages::{self, Language};
use crate::resolve::{Memory, SourceFile, resolve};
use crate::source::{Entry, Limits, Listing, Reader, Source, list, skip};
use journal::{Journal, ResolveMonitor};

pub use artifact::{Request, build_artifact};
pub use journal::{CrashRecovery, SLOT};
pub use progress::{Progress, Stage};
pub use report::Report;
pub use store::{FileFacts, KnownFacts, load, save};

/// What an earlier build gives to the next one. It saves time and does not change the result.
#[derive(Default)]
pub struct Reusable<'a> {
    pub facts: Option<&'a KnownFacts>,
    pub memory: Option<&'a Memory>,
}

/// A graph, the facts that it was made of, and what the next build can reuse.
pub struct Built {
    pub graph: Graph,
    pub facts: KnownFacts,
    pub memory: Memory,
    /// The full id of the commit, if the source is one.
    pub commit: Option<String>,
    /// The number of files whose facts were reused.
    pub reused: usize,
    /// The number of bytes that were parsed.
    pub bytes: u64,
    pub times: Times,
}

/// Seconds of each stage.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Times {
    pub list: f64,
    pub parse: f64,
    pub resolve: f64,
    pub write: f64,
}

/// Builds the graph of `source` on `threads` threads (0: one for each core). The result does not depend on their
/// number.
pub fn build(
    source: &Source,
    limits: &Limits,
    reusable: &Reusable,
    threads: usize,
    progress: &Progress,
    recovery: &CrashRecovery,
) -> Result<Built> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(8 << 20)
        .build()
        .map_err(|e| Error::Internal(format!("no thread pool: {e}")))?;
    pool.install(|| build_in_pool(source, limits, reusable, progress, recovery))
}

fn build_in_pool(
    source: &Source,
    limits: &Limits,
    reusable: &Reusable,
    progress: &Progress,
    recovery: &CrashRecovery,
) -> Result<Built> {
    let begun = Instant::now();
    progress.enter(Stage::List, 0);
    let listing = list(source, limits, &languages::is_wanted)?;
    let mut times = Times { list: begun.elapsed().as_secs_f64(), ..Times::default() };
    progress.check()?;

    let begun = Instant::now();
    let journal = Journal::open(recovery)?;
    let extraction =
        Extraction { listing: &listing, limits, known: reusable.facts, progress, recovery, journal };
    let Extracted { files, mut skipped, reused, bytes } = extraction.run()?;
    let configurations = configurations(&listing);
    skipped.extend(listing.skipped.iter().cloned());
    skipped.sort_unstable();
    times.parse = begun.elapsed().as_secs_f64();

    let begun = Instant::now();
    progress.enter(Stage::Resolve, 0);
    let mut sources = Vec::with_capacity(files.len());
    let mut blobs = Vec::with_capacity(files.len());
    let mut facts = KnownFacts::default();
    for (file, blob, file_facts) in files {
        facts.insert((file.path.clone(), blob), file_facts);
        sources.push(file);
        blobs.push(blob);
    }
    let monitor = ResolveMonitor { recovery, journal: &extraction.journal, progress };
    let (graph, memory) = resolve(sources, &blobs, configurations, skipped, reusable.memory, &monitor)?;
    if graph.files.len() < facts.len() {
        // The resolver leaves out a file that it fails at.
        let kept: FxHashSet<&str> = graph.files.iter().map(|f| &*f.path).collect();
        facts.retain(|(path, _), _| kept.contains(path.as_str()));
    }
    times.resolve = begun.elapsed().as_secs_f64();
    progress.check()?;
    Ok(Built { graph, facts, memory, commit: listing.commit, reused, bytes, times })
}

/// The second stage: the facts of every source file, reused or extracted.
struct Extraction<'a> {
    listing: &'a Listing,
    limits: &'a Limits,
    known: Option<&'a KnownFacts>,
    progress: &'a Progress,
    recovery: &'a CrashRecovery,
    journal: Journal,
}

struct Extracted {
    files: Vec<(SourceFile, [u8; 20], FileFacts)>,
    skipped: Vec<Skipped>,
    reused: usize,
    bytes: u64,
}

enum Outcome {
    Reused(FileFacts),
    /// With the number of bytes that were parsed.
    New(FileFacts, u64),
    Skipped(&'static str),
}

type Candidate<'a> = (&'a Entry, &'static Language);

impl Extraction<'_> {
    fn run(&self) -> Result<Extracted> {
        let entries = self.listing.entries.iter();
        let candidates: Vec<Candidate> =
            entries.filter_map(|e| Language::of(&e.path).map(|l| (e, l))).collect();
        self.progress.enter(Stage::Parse, candidates.len() as u64);
        let tools = || (self.listing.reader(), Arena::default());
        let is_suspect = |(entry, _): &Candidate| self.recovery.suspects.contains(&entry.path);
        let mut suspects: Vec<Option<Outcome>> = candidates
            .iter()
            .map(|file| is_suspect(file).then(|| self.outcome(&mut tools(), file)).flatten())
            .collect();
        let outcomes: Vec<Option<Outcome>> = suspects
            .par_iter_mut()
            .zip(&candidates)
            .map_init(tools, |tools, (outcome, file)| outcome.take().or_else(|| self.outcome(tools, file)))
            .collect();
        self.progress.check()?;
        collect(outcomes, candidates)
    }

    /// None when the build was cancelled.
    fn outcome(
        &self,
        (reader, arena): &mut (Reader, Arena),
        (entry, language): &Candidate,
    ) -> Option<Outcome> {
        if self.progress.is_cancelled() {
            return None;
        }
        let known = || self.known.and_then(|k| k.get(&(entry.path.clone(), entry.blob)));
        let outcome = if let Some(death) = self.recovery.left_out.get(&entry.path) {
            Outcome::Skipped(death.reason())
        } else if let Some(facts) = known() {
            Outcome::Reused(facts.clone())
        } else {
            self.journal.begin(&entry.path);
            let outcome = extract_file(reader, arena, entry, language, bounds(self.limits));
            self.journal.end();
            outcome
        };
        self.progress.advance();
        Some(outcome)
    }
}

fn bounds(limits: &Limits) -> Bounds {
    Bounds { depth: limits.depth as u32, time: Duration::from_millis(limits.parse_ms), nodes: limits.nodes }
}

fn collect(outcomes: Vec<Option<Outcome>>, candidates: Vec<Candidate>) -> Result<Extracted> {
    let files = Vec::with_capacity(outcomes.len());
    let mut all = Extracted { files, skipped: Vec::new(), reused: 0, bytes: 0 };
    for (outcome, (entry, language)) in outcomes.into_iter().zip(candidates) {
        let file_facts = match outcome {
            Some(Outcome::Reused(facts)) => {
                all.reused += 1;
                facts
            }
            Some(Outcome::New(facts, size)) => {
                all.bytes += size;
                facts
            }
            Some(Outcome::Skipped(reason)) => {
                all.skipped.push(Skipped { path: entry.path.clone(), reason: reason.to_owned() });
                continue;
            }
            None => return Err(Error::Cancelled),
        };
        let facts = file_facts.facts.clone();
        all.files.push((SourceFile { path: entry.path.clone(), language, facts }, entry.blob, file_facts));
    }
    Ok(all)
}

/// Reads and parses one file. A panic is taken for a fault of the file, so only that file is skipped.
fn extract_file(
    reader: &mut Reader,
    arena: &mut Arena,
    entry: &Entry,
    language: &'static Language,
    bounds: Bounds,
) -> Outcome {
    let text = match reader.read(entry) {
        Ok(text) => text,
        Err(reason) => return Outcome::Skipped(reason),
    };
    // Compiled once and kept for the life of the process, so it must not be allocated in the arena.
    language.syntax();
    let parsed = || {
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&(language.grammar)()).map_err(|_| "grammar not usable")?;
        file_facts(language, &mut parser, &entry.path, &text, bounds)
    };
    match catch_unwind(AssertUnwindSafe(|| arena.scope(parsed))) {
        Ok(Ok(facts)) => Outcome::New(FileFacts::new(Arc::new(facts)), text.len() as u64),
        Ok(Err(reason)) => Outcome::Skipped(reason),
        Err(_) => Outcome::Skipped(skip::NOT_EXTRACTED),
    }
}

/// The contents of the project configurations that imports depend on.
fn configurations(listing: &Listing) -> FxHashMap<String, String> {
    let mut reader = listing.reader();
    let wanted = listing.entries.iter().filter(|e| languages::is_configuration(&e.path));
    wanted
        .filter_map(|entry| {
            let text = reader.read(entry).ok()?;
            Some((entry.path.clone(), String::from_utf8_lossy(&text).into_owned()))
        })
        .collect()
}
