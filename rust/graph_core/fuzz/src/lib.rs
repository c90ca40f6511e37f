//! Entry points for fuzzing: each takes untrusted bytes and must not panic. Called by the targets of cargo fuzz with
//! generated inputs, and by `tests/fuzz` with seeds and earlier findings.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use graph_core::artifact::{self, GRAPH, Section};
use graph_core::build;
use graph_core::diff;
use graph_core::error::Error;
use graph_core::export;
use graph_core::extract::Bounds;
use graph_core::facts::Facts;
use graph_core::file_facts::file_facts;
use graph_core::file_texts::FileTexts;
use graph_core::graph::Graph;
use graph_core::impact::{Options, impact};
use graph_core::languages::{ALL, Language};
use graph_core::overlap::overlap;
use graph_core::resolve::{NoObserver, SourceFile, resolve};
use graph_core::source::Limits;
use graph_core::validate::check_syntax;

const BOUNDS: Bounds = Bounds { depth: 1000, time: Duration::from_secs(5), nodes: 1_000_000 };
/// The most time for one file: that of a parse that is cancelled, on a slow machine.
const SLOW: Duration = Duration::from_secs(30);
/// Separates the parts of an input.
pub const CUT: &[u8] = b"\0\xff\0\n";
/// The sections of facts in an artefact; `GRAPH` are those of a graph.
const FACTS: [&str; 2] = ["facts.index", "facts"];

type Entry = fn(&[u8]);

/// The entry points other than those of the languages.
const OTHERS: &[(&str, Entry)] =
    &[("facts", facts), ("changes", changes), ("diff", diff_revert), ("artifact", load)];

/// The names of all entry points.
pub fn targets() -> Vec<String> {
    let languages = ALL.iter().map(|language| format!("extract_{}", language.name));
    languages.chain(OTHERS.iter().map(|(name, _)| (*name).to_owned())).collect()
}

/// Calls the entry point with that name.
pub fn run(target: &str, input: &[u8]) {
    if let Some(language) = target.strip_prefix("extract_").and_then(Language::named) {
        source(language, input);
    } else {
        let entry = OTHERS.iter().find(|(name, _)| *name == target).expect("a target");
        entry.1(input);
    }
}

/// Input: a source file. Its facts must be valid, extracted in time, and resolve to a graph.
fn source(language: &'static Language, text: &[u8]) {
    let path = path_of(language);
    check_syntax(path.clone(), language, text, BOUNDS.time);
    if let Some(facts) = facts_of(language, &path, text) {
        check_queries(&resolved(vec![(path, language, facts)]));
    }
}

/// Input: forged facts, the first byte is the language. They must be rejected or resolve to a graph.
fn facts(input: &[u8]) {
    let Some((language, bytes)) = language_and_rest(input) else { return };
    let Ok(mut facts) = artifact::decode::<Facts>(bytes, Path::new("x")) else { return };
    if facts.invalid_table().is_none() {
        facts.strings.reindex();
        check_queries(&resolved(vec![(path_of(language), language, facts)]));
    }
}

/// Input: two versions of a file and another file, the first byte is the language. Both versions are compared in both
/// directions, and each with itself.
fn changes(input: &[u8]) {
    let Some((language, text)) = language_and_rest(input) else { return };
    let [base, head, beside] = parts(text);
    let graph = |text: &[u8]| {
        let files = [(path_of(language), text), (format!("b.{}", language.extensions[0]), beside)];
        let facts = files.into_iter().filter_map(|(path, text)| {
            let facts = facts_of(language, &path, text)?;
            Some((path, language, facts))
        });
        resolved(facts.collect())
    };
    let (base, head) = (graph(base), graph(head));
    for (one, other) in [(&base, &head), (&head, &base), (&head, &head)] {
        let answer = impact(one, other, &Options::default());
        serde_json::to_vec(&answer).expect("an answer is JSON");
        if std::ptr::eq(one, other) {
            assert_eq!(answer.changes.len(), 0, "nothing differs from itself");
        }
    }
    serde_json::to_vec(&overlap(&base, &head, &head, &Options::default())).expect("an answer is JSON");
}

/// Input: a diff and the text after it.
fn diff_revert(input: &[u8]) {
    let [diff, after] = parts(input);
    let (diff, after) = (String::from_utf8_lossy(diff), String::from_utf8_lossy(after));
    for file in diff::parse(&diff, Some("a")).unwrap_or_default() {
        let _ = file.revert(&after);
    }
}

/// Input: a forged artefact. It is loaded as it is, and as sections with valid checksums.
fn load(input: &[u8]) {
    let place = Scratch::new();
    place.load(input);
    let sections: [&[u8]; GRAPH.len() + FACTS.len()] = parts(input);
    let named = GRAPH.iter().chain(&FACTS).zip(sections);
    let sections: Vec<_> = named.map(|(&name, bytes)| Section::compressed(name, bytes.to_vec())).collect();
    artifact::write(&place.0, &sections).expect("sections that fit");
    place.read();
}

struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let shm = Path::new("/dev/shm");
        let directory = if shm.is_dir() { shm.to_owned() } else { std::env::temp_dir() };
        Scratch(directory.join(format!("graph-fuzz-{}-{count}", std::process::id())))
    }

    fn load(&self, bytes: &[u8]) {
        std::fs::write(&self.0, bytes).expect("a file of its own");
        self.read();
    }

    /// Loading the file must give an error or a usable graph.
    fn read(&self) {
        match artifact::read_graph(&self.0) {
            Ok(graph) => check_queries(&graph),
            Err(error) => assert!(matches!(error, Error::BadArtifact { .. }), "{error}"),
        }
        let known = build::load(&self.0);
        assert!(!matches!(known, Err(ref error) if !matches!(error, Error::BadArtifact { .. })));
        let _ = FileTexts::Pack(self.0.clone()).read(&["a"], &Limits::default());
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The facts of a text; None if the file is skipped. Panics if they are invalid or take too long.
pub fn facts_of(language: &'static Language, path: &str, text: &[u8]) -> Option<Facts> {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&(language.grammar)()).expect("a grammar");
    let begun = Instant::now();
    let facts = file_facts(language, &mut parser, path, text, BOUNDS).ok();
    assert!(begun.elapsed() < SLOW, "{} takes {:?}", language.name, begun.elapsed());
    if let Some(facts) = &facts {
        assert_eq!(facts.invalid_table(), None, "of {}: {}", language.name, String::from_utf8_lossy(text));
    }
    facts
}

fn resolved(files: Vec<(String, &'static Language, Facts)>) -> Graph {
    let blobs: Vec<[u8; 20]> = (1..).take(files.len()).map(|number| [number; 20]).collect();
    let source = |(path, language, facts)| SourceFile { path, language, facts: Arc::new(facts) };
    let files = files.into_iter().map(source).collect();
    let (graph, _) =
        resolve(files, &blobs, Default::default(), Vec::new(), None, &NoObserver).expect("a graph");
    assert!(graph.skipped.is_empty(), "resolving panicked");
    graph
}

/// Panics if a query on the graph fails.
fn check_queries(graph: &Graph) {
    for id in graph.node_ids() {
        let ends = graph.outgoing(id).chain(graph.incoming(id));
        assert!(ends.count() <= 2 * graph.edges.len());
    }
    serde_json::to_vec(&impact(graph, graph, &Options::default())).expect("an answer is JSON");
    export::write(graph, &mut std::io::sink(), export::Format::Json, Default::default())
        .expect("a sink takes all");
}

fn language_and_rest(input: &[u8]) -> Option<(&'static Language, &[u8])> {
    let (first, rest) = input.split_first()?;
    Some((ALL[*first as usize % ALL.len()], rest))
}

fn path_of(language: &Language) -> String {
    format!("a.{}", language.extensions[0])
}

/// Splits the input into `N` parts; missing ones are empty.
fn parts<const N: usize>(mut input: &[u8]) -> [&[u8]; N] {
    std::array::from_fn(|at| {
        let cut = input.windows(CUT.len()).position(|window| window == CUT);
        let (part, rest) = match cut {
            Some(cut) if at + 1 < N => (&input[..cut], &input[cut + CUT.len()..]),
            _ => (input, &input[input.len()..]),
        };
        input = rest;
        part
    })
}
