use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

use super::config::{Digest, KeyDirection};
use super::static_key::{Pair, StaticKey};

/// The keys of tls-auth: an HMAC on every packet, in clear otherwise.
///
/// `head(9) || HMAC || counter(4) || time(4) || body`, where the HMAC is over the number, then the head, then the body.
pub(super) struct TlsAuthKeys {
    send: hmac::Key,
    receive: hmac::Key,
}

impl TlsAuthKeys {
    pub(super) fn new(key: &StaticKey, direction: KeyDirection, digest: Digest) -> Self {
        let (send, receive) = match direction {
            KeyDirection::Bidirectional => (Pair::First, Pair::First),
            KeyDirection::Zero => (Pair::First, Pair::Second),
            KeyDirection::One => (Pair::Second, Pair::First),
        };
        let key_of = |pair| {
            let slot = key.hmac(pair);
            hmac::Key::new(
                algorithm(digest),
                slot.get(..digest.output_len()).unwrap_or(slot),
            )
        };
        Self {
            send: key_of(send),
            receive: key_of(receive),
        }
    }

    /// Bytes of the HMAC.
    pub(super) fn tag_len(&self) -> usize {
        self.send.algorithm().tag_len()
    }

    pub(super) fn sign(&self, number: &[u8], head: &[u8], body: &[u8]) -> hmac::Tag {
        tag(&self.send, number, head, body)
    }

    /// Whether the HMAC is that of the packet; takes the same time wherever they differ.
    pub(super) fn verify(&self, expected: &[u8], number: &[u8], head: &[u8], body: &[u8]) -> bool {
        verify_slices_are_equal(tag(&self.receive, number, head, body).as_ref(), expected).is_ok()
    }
}

fn tag(key: &hmac::Key, number: &[u8], head: &[u8], body: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    context.update(number);
    context.update(head);
    context.update(body);
    context.sign()
}

fn algorithm(digest: Digest) -> hmac::Algorithm {
    match digest {
        Digest::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Digest::Sha256 => hmac::HMAC_SHA256,
        Digest::Sha384 => hmac::HMAC_SHA384,
        Digest::Sha512 => hmac::HMAC_SHA512,
    }
}
