//! Sends packets through the tunnel.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| p2svpn_fuzz::run("tunnel", input));
