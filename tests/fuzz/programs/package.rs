//! Imports packages, and the files that would be in them.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| p2svpn_fuzz::package(input));
