use std::time::Instant;

use aws_lc_rs::hmac;

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

pub(super) fn server_key() -> TlsCryptV2ServerKey {
    TlsCryptV2ServerKey::from_bytes(&std::array::from_fn(|index| index as u8))
}

pub(super) fn client_key(salt: &[u8]) -> TlsCryptV2ClientKey {
    server_key().wrap(&salted_key(salt), b"\0fuzz").unwrap()
}

/// A key that nobody finds who has seen those of other salts.
pub(super) fn salted_key(salt: &[u8]) -> StaticKey {
    let key = hmac::Key::new(hmac::HMAC_SHA512, salt);
    let mut bytes = [0; 256];
    for (part, chunk) in bytes.chunks_mut(64).enumerate() {
        chunk.copy_from_slice(hmac::sign(&key, &[part as u8]).as_ref());
    }
    StaticKey::from_bytes(&bytes)
}
