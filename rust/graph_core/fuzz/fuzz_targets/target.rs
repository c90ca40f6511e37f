//! A target: the entry point of this program's name.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| graph_fuzz::run(env!("CARGO_BIN_NAME"), input));
