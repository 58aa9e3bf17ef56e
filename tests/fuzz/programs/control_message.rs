//! Splits TLS plaintext into control messages.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| p2svpn_fuzz::run("control_message", input));
