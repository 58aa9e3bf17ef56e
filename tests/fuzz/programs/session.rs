//! Drives a client and a gateway over a hostile link.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| p2svpn_fuzz::run("session", input));
