//! Takes each wrapping off packets, real and made up.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| p2svpn_fuzz::run("unwrap", input));
