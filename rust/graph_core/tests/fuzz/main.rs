//! Runs every entry point of `fuzz/src/lib.rs` with its seeds, with earlier findings of cargo fuzz (`fuzz/corpus`,
//! `fuzz/crashes`), and with a few mutations. `make fuzz` searches for new findings.

#![allow(clippy::unwrap_used)]

#[path = "../../fuzz/src/lib.rs"]
mod entry;
#[path = "../markdown/mod.rs"]
mod markdown;
mod mutation;
mod seeds;

use std::collections::BTreeSet;
use std::path::Path;

use entry::{run, targets};
use mutation::{edits, mutated};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use seeds::seeds;

const CASES: u32 = 48;

fn stored_inputs(folder: &str, target: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder).join(target);
    let mut files: Vec<_> = std::fs::read_dir(directory).into_iter().flatten().flatten().collect();
    files.sort_by_key(|entry| entry.file_name());
    files.iter().map(|entry| std::fs::read(entry.path()).unwrap()).collect()
}

#[test]
fn earlier_findings_pass() {
    for target in targets() {
        for input in [stored_inputs("crashes", &target), stored_inputs("corpus", &target)].concat() {
            run(&target, &input);
        }
    }
}

/// Also writes the seeds to the directory `FUZZ_SEEDS`, if that is set.
#[test]
fn seeds_pass() {
    let wanted = std::env::var_os("FUZZ_SEEDS");
    for target in targets() {
        if let Some(directory) = &wanted {
            seeds::write(&target, Path::new(directory));
        }
        for input in seeds(&target) {
            run(&target, &input);
        }
    }
}

#[test]
fn mutated_seeds_pass() {
    for target in targets() {
        let seeds = seeds(&target);
        let strategy = (0..seeds.len(), 0..seeds.len(), edits());
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let done = runner.run(&strategy, |(one, other, edits)| {
            run(&target, &mutated(&seeds[one], &seeds[other], &edits));
            Ok(())
        });
        done.unwrap_or_else(|error| panic!("{target}: {error}"));
    }
}

/// An entry point without a target would never be fuzzed.
#[test]
fn every_entry_point_has_a_target() {
    let manifest = include_str!("../../fuzz/Cargo.toml");
    let (_, programs) = manifest.split_once("[[bin]]").unwrap();
    let named = programs.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    assert_eq!(named.map(str::to_owned).collect::<BTreeSet<_>>(), targets().into_iter().collect());
}
