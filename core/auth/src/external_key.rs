//! A private key that this process cannot read, such as one on a token or in the hands of the host.

use crate::scheme::{KeyAlgorithm, Scheme};
use crate::signing_error::SigningError;

/// A private key that signs without being shown: on a token, in a system's key store, or behind a host's own service.
///
/// [`Identity::from_external_key`](crate::Identity::from_external_key) joins it with its certificate. Whoever implements
/// it is trusted with the sign-in, but not with memory: schemes that do not fit the key are passed over, and signatures
/// of an impossible size are refused.
pub trait ExternalKey: Send + Sync {
    /// Names the kind of the key. It is asked once and must not block.
    fn algorithm(&self) -> KeyAlgorithm;

    /// Lists the ways in which it signs, the preferred one first. It is asked once and must not block.
    ///
    /// A key without RSA-PSS leaves those schemes out: the connection is then held at TLS 1.2, see
    /// [`Identity::needs_tls12`](crate::Identity::needs_tls12).
    fn supported_schemes(&self) -> Vec<Scheme>;

    /// Signs a message, which it hashes first as the scheme says ([`Scheme::digest`]).
    ///
    /// The signature has the form that TLS wants: as long as the modulus for RSA, DER for ECDSA (RFC 8446 section 4.2.3).
    ///
    /// It may block for as long as a person needs to find a token and type its PIN: it is called on a thread of its own, once
    /// in each TLS handshake: when connecting, and again at each renewal of the keys, which may be hours later. The handshake
    /// waits for [`LONGEST_SIGNATURE`](crate::LONGEST_SIGNATURE), and gives up then; what is signed later is of no use. It may
    /// be called from several threads at once when several connections use the key.
    fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, SigningError>;
}
