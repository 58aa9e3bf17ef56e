//! What an import of OpenVPN configurations takes of memory, counted at the allocator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::alloc::System;

use cap::Cap;
use p2svpn_profile::{ImportOptions, MAXIMUM_OVPN_BYTES, SourceFile, import};

/// Counts all allocations; one beyond the limit ends the process with a message.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// What the documentation of `import` states, beside the bytes given.
const MOST: usize = 16 << 20;

const AZURE: &str = include_str!("fixtures/openvpn/azure-2026.ovpn");

/// One test, because the count is the process's.
#[test]
fn no_configuration_takes_more_memory_than_is_stated() {
    let mut number = 0u32;
    let mut next = || {
        number += 1;
        number
    };
    count("unknown options", &filled(|| format!("u{:x}\n", next())));
    count("servers", &filled(|| "remote a\n".to_owned()));
    count(
        "routes",
        &filled(|| {
            let [_, one, two, three] = next().to_be_bytes();
            format!("route {one}.{two}.{three}.0 255.255.255.0\n")
        }),
    );
    count(
        "names",
        &filled(|| format!("dns search-domains a{:x}\n", next())),
    );
    count(
        "words",
        &filled(|| {
            let words: String = (0..64).map(|_| format!(" {:x}", next())).collect();
            format!("ignore-unknown-option{words}\n")
        }),
    );
    count(
        "quoted words",
        &filled(|| format!("setenv{}\n", " \"\\\\\"".repeat(64))),
    );
    let lines = "A".repeat(64) + "\n";
    let lines = lines.repeat(15_000);
    let block = |name: &str| {
        format!("{AZURE}<{name}>\n-----BEGIN X-----\n{lines}-----END X-----\n</{name}>\n")
    };
    for name in [
        "ca",
        "key",
        "pkcs12",
        "tls-auth",
        "tls-crypt-v2",
        "auth-user-pass",
    ] {
        count(name, &block(name));
    }
    let wide: Vec<u8> = std::iter::once(0xFEFF)
        .chain(filled(|| "remote \u{7fff}\n".to_owned()).encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    count_bytes("UTF-16", &wide[..wide.len().min(MAXIMUM_OVPN_BYTES)]);
}

/// Azure's configuration, with as many lines as the largest one may have.
fn filled(mut line: impl FnMut() -> String) -> String {
    let mut text = AZURE.replace("\r\n", "\n");
    let mut lines = text.lines().count();
    loop {
        let line = line();
        lines += 1;
        if text.len() + line.len() > MAXIMUM_OVPN_BYTES || lines > 19_990 {
            return text;
        }
        text.push_str(&line);
    }
}

fn count(name: &str, text: &str) {
    count_bytes(name, text.as_bytes());
}

fn count_bytes(name: &str, bytes: &[u8]) {
    // A name before it: the line to look at when the process ends.
    println!("{name}: {} bytes", bytes.len());
    let file = SourceFile {
        name: "hostile.ovpn",
        bytes,
    };
    MEMORY.set_limit(MEMORY.allocated() + MOST).unwrap();
    let outcome = import(&[file], &ImportOptions::default());
    let said = match &outcome {
        Ok(imported) => format!("{} profiles", imported.len()),
        Err(failure) => failure.to_string(),
    };
    drop(outcome);
    MEMORY.set_limit(usize::MAX).unwrap();
    println!("    {said}");
}
