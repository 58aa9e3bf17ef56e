//! Drives the reliability layer over a bad link.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| p2svpn_fuzz::run("reliability", input));
