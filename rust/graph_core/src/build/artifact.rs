//! Builds a graph and stores it as an artefact: what one call from Python does. Reuses the last build of this
//! process or the artefact of an earlier version, if the request names one.

use std::path::PathBuf;
use std::time::Instant;

use super::last_build::LastBuild;
use super::{CrashRecovery, Progress, Report, Reusable, Stage, build, load, save};
use crate::error::Result;
use crate::source::{Limits, Source};

pub struct Request {
    pub source: Source,
    /// Where the artefact is written.
    pub artifact: PathBuf,
    /// The artefact of an earlier version of the source.
    pub base: Option<PathBuf>,
    /// 0: one for each core.
    pub threads: usize,
    pub limits: Limits,
    pub recovery: CrashRecovery,
}

/// Builds the graph of the source and writes its artefact; returns the counts and times of the build.
pub fn build_artifact(request: &Request, progress: &Progress) -> Result<Report> {
    let last = request.base.as_deref().and_then(LastBuild::take);
    let loaded = match (&last, &request.base) {
        (None, Some(base)) => Some(load(base)?),
        _ => None,
    };
    let reusable = match &last {
        Some(last) => last.reusable(),
        None => Reusable { facts: loaded.as_ref(), memory: None },
    };
    let Request { source, limits, threads, recovery, .. } = request;
    let mut built = build(source, limits, &reusable, *threads, progress, recovery)?;
    progress.enter(Stage::Write, 0);
    let begun = Instant::now();
    save(&request.artifact, &built)?;
    built.times.write = begun.elapsed().as_secs_f64();
    progress.enter(Stage::Done, 0);
    let report = Report::of(&built, limits);
    LastBuild::keep(&request.artifact, built, (last, loaded));
    Ok(report)
}
