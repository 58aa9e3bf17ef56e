//! Imports profiles in this library's own JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| p2svpn_fuzz::file(input));
