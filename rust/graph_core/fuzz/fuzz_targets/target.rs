//! A fuzz target: runs the entry point with the name of this program.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| graph_fuzz::run(env!("CARGO_BIN_NAME"), input));
