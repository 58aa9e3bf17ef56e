//! Cryptography that costs little and draws the same randomness each time, so that a crash can be replayed.

use std::cell::Cell;
use std::sync::Arc;

use rustls::crypto::{
    ActiveKeyExchange, CryptoProvider, GetRandomFailed, SecureRandom, SharedSecret,
    SupportedKxGroup, aws_lc_rs,
};
use rustls::{CipherSuite, Error, NamedGroup, PeerMisbehaved};

/// The usual provider with a counter for randomness and a key exchange without a secret.
pub(super) fn provider() -> Arc<CryptoProvider> {
    let mut provider = aws_lc_rs::default_provider();
    provider.kx_groups = vec![&Open];
    provider.secure_random = &Counter;
    provider.cipher_suites.retain(|suite| {
        matches!(
            suite.suite(),
            CipherSuite::TLS13_AES_128_GCM_SHA256
                | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
        )
    });
    Arc::new(provider)
}

/// Makes the same randomness follow as after the last call.
pub(super) fn start_over() {
    DRAWN.set(0);
}

thread_local! {
    static DRAWN: Cell<u64> = const { Cell::new(0) };
}

/// Numbers that do not repeat within one input: what the session needs of randomness.
#[derive(Debug)]
struct Counter;

impl SecureRandom for Counter {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), GetRandomFailed> {
        for chunk in buffer.chunks_mut(8) {
            DRAWN.set(DRAWN.get() + 1);
            let bytes = (DRAWN.get() << 8 | 0xa5).to_be_bytes();
            chunk.copy_from_slice(&bytes[8 - chunk.len()..]);
        }
        Ok(())
    }
}

/// A "key exchange" under the name of X25519 whose secret everybody knows.
#[derive(Debug)]
struct Open;

const PUBLIC: [u8; 32] = [9; 32];

impl SupportedKxGroup for Open {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        Ok(Box::new(Self))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}

impl ActiveKeyExchange for Open {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        if peer != PUBLIC {
            return Err(PeerMisbehaved::InvalidKeyShare.into());
        }
        Ok(SharedSecret::from(&[7; 32][..]))
    }

    fn pub_key(&self) -> &[u8] {
        &PUBLIC
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}
