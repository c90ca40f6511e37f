//! Times raw parsing against extraction over the files of a folder, on one thread.
use graph_core::{extract, languages::Language};
use std::time::{Duration, Instant};

fn main() {
    let root = std::env::args().nth(1).expect("a folder");
    let mut stack = vec![std::path::PathBuf::from(root)];
    let mut files = Vec::new();
    while let Some(path) = stack.pop() {
        for entry in std::fs::read_dir(path).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                stack.push(path)
            } else if let Some(language) = Language::of(&path.to_string_lossy()) {
                files.push((
                    language,
                    path.to_string_lossy().into_owned(),
                    std::fs::read(&path).expect("readable"),
                ));
            }
        }
    }
    let bounds = extract::Bounds { depth: 1000, time: Duration::from_secs(10), nodes: 10_000_000 };
    for _ in 0..2 {
        let mut parser = tree_sitter::Parser::new();
        let (mut raw, mut ours, mut bytes, mut exprs, mut refs, mut binds, mut defs) =
            (0.0, 0.0, 0, 0, 0, 0, 0);
        for (language, path, source) in &files {
            parser.set_language(&(language.grammar)()).expect("a grammar");
            let t = Instant::now();
            let tree = parser.parse(source, None);
            drop(tree);
            raw += t.elapsed().as_secs_f64();
            let t = Instant::now();
            match extract::extract(language, &mut parser, path, source, bounds) {
                Ok(f) => {
                    exprs += f.expressions.len();
                    refs += f.references.len();
                    binds += f.bindings.len();
                    defs += f.definitions.len();
                    bytes += postcard::to_stdvec(&f).expect("bytes").len();
                }
                Err(e) => println!("{path}: {e}"),
            }
            ours += t.elapsed().as_secs_f64();
        }
        println!(
            "{} files raw {raw:.2} extract {ours:.2} ratio {:.2} exprs {exprs} refs {refs} binds {binds} defs {defs} bytes {bytes}",
            files.len(),
            ours / raw
        );
    }
}
