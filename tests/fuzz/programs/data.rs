//! Opens data packets, real and made up, while keys come and go.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| p2svpn_fuzz::run("data", input));
