//! Prints the graph of a folder's files: counts; with a second argument every call site of
//! that caller, with `--open` every call site without a sure edge.
use graph_core::{
    extract,
    graph::EdgeKind,
    languages::{self, Language},
    resolve::{SourceFile, resolve},
};
use rayon::prelude::*;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn main() {
    let root = std::path::PathBuf::from(std::env::args().nth(1).expect("a folder"));
    let mut stack = vec![root.clone()];
    let mut files = Vec::new();
    let mut configurations = rustc_hash::FxHashMap::default();
    while let Some(path) = stack.pop() {
        for entry in std::fs::read_dir(path).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                stack.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).expect("inside").to_string_lossy().into_owned();
            if languages::is_configuration(&name) {
                configurations.insert(name.clone(), std::fs::read_to_string(&path).unwrap_or_default());
            }
            if let Some(language) = Language::of(&name) {
                files.push((language, name, std::fs::read(&path).expect("readable")));
            }
        }
    }
    files.sort_by(|a, b| a.1.cmp(&b.1));
    let t = Instant::now();
    files.par_iter().for_each_init(tree_sitter::Parser::new, |p, f| {
        p.set_language(&(f.0.grammar)()).expect("g");
        p.parse(&f.2, None);
    });
    let raw = t.elapsed().as_secs_f64();
    let bounds = extract::Bounds { depth: 1000, time: Duration::from_secs(10), nodes: 10_000_000 };
    let t = Instant::now();
    let sources: Vec<SourceFile> = files
        .par_iter()
        .map_init(tree_sitter::Parser::new, |parser, (language, path, text)| {
            parser.set_language(&(language.grammar)()).expect("a grammar");
            extract::extract(language, parser, path, text, bounds).ok().map(|f| SourceFile {
                path: path.clone(),
                language,
                facts: Arc::new(f),
            })
        })
        .flatten()
        .collect();
    let extracted = t.elapsed().as_secs_f64();
    let t = Instant::now();
    let blobs = vec![[0; 20]; sources.len()];
    let graph = resolve(sources, &blobs, configurations, Vec::new(), None).0;
    let resolved = t.elapsed().as_secs_f64();
    let ambiguous = graph.unresolved.iter().filter(|u| !u.candidates.is_empty()).count();
    let count = |k| graph.edges.iter().filter(|e| e.kind == k && e.confidence >= 50).count();
    println!(
        "{} files {} nodes {} edges ({} calls, {} uses, {} imports) external {} unresolved {} ambiguous {}; raw {raw:.2} extract {extracted:.2} resolve {resolved:.2} whole/raw {:.2}",
        graph.files.len(),
        graph.nodes.len(),
        graph.edges.len(),
        count(EdgeKind::Calls),
        count(EdgeKind::UsesType),
        count(EdgeKind::Imports),
        graph.external.len(),
        graph.unresolved.len() - ambiguous,
        ambiguous,
        (extracted + resolved) / raw
    );
    let mut via = std::collections::BTreeMap::new();
    for e in graph.edges.iter().filter(|e| e.kind == EdgeKind::Calls) {
        *via.entry(e.via.name()).or_insert(0) += 1;
    }
    println!("{via:?}");
    if std::env::args().nth(2).as_deref() == Some("--open") {
        for u in &graph.unresolved {
            println!("{} {}:{} {} candidates", u.name, graph.path(u.from), u.line, u.candidates.len());
        }
        for e in graph.edges.iter().filter(|e| e.via.name() == "unique_name") {
            println!("{} {}:{} unique {}", graph.node(e.to).name, graph.path(e.from), e.line, graph.id(e.to));
        }
    } else if let Some(symbol) = std::env::args().nth(2) {
        let id = graph.find(&symbol).expect("a symbol");
        for (_, e) in graph.outgoing(id) {
            println!("{:?} {} line {} {}", e.kind, graph.id(e.to), e.line, e.via.name());
        }
        for e in graph.external.iter().filter(|e| e.from == id) {
            println!("external {} {} line {}", e.package, e.name, e.line);
        }
        for u in graph.unresolved.iter().filter(|e| e.from == id) {
            println!(
                "unresolved {} line {} {:?}",
                u.name,
                u.line,
                u.candidates.iter().map(|c| graph.id(*c)).collect::<Vec<_>>()
            );
        }
    }
}
