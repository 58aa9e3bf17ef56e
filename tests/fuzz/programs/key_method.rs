//! Reads the messages of key method 2.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| p2svpn_fuzz::run("key_method", input));
