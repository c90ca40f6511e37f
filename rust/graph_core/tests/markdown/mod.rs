//! What the runners of Markdown cases share: where the cases are, how they are cut, and the graph of their files.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use graph_core::extract::{Bounds, extract};
use graph_core::graph::Graph;
use graph_core::languages::{self, Language};
use graph_core::resolve::{Memory, NoObserver, SourceFile, resolve};

pub fn languages_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/languages")
}

/// The Markdown files in the folder of that name of every language.
pub fn case_files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(languages_folder()).expect("languages").flatten() {
        for case in std::fs::read_dir(entry.path().join(folder)).into_iter().flatten().flatten() {
            if case.path().extension().is_some_and(|e| e == "md") {
                found.push(case.path());
            }
        }
    }
    found.sort();
    found
}

/// Parts of the text that begin with a heading of the second level.
pub fn sections(text: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let mut in_block = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("```") {
            in_block = !in_block;
        } else if !in_block && line.starts_with("## ") && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(text.len());
    starts.windows(2).map(|w| &text[w[0]..w[1]]).collect()
}

/// With the memory of an earlier version, which may change nothing but the time that it takes.
pub fn build_after(files: &[(&str, &str)], before: Option<&Memory>) -> (Graph, Memory) {
    let bounds = Bounds { depth: 1000, time: Duration::from_secs(10), nodes: 1_000_000 };
    let mut parser = tree_sitter::Parser::new();
    let mut sources = Vec::new();
    let mut configurations = rustc_hash::FxHashMap::default();
    for (path, text) in files {
        if languages::is_configuration(path) {
            configurations.insert((*path).to_owned(), (*text).to_owned());
        }
        let Some(language) = Language::of(path) else {
            continue;
        };
        parser.set_language(&(language.grammar)()).expect("a grammar");
        let facts = extract(language, &mut parser, path, text.as_bytes(), bounds).expect("facts");
        sources.push(SourceFile { path: (*path).to_owned(), language, facts: Arc::new(facts) });
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    let text_of = |path: &str| files.iter().find(|f| f.0 == path).map_or("", |f| f.1);
    let blobs: Vec<[u8; 20]> = sources
        .iter()
        .map(|s| {
            let mut blob = [0; 20];
            blob[..8].copy_from_slice(&graph_core::hashing::hash(text_of(&s.path).as_bytes()).to_le_bytes());
            blob
        })
        .collect();
    let done = resolve(sources, &blobs, configurations, Vec::new(), before, &NoObserver).expect("a graph");
    assert!(done.0.skipped.is_empty(), "resolving panicked");
    done
}
