//! Who connects: client certificates with their private keys, the roots a gateway may be pinned to, and where secrets
//! are kept.
//!
//! [`Identity`] reads a certificate chain and its key from PEM or PFX, checks that they belong together and hands the
//! TLS layer a ready [`rustls::sign::CertifiedKey`]. The key may also stay elsewhere, behind an [`ExternalKey`] that signs
//! when asked. [`choose`] finds the certificate that a profile can be connected with among the [`Candidate`]s of a machine.
//! [`Pkcs11Module`] finds certificates on smart cards and tokens.
//! [`CertificateSummary`] is what a host shows when a user has to choose. [`TrustedRoots`] turns the SHA-1 hash that an
//! Azure profile pins into the certificate it stands for.
//!
//! [`EntraClient`] signs users in with Microsoft Entra ID, over an [`HttpClient`] of the host or of the caller; a [`TokenSource`]
//! is what sessions share of that, and a [`TokenCache`] what lasts.
//!
//! [`SealedSecretStore`] keeps secrets in files under a key that the host gives or a [`KeyKeeper`] keeps; it alone touches files. [`Pkcs11Module`]
//! loads a library that the host names, which stays in the process.
//!
//! [`Loopback`] alone listens at a socket, and [`SystemHttp`] alone opens one. Nothing else here opens a file, reads a clock or touches the process: bytes and the
//! time come in as arguments, and no process-wide cryptography provider is installed. Private keys are held only by the cryptography library, which
//! wipes them when the last [`Identity`] or TLS session that uses them is dropped.

#![forbid(unsafe_code)]

mod candidate;
mod certificate;
mod chain;
mod choice;
mod criteria;
mod entra;
mod error;
mod external_key;
mod external_signer;
mod http;
mod identity;
mod input;
mod key;
mod pem;
mod pfx;
mod pkcs11;
mod roots;
mod scheme;
mod secret_store;
mod signing_error;
mod thumbprint;
mod time_text;

pub use candidate::Candidate;
pub use certificate::{CertificateSummary, EXPIRY_WARNING};
pub use choice::{Choice, NoneFits, Rejected, choose};
pub use criteria::IdentityCriteria;
pub use entra::{
    AccessToken, Account, BrowserOptions, BrowserSignIn, DEFAULT_REDIRECT_PORT, DevicePoll,
    DeviceSignIn, EntraClient, EntraClock, EntraError, EntraRefusal, EntraTenant,
    LONGEST_ACCESS_TOKEN, Loopback, Prompt, Redirect, RefreshToken, RefusalClass, TokenCache,
    TokenSource, Tokens,
};
pub use error::AuthError;
pub use external_key::ExternalKey;
pub use external_signer::LONGEST_SIGNATURE;
pub use http::{
    HttpAnswer, HttpClient, HttpError, HttpFunction, HttpMethod, HttpProxy, HttpRequest,
    HttpResponse, MAXIMUM_HTTP_BODY, SystemHttp, SystemHttpOptions,
};
pub use identity::Identity;
pub use pkcs11::{Pkcs11Module, Token, TokenCertificate};
pub use roots::TrustedRoots;
pub use scheme::{KeyAlgorithm, Scheme};
pub use secret_store::{
    InvalidSealingKey, KeyKeeper, MAXIMUM_SECRET_BYTES, SealedSecretStore, SealingKey,
};
pub use signing_error::SigningError;
pub use thumbprint::Thumbprint;
pub use time_text::rfc3339;
