//! Fuzzing: mutated source, facts and pairs of versions never panic, hang or come out unsound. A small number of
//! mutations always; `FUZZ_SECONDS=60 cargo test --test fuzz` for so long a target. What failed is kept in `crashes`,
//! shrunk, and tried again at every run.

#![allow(clippy::unwrap_used)]

#[path = "../markdown/mod.rs"]
mod markdown;
mod mutation;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use graph_core::extract::{Bounds, extract};
use graph_core::facts::Facts;
use graph_core::impact::{Options, impact};
use graph_core::languages::{self, Language};
use graph_core::resolve::{SourceFile, resolve};
use markdown::{build_after, case_files, sections};
use mutation::{Edits, edits, mutated};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

const CASES: u32 = 48;
const BOUNDS: Bounds = Bounds { depth: 1000, time: Duration::from_secs(5), nodes: 1_000_000 };
/// With the time of a parse that is broken off, and a slow machine.
const SLOW: Duration = Duration::from_secs(30);

fn crashes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/crashes")
}

/// Path and text of every file.
type Project = Vec<(String, String)>;

/// The files of every case.
fn corpus() -> Vec<Project> {
    let mut projects = Vec::new();
    for path in case_files("cases") {
        let text = std::fs::read_to_string(&path).unwrap();
        for section in sections(&text) {
            let mut files = Vec::new();
            let mut lines = section.lines();
            while let Some(line) = lines.next() {
                let Some(name) = line.trim().strip_prefix('`').and_then(|l| l.strip_suffix("`:")) else {
                    continue;
                };
                let body = lines.by_ref().skip_while(|l| !l.starts_with("```")).skip(1);
                let body: Vec<&str> = body.take_while(|l| !l.starts_with("```")).collect();
                files.push((name.to_owned(), body.join("\n")));
            }
            if !files.is_empty() {
                projects.push(files);
            }
        }
    }
    projects
}

/// Tries mutations: a fixed few, or for as long as `FUZZ_SECONDS` says. Keeps the smallest input that fails.
fn fuzz<S: Strategy>(
    name: &str,
    strategy: S,
    keep: impl Fn(&S::Value) -> Vec<u8>,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) where
    S::Value: Clone,
{
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    let until = seconds.map(|s| Instant::now() + Duration::from_secs(s));
    loop {
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let mut runner = match until {
            Some(_) => TestRunner::new(config),
            None => TestRunner::new_with_rng(
                config,
                proptest::test_runner::TestRng::deterministic_rng(
                    proptest::test_runner::RngAlgorithm::ChaCha,
                ),
            ),
        };
        if let Err(TestError::Fail(reason, value)) = runner.run(&strategy, &test) {
            let kept = keep(&value);
            let file = crashes().join(format!("{name}-{:016x}", graph_core::facts::hash(&kept)));
            std::fs::write(&file, kept).unwrap();
            panic!("{name}: {reason}; kept as {}", file.display());
        }
        if until.is_none_or(|until| Instant::now() > until) {
            return;
        }
    }
}

/// Facts of a text, which are sound and came in time; None when the file would be skipped.
fn facts_of(language: &'static Language, path: &str, text: &[u8]) -> Option<Facts> {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&(language.grammar)()).unwrap();
    let begun = Instant::now();
    let facts = extract(language, &mut parser, path, text, BOUNDS).ok();
    assert!(begun.elapsed() < SLOW, "{} takes {:?}", language.name, begun.elapsed());
    if let Some(facts) = &facts {
        assert_eq!(facts.flaw(), None, "of {}: {}", language.name, String::from_utf8_lossy(text));
    }
    facts
}

fn resolved(path: &str, language: &'static Language, facts: Facts) {
    let source = SourceFile { path: path.to_owned(), language, facts: Arc::new(facts) };
    let (graph, _) = resolve(vec![source], &[[1; 20]], Default::default(), Vec::new(), None);
    assert!(!graph.nodes.is_empty());
}

fn examples(language: &Language) -> Vec<(String, String)> {
    let is_of = |path: &str| Language::of(path).is_some_and(|l| l.name == language.name);
    let mut examples: Vec<_> = corpus().into_iter().flatten().filter(|(path, _)| is_of(path)).collect();
    if examples.is_empty() {
        // A dialect without cases of its own still has its grammar.
        examples.push((format!("a.{}", language.extensions[0]), "a(b) { c }".to_owned()));
    }
    examples
}

#[test]
fn mutated_source_of_every_language_gives_sound_facts() {
    for language in languages::ALL {
        let examples = examples(language);
        let strategy = (0..examples.len(), 0..examples.len(), edits());
        let text = |(one, other, edits): &(usize, usize, Edits)| {
            mutated(examples[*one].1.as_bytes(), examples[*other].1.as_bytes(), edits)
        };
        let path = format!("a.{}", language.extensions[0]);
        fuzz(&format!("extract-{}", language.extensions[0]), strategy, text, |value| {
            if let Some(facts) = facts_of(language, &path, &text(&value)) {
                resolved(&path, language, facts);
            }
            Ok(())
        });
    }
}

#[test]
fn every_case_gives_sound_facts() {
    for (path, text) in corpus().into_iter().flatten() {
        if let Some(language) = Language::of(&path) {
            facts_of(language, &path, text.as_bytes());
        }
    }
}

#[test]
fn forged_facts_are_refused_or_resolved() {
    let mut all = Vec::new();
    for (path, text) in corpus().into_iter().flatten() {
        if let Some(language) = Language::of(&path)
            && let Some(facts) = facts_of(language, &path, text.as_bytes())
        {
            all.push((path, language, graph_core::artifact::encode(&facts).unwrap()));
        }
    }
    let strategy = (0..all.len(), 0..all.len(), edits());
    let bytes = |(one, other, edits): &(usize, usize, Edits)| mutated(&all[*one].2, &all[*other].2, edits);
    fuzz("facts", strategy, bytes, |value| {
        let (path, language, _) = &all[value.0];
        let decoded = graph_core::artifact::decode::<Facts>(&bytes(&value), Path::new("x"));
        if let Ok(mut facts) = decoded
            && facts.flaw().is_none()
        {
            facts.strings.reindex();
            resolved(path, language, facts);
        }
        Ok(())
    });
}

#[test]
fn two_mutated_versions_are_compared() {
    let projects = corpus();
    let strategy = (0..projects.len(), 0..projects.len(), any::<prop::sample::Index>(), edits(), edits());
    let versions = |(one, other, at, before, after): &(usize, usize, prop::sample::Index, Edits, Edits)| {
        let files = &projects[*one];
        let (path, text) = &files[at.index(files.len())];
        let other = projects[*other][0].1.as_bytes();
        let edited = |edits| String::from_utf8_lossy(&mutated(text.as_bytes(), other, edits)).into_owned();
        let whole = |edits| {
            let replaced = edited(edits);
            files
                .iter()
                .map(|(p, t)| (p.clone(), if p == path { replaced.clone() } else { t.clone() }))
                .collect()
        };
        let pair: (Project, Project) = (whole(before), whole(after));
        pair
    };
    let keep = |value: &_| format!("{:#?}", versions(value)).into_bytes();
    fuzz("versions", strategy, keep, |value| {
        let (before, after) = versions(&value);
        let graph = |files: &[(String, String)]| {
            let files: Vec<_> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
            build_after(&files, None).0
        };
        let (base, head) = (graph(&before), graph(&after));
        let answer = impact(&base, &head, &Options::default());
        serde_json::to_vec(&answer).map_err(|e| TestCaseError::fail(e.to_string()))?;
        Ok(())
    });
}

#[test]
fn what_failed_once_fails_no_more() {
    for entry in std::fs::read_dir(crashes()).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let bytes = std::fs::read(entry.path()).unwrap();
        let Some((extension, _)) = name.strip_prefix("extract-").and_then(|n| n.split_once('-')) else {
            continue;
        };
        let path = format!("a.{extension}");
        let language = Language::of(&path).unwrap();
        if let Some(facts) = facts_of(language, &path, &bytes) {
            resolved(&path, language, facts);
        }
    }
}
