//! The reference of the benchmarks: parses the source files of a directory, which it has read before, with plain
//! tree-sitter and prints the seconds that it takes. `raw_parse DIRECTORY THREADS`
use std::time::Instant;

use graph_core::languages::Language;
use graph_core::source::{Limits, Source, list};
use rayon::prelude::*;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let root = arguments.next().expect("a directory");
    let threads = arguments.next().map_or(0, |t| t.parse().expect("a number of threads"));
    let source = Source::Directory(root.into());
    let listing = list(&source, &Limits::default(), &|path| Language::of(path).is_some()).expect("a listing");
    let mut reader = listing.reader();
    let files: Vec<_> = listing
        .entries
        .iter()
        .filter_map(|entry| Some((Language::of(&entry.path)?, reader.read(entry).ok()?)))
        .collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let begun = Instant::now();
    pool.install(|| {
        files.par_iter().for_each_init(tree_sitter::Parser::new, |parser, (language, text)| {
            parser.set_language(&(language.grammar)()).expect("a grammar");
            drop(parser.parse(text, None));
        });
    });
    println!("{}", begun.elapsed().as_secs_f64());
}
