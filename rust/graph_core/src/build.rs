//! Build: a source → files, their facts, a graph. Facts that are at hand for a file's content are used again.

mod guard;
mod progress;
mod store;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use crate::arena::Arena;
use crate::error::{Error, Result};
use crate::extract::{Bounds, extract};
use crate::graph::{Graph, Skipped};
use crate::languages::{self, Language};
use crate::resolve::{Memory, SourceFile, resolve};
use crate::source::{Entry, Limits, Listing, Reader, Source, list, skip};
use guard::{Journal, Resolving};

pub use guard::{Guard, SLOT};
pub use progress::{Progress, Stage};
pub use store::{Known, KnownFile, load, save};

/// What an earlier build gives to the next one. None of it changes the result.
#[derive(Default)]
pub struct Base<'a> {
    pub known: Option<&'a Known>,
    pub memory: Option<&'a Memory>,
}

/// A graph, the facts that it was made of, and what the next build can use of it.
pub struct Built {
    pub graph: Graph,
    pub known: Known,
    pub memory: Memory,
    /// The full id of the commit, if the source is one.
    pub commit: Option<String>,
    /// Files whose facts were at hand.
    pub reused: usize,
    /// What was parsed for the others.
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

/// Builds the graph of `source` on `threads` threads (0: one for each core), whatever their number with the same
/// result.
pub fn build(
    source: &Source,
    limits: &Limits,
    base: &Base,
    threads: usize,
    progress: &Progress,
    guard: &Guard,
) -> Result<Built> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(8 << 20)
        .build()
        .map_err(|e| Error::Internal(format!("no thread pool: {e}")))?;
    pool.install(|| build_here(source, limits, base, progress, guard))
}

fn build_here(
    source: &Source,
    limits: &Limits,
    base: &Base,
    progress: &Progress,
    guard: &Guard,
) -> Result<Built> {
    let begun = Instant::now();
    progress.enter(Stage::List, 0);
    let listing = list(source, limits, &languages::is_wanted)?;
    let mut times = Times { list: begun.elapsed().as_secs_f64(), ..Times::default() };
    progress.check()?;

    let begun = Instant::now();
    let journal = Journal::open(guard)?;
    let (files, mut skipped, reused, bytes) = read(&listing, limits, base.known, progress, guard, &journal)?;
    let configurations = configurations(&listing);
    skipped.extend(listing.skipped.iter().cloned());
    skipped.sort_unstable();
    times.parse = begun.elapsed().as_secs_f64();

    let begun = Instant::now();
    progress.enter(Stage::Resolve, 0);
    let mut sources = Vec::with_capacity(files.len());
    let mut blobs = Vec::with_capacity(files.len());
    let mut known = Known::default();
    for (file, blob, at_hand) in files {
        known.insert((file.path.clone(), blob), at_hand);
        sources.push(file);
        blobs.push(blob);
    }
    let watch = Resolving { guard, journal: &journal, progress };
    let (graph, memory) = resolve(sources, &blobs, configurations, skipped, base.memory, &watch)?;
    if graph.files.len() < known.len() {
        let kept: FxHashSet<&str> = graph.files.iter().map(|f| &*f.path).collect();
        known.retain(|(path, _), _| kept.contains(path.as_str()));
    }
    times.resolve = begun.elapsed().as_secs_f64();
    progress.check()?;
    Ok(Built { graph, known, memory, commit: listing.commit, reused, bytes, times })
}

type Wanted<'a> = (&'a Entry, &'static Language);
/// Files, what is left out, how many were at hand, and how many bytes were parsed for the others.
type Read = (Vec<(SourceFile, [u8; 20], KnownFile)>, Vec<Skipped>, usize, u64);

/// The facts of every source file: at hand, or read and parsed.
fn read(
    listing: &Listing,
    limits: &Limits,
    known: Option<&Known>,
    progress: &Progress,
    guard: &Guard,
    journal: &Journal,
) -> Result<Read> {
    let wanted: Vec<Wanted> =
        listing.entries.iter().filter_map(|e| Language::of(&e.path).map(|l| (e, l))).collect();
    progress.enter(Stage::Parse, wanted.len() as u64);
    let bounds = Bounds {
        depth: limits.depth as u32,
        time: Duration::from_millis(limits.parse_ms),
        nodes: limits.nodes,
    };
    let tools = || (listing.reader(), Arena::default());
    let outcome = |(reader, arena): &mut (Reader, Arena), (entry, language): &Wanted| {
        if progress.is_cancelled() {
            return None;
        }
        let outcome = if let Some(death) = guard.left_out.get(&entry.path) {
            Outcome::Skipped(death.reason())
        } else if let Some(known) = known.and_then(|k| k.get(&(entry.path.clone(), entry.blob))) {
            Outcome::AtHand(known.clone())
        } else {
            journal.begin(&entry.path);
            let outcome = one(reader, arena, entry, language, bounds);
            journal.end();
            outcome
        };
        progress.advance();
        Some(outcome)
    };
    let is_suspect = |(entry, _): &Wanted| guard.suspects.contains(&entry.path);
    let mut first: Vec<Option<Outcome>> =
        wanted.iter().map(|file| is_suspect(file).then(|| outcome(&mut tools(), file)).flatten()).collect();
    let results: Vec<Option<Outcome>> = first
        .par_iter_mut()
        .zip(&wanted)
        .map_init(tools, |tools, (first, file)| first.take().or_else(|| outcome(tools, file)))
        .collect();
    progress.check()?;
    let mut files = Vec::with_capacity(results.len());
    let mut skipped = Vec::new();
    let mut reused = 0;
    let mut bytes = 0;
    for (outcome, (entry, language)) in results.into_iter().zip(wanted) {
        let known = match outcome {
            Some(Outcome::AtHand(known)) => {
                reused += 1;
                known
            }
            Some(Outcome::New(known, size)) => {
                bytes += size;
                known
            }
            Some(Outcome::Skipped(reason)) => {
                skipped.push(Skipped { path: entry.path.clone(), reason: reason.to_owned() });
                continue;
            }
            None => return Err(Error::Cancelled),
        };
        let facts = known.facts.clone();
        files.push((SourceFile { path: entry.path.clone(), language, facts }, entry.blob, known));
    }
    Ok((files, skipped, reused, bytes))
}

enum Outcome {
    AtHand(KnownFile),
    New(KnownFile, u64),
    Skipped(&'static str),
}

/// Reads and parses one file. A panic is the file's fault and costs only that file.
fn one(
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
    // Compiled once and kept, so not in the arena.
    language.syntax();
    let parsed = || {
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&(language.grammar)()).map_err(|_| "grammar not usable")?;
        extract(language, &mut parser, &entry.path, &text, bounds)
    };
    match catch_unwind(AssertUnwindSafe(|| arena.scope(parsed))) {
        Ok(Ok(facts)) => Outcome::New(KnownFile::new(Arc::new(facts)), text.len() as u64),
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
