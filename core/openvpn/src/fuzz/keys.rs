use std::time::Instant;

use crate::packet::Role;
use crate::tls::RevocationLists;
use crate::wrap::{StaticKey, TlsCryptV2ClientKey, TlsCryptV2ServerKey, Wrapper, Wrapping};

/// The three kinds of key files, revocation lists, and wrapped client keys: what is read can be used.
pub(super) fn key_file(_: Instant, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = StaticKey::from_hex(&text);
    if let Ok(key) = StaticKey::from_pem(&text) {
        Wrapper::new(&Wrapping::TlsCrypt { key }, Role::Client);
    }
    if let Ok(server_key) = TlsCryptV2ServerKey::from_pem(&text) {
        let _ = server_key.unwrap(bytes);
    }
    if let Ok(client_key) = TlsCryptV2ClientKey::from_pem(&text) {
        Wrapper::new(&Wrapping::TlsCryptV2 { client_key }, Role::Client);
    }
    let _ = RevocationLists::read(bytes);
    match server_key().unwrap(bytes) {
        Ok(unwrapped) => assert!(unwrapped.metadata.len() <= 734),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

pub(super) fn static_key(seed: u8) -> StaticKey {
    StaticKey::from_bytes(&static_bytes(seed))
}

pub(super) fn static_bytes(seed: u8) -> [u8; 256] {
    std::array::from_fn(|index| (index as u8).wrapping_mul(7).wrapping_add(seed))
}

pub(super) fn server_key() -> TlsCryptV2ServerKey {
    TlsCryptV2ServerKey::from_bytes(&std::array::from_fn(|index| index as u8))
}

pub(super) fn client_key() -> TlsCryptV2ClientKey {
    server_key().wrap(&static_key(11), b"\0fuzz").unwrap()
}
