//! Reads the files of static and tls-crypt-v2 keys.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| p2svpn_fuzz::run("key_file", input));
