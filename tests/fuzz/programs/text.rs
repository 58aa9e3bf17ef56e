//! Reads what else a peer says of itself in text.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| p2svpn_fuzz::run("text", input));
