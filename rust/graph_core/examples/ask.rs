//! How long a stored graph takes to load, and an impact to answer from two loaded ones; and the memory of the first.
//! Prints one JSON object: milliseconds as the clock says and as this thread ran, the least of some rounds.

use std::path::Path;
use std::time::Instant;

use graph_core::answer::to_json;
use graph_core::artifact::read_graph;
use graph_core::impact::{Options, impact};

/// As in the Python module, which brings it along.
#[cfg(not(feature = "python"))]
#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, base, head] = arguments.as_slice() else {
        eprintln!("two artefacts are needed");
        std::process::exit(2);
    };
    let before = memory("VmRSS:");
    let (base, load) = timed(|| read_graph(Path::new(base)).expect("an artefact"));
    let megabytes = (memory("VmHWM:") - before) / 1024;
    let head = read_graph(Path::new(head)).expect("an artefact");
    let options = Options::default();
    let answers: Vec<_> =
        (0..ROUNDS).map(|_| timed(|| to_json(&impact(&base, &head, &options)).expect("an answer"))).collect();
    let answer: serde_json::Value = serde_json::from_slice(&answers[0].0).expect("JSON");
    let least = |of: fn(&Took) -> f64| answers.iter().map(|(_, took)| of(took)).fold(f64::MAX, f64::min);
    let said = serde_json::json!({
        "load_ms": load.clock, "load_megabytes": megabytes,
        "answer_ms": least(|t| t.clock), "answer_thread_ms": least(|t| t.thread),
        "changes": answer["changes"].as_array().map(Vec::len), "nodes": base.nodes.len(),
    });
    println!("{said}");
}

struct Took {
    clock: f64,
    thread: f64,
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (clock, thread) = (Instant::now(), ran());
    let done = work();
    (done, Took { clock: clock.elapsed().as_secs_f64() * 1e3, thread: (ran() - thread) as f64 / 1e6 })
}

/// Nanoseconds that this thread has run.
fn ran() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// Kilobytes.
fn memory(row: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(row)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}
