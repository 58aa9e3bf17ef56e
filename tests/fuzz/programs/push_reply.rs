//! Reads push replies and writes them again.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| p2svpn_fuzz::run("push_reply", input));
