//! Builds a folder, edits some of its files in place, and builds again with and without the first build at hand:
//! prints the times and says whether the graphs are equal. Usage: rebuild FOLDER FILE…
use graph_core::build::{Base, Progress, build};
use graph_core::source::{Limits, Source};
use std::path::PathBuf;
use std::time::Instant;

fn main() {
    let root = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    let edited: Vec<PathBuf> = std::env::args().skip(2).map(|f| root.join(f)).collect();
    let (source, limits, progress) = (Source::Directory(root), Limits::default(), Progress::default());
    let t = Instant::now();
    let first = build(&source, &limits, &Base::default(), 0, &progress).expect("built");
    println!("full {:?} {:?}", t.elapsed(), first.times);
    for file in &edited {
        let text = std::fs::read_to_string(file).expect("readable");
        std::fs::write(
            file,
            format!("{text}\n\ndef added_by_edit(x):\n    return x.save()\n").replacen(
                "return",
                "return (1) and",
                1,
            ),
        )
        .expect("written");
    }
    let t = Instant::now();
    let base = Base { known: Some(&first.known), memory: Some(&first.memory) };
    let again = build(&source, &limits, &base, 0, &progress).expect("built");
    println!("again {:?} {:?} reused {}", t.elapsed(), again.times, again.reused);
    let t = Instant::now();
    let full = build(&source, &limits, &Base::default(), 0, &progress).expect("built");
    println!("full {:?} {:?} equal {}", t.elapsed(), full.times, full.graph == again.graph);
    let _ = Instant::now();
}
