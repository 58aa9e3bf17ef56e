//! Payloads that are messages of OpenVPN itself rather than packets for the tunnel.
//!
//! None of them can be taken for an IP packet: the first half byte is neither 4 nor 6.

/// The keepalive: the whole payload.
pub(super) const PING: [u8; 16] = [
    0x2a, 0x18, 0x7b, 0xf3, 0x64, 0x1e, 0xb4, 0xcb, 0x07, 0xed, 0x2d, 0x0a, 0x98, 0x1f, 0xc7, 0x48,
];

/// What notes between two ends start with; the kind of note follows.
const NOTE: [u8; 16] = [
    0x28, 0x7f, 0x34, 0x6b, 0xd4, 0xef, 0x7a, 0x81, 0x2d, 0x56, 0xb8, 0xd3, 0xaf, 0xc5, 0x45, 0x9c,
];

/// The note that says that this end leaves: of kind 6.
pub(super) const EXIT: [u8; 17] = [
    0x28, 0x7f, 0x34, 0x6b, 0xd4, 0xef, 0x7a, 0x81, 0x2d, 0x56, 0xb8, 0xd3, 0xaf, 0xc5, 0x45, 0x9c,
    6,
];

/// What an authentic payload is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Tunnel,
    KeepAlive,
    Exit,
    /// A note that needs no answer, or nothing at all.
    Nothing,
}

/// Tells what a payload is for by its first bytes.
#[inline]
pub(super) fn purpose_of(payload: &[u8]) -> Purpose {
    match payload.first() {
        None => Purpose::Nothing,
        Some(&first) if first != PING[0] && first != NOTE[0] => Purpose::Tunnel,
        Some(_) if payload.starts_with(&PING) => Purpose::KeepAlive,
        Some(_) if payload.starts_with(&EXIT) => Purpose::Exit,
        Some(_) if payload.starts_with(&NOTE) => Purpose::Nothing,
        Some(_) => Purpose::Tunnel,
    }
}
