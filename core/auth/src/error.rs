//! What can be wrong with credentials.

use crate::signing_error::SigningError;
use crate::thumbprint::{Thumbprint, hex};
use crate::time_text::rfc3339;

/// Describes why a certificate, key or root could not be used; nothing secret is part of any message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The input is larger than any real credential; the host should check that it read the right file.
    #[error("the input has more {what} than the limit of {limit}")]
    TooLarge {
        /// What there was too much of.
        what: &'static str,
        /// The limit that was passed.
        limit: usize,
    },

    /// The text is not well-formed PEM; the host should ask for the file again or for a new export.
    #[error("the PEM input is damaged: {reason}")]
    Pem {
        /// What is wrong with it.
        reason: &'static str,
    },

    /// The PFX container is damaged or is not DER; the host should ask for a new export of it.
    #[error("the PFX input cannot be read: {reason}")]
    Pfx {
        /// What is wrong with it.
        reason: String,
    },

    /// The input holds no certificate; the host should ask for the file that does.
    #[error("the input holds no certificate")]
    NoCertificate,

    /// The input holds no private key; the host should ask for the key file, or for an export that includes the key.
    #[error("the input holds no private key")]
    NoPrivateKey,

    /// The private key is encrypted and no password was given; the host should ask for it.
    #[error("the private key is encrypted and needs a password")]
    PasswordRequired,

    /// The password does not open the key or container; the host should ask again.
    #[error("the password does not open the private key")]
    WrongPassword,

    /// The key or container is encrypted in a way that is not supported; the host should ask for an export with
    /// AES-256 (`openssl pkcs8 -topk8` or `openssl pkcs12 -export` of OpenSSL 3 writes that).
    #[error("the encryption of the private key is not supported: {scheme}")]
    UnsupportedEncryption {
        /// The scheme, by name or object identifier.
        scheme: String,
    },

    /// A certificate is not well-formed X.509; the host should ask for another export of it.
    #[error("a certificate cannot be read: {reason}")]
    Certificate {
        /// What is wrong with it.
        reason: String,
    },

    /// The private key is damaged or of an unsupported kind; the host should ask for one of RSA with at least 2048
    /// bits, ECDSA on P-256, P-384 or P-521, or Ed25519.
    #[error("the private key is damaged or of an unsupported kind")]
    PrivateKey,

    /// No certificate in the input belongs to the private key; the host should ask for the matching pair.
    #[error("the private key does not belong to any certificate in the input")]
    KeyMismatch,

    /// The PKCS#11 module could not be loaded; the host should check its path, and that it is made for this kind of
    /// process.
    #[error("the PKCS#11 module {path} cannot be loaded: {reason}")]
    Pkcs11Module {
        /// The path that was given.
        path: String,
        /// What is wrong with it.
        reason: String,
    },

    /// A key that is held elsewhere could not be used; what the host should do depends on the reason.
    #[error(transparent)]
    Signing(#[from] SigningError),

    /// The certificate is not valid yet; the host should check the machine's clock, then the certificate.
    #[error("the certificate is not valid before {} (it is now {})", rfc3339(*not_before), rfc3339(*now))]
    NotYetValid {
        /// Start of its validity, in Unix seconds.
        not_before: i64,
        /// The time it was checked at, in Unix seconds.
        now: i64,
    },

    /// The certificate has expired; the user needs a new one.
    #[error("the certificate expired at {} (it is now {})", rfc3339(*not_after), rfc3339(*now))]
    Expired {
        /// End of its validity, in Unix seconds.
        not_after: i64,
        /// The time it was checked at, in Unix seconds.
        now: i64,
    },

    /// The certificate's extended key usage leaves out client authentication; the user needs another certificate.
    #[error(
        "the certificate is not for client authentication (its extended key usage lacks clientAuth)"
    )]
    NotForClientAuthentication,

    /// The profile names another client certificate; the host should offer the one with the wanted thumbprint.
    #[error(
        "the profile wants the certificate with thumbprint {}, this is {}",
        hex(wanted),
        hex(found)
    )]
    ThumbprintMismatch {
        /// SHA-1 thumbprint that the profile names.
        wanted: Thumbprint,
        /// SHA-1 thumbprint of the certificate at hand.
        found: Thumbprint,
    },

    /// The certificate's chain ends in another root than the one uploaded to the gateway; the host should offer a
    /// certificate that was issued under the wanted root.
    #[error(
        "the profile wants a certificate issued under root {}, this chain ends in {}",
        hex(wanted),
        hex(found)
    )]
    RootMismatch {
        /// SHA-1 thumbprint of the root that the profile names.
        wanted: Thumbprint,
        /// SHA-1 thumbprint of the root in the chain at hand.
        found: Thumbprint,
    },
}
