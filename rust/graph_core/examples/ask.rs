//! Measures the loading of a stored graph, in time and memory, and an impact analysis of two loaded graphs. Prints one
//! JSON object: wall-clock and thread time in milliseconds, the least of several rounds.

use std::path::Path;
use std::time::Instant;

use graph_core::answer::to_json;
use graph_core::artifact::read_graph;
use graph_core::impact::{Options, impact};

/// The allocator of the Python module.
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
    let least = |of: fn(&Elapsed) -> f64| answers.iter().map(|(_, took)| of(took)).fold(f64::MAX, f64::min);
    let result = serde_json::json!({
        "load_ms": load.clock, "load_megabytes": megabytes,
        "answer_ms": least(|t| t.clock), "answer_thread_ms": least(|t| t.thread),
        "changes": answer["changes"].as_array().map(Vec::len), "nodes": base.nodes.len(),
    });
    println!("{result}");
}

struct Elapsed {
    clock: f64,
    thread: f64,
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Elapsed) {
    let (clock, thread) = (Instant::now(), thread_time());
    let done = work();
    (
        done,
        Elapsed { clock: clock.elapsed().as_secs_f64() * 1e3, thread: (thread_time() - thread) as f64 / 1e6 },
    )
}

/// The run time of this thread in nanoseconds.
fn thread_time() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// A row of `/proc/self/status` in kilobytes.
fn memory(row: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(row)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}
