//! Entry points: bytes in that anybody may have written, nothing out; what must not be is a panic. Called by the targets
//! of cargo fuzz with what it makes up, and by `tests/fuzz` with what was found before.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use graph_core::artifact::{self, GRAPH, Section};
use graph_core::build;
use graph_core::diff;
use graph_core::error::Error;
use graph_core::export;
use graph_core::extract::{Bounds, extract};
use graph_core::facts::Facts;
use graph_core::file_texts::FileTexts;
use graph_core::graph::Graph;
use graph_core::impact::{Options, impact};
use graph_core::languages::{ALL, Language};
use graph_core::overlap::overlap;
use graph_core::resolve::{NoObserver, SourceFile, resolve};
use graph_core::source::Limits;
use graph_core::validate::judge;

const BOUNDS: Bounds = Bounds { depth: 1000, time: Duration::from_secs(5), nodes: 1_000_000 };
/// With the time of a parse that is broken off, and a slow machine.
const SLOW: Duration = Duration::from_secs(30);
/// Stands between the parts of an input that has several.
pub const CUT: &[u8] = b"\0\xff\0\n";
/// Of an artefact of facts; those of a graph are `GRAPH`.
const FACTS: [&str; 2] = ["facts.index", "facts"];

type Entry = fn(&[u8]);

/// The entry points, beside the one of each language.
const OTHERS: &[(&str, Entry)] =
    &[("facts", facts), ("changes", changes), ("diff", undo), ("artifact", load)];

/// The names of all entry points.
pub fn targets() -> Vec<String> {
    let languages = ALL.iter().map(|language| format!("extract_{}", language.name));
    languages.chain(OTHERS.iter().map(|(name, _)| (*name).to_owned())).collect()
}

/// Calls the entry point of that name.
pub fn run(target: &str, input: &[u8]) {
    if let Some(language) = target.strip_prefix("extract_").and_then(Language::named) {
        source(language, input);
    } else {
        let entry = OTHERS.iter().find(|(name, _)| *name == target).expect("a target");
        entry.1(input);
    }
}

/// A source file: its facts are sound, come in time, and make a graph.
fn source(language: &'static Language, text: &[u8]) {
    let path = path_of(language);
    judge(path.clone(), language, text, BOUNDS.time);
    if let Some(facts) = facts_of(language, &path, text) {
        sound(&resolved(vec![(path, language, facts)]));
    }
}

/// Facts that somebody else has written: refused, or they make a graph. The first byte is the language.
fn facts(input: &[u8]) {
    let Some((language, bytes)) = chosen(input) else { return };
    let Ok(mut facts) = artifact::decode::<Facts>(bytes, Path::new("x")) else { return };
    if facts.invalid_table().is_none() {
        facts.strings.reindex();
        sound(&resolved(vec![(path_of(language), language, facts)]));
    }
}

/// Two versions of a file and one beside it: compared both ways, and each with itself. The first byte is the language.
fn changes(input: &[u8]) {
    let Some((language, text)) = chosen(input) else { return };
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

/// A diff and the text after it.
fn undo(input: &[u8]) {
    let [diff, after] = parts(input);
    let (diff, after) = (String::from_utf8_lossy(diff), String::from_utf8_lossy(after));
    for file in diff::parse(&diff, Some("a")).unwrap_or_default() {
        let _ = file.revert(&after);
    }
}

/// A file that says it is an artefact: as it is, and as sections with right checksums around them.
fn load(input: &[u8]) {
    let place = Scratch::new();
    place.holds(input);
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

    fn holds(&self, bytes: &[u8]) {
        std::fs::write(&self.0, bytes).expect("a file of its own");
        self.read();
    }

    /// Whatever is in it is an error or a graph that can be asked.
    fn read(&self) {
        match artifact::read_graph(&self.0) {
            Ok(graph) => sound(&graph),
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

/// Facts of a text, which are sound and came in time; None when the file would be skipped.
pub fn facts_of(language: &'static Language, path: &str, text: &[u8]) -> Option<Facts> {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&(language.grammar)()).expect("a grammar");
    let begun = Instant::now();
    let facts = extract(language, &mut parser, path, text, BOUNDS).ok();
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

/// Whatever can be asked of a graph has an answer.
fn sound(graph: &Graph) {
    for id in graph.node_ids() {
        let ends = graph.outgoing(id).chain(graph.incoming(id));
        assert!(ends.count() <= 2 * graph.edges.len());
    }
    serde_json::to_vec(&impact(graph, graph, &Options::default())).expect("an answer is JSON");
    export::write(graph, &mut std::io::sink(), export::Format::Json, Default::default())
        .expect("a sink takes all");
}

fn chosen(input: &[u8]) -> Option<(&'static Language, &[u8])> {
    let (first, rest) = input.split_first()?;
    Some((ALL[*first as usize % ALL.len()], rest))
}

fn path_of(language: &Language) -> String {
    format!("a.{}", language.extensions[0])
}

/// The input in so many parts; those that it has not are empty.
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
