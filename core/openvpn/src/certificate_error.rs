//! Why a gateway's certificate was refused.

/// Why the gateway's certificate was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServerCertificateError {
    /// The chain does not end in one of the trusted roots: a wrong gateway, an inspecting proxy, or an outdated profile.
    #[error("its chain does not end in the root that the profile names")]
    NotPinned,
    /// The root that the profile names is not known on this machine and the gateway did not send it.
    #[error("the root that the profile names ({0}) is not known here")]
    RootUnknown(String),
    /// The certificate is not one of those that the profile names: a wrong gateway, or an outdated profile.
    #[error("its SHA-256 fingerprint is {presented}, not {}", list(.expected))]
    WrongFingerprint {
        /// The fingerprints that would have been accepted, in hexadecimal, at most ten.
        expected: Vec<String>,
        /// The certificate's own.
        presented: String,
    },
    /// The certificate is for another name.
    #[error("it is for {}, not for {}", list(.presented), list(.expected))]
    WrongName {
        /// The names that would have been accepted.
        expected: Vec<String>,
        /// The names in the certificate, at most ten.
        presented: Vec<String>,
    },
    /// The certificate has expired, or this machine's clock is wrong.
    #[error("it has expired, or the clock of this machine is wrong")]
    Expired,
    /// The certificate is not valid yet, or this machine's clock is wrong.
    #[error("it is not valid yet, or the clock of this machine is wrong")]
    NotYetValid,
    /// The certificate was not issued for servers: somebody with a client certificate may pose as the gateway.
    #[error("it was not issued for servers (no extended key usage serverAuth)")]
    NotForServers,
    /// The certificate was not issued for the use that the profile demands: a wrong gateway, or a rule that does not fit
    /// the gateway's certificate.
    #[error("it was issued for the use {}, not for {expected}", list(.presented))]
    WrongUsage {
        /// What the profile demands.
        expected: String,
        /// The uses that the certificate names; empty where it names none.
        presented: Vec<String>,
    },
    /// The certificate, or one that it rests on, was revoked.
    #[error("it was revoked")]
    Revoked,
    /// Whether the certificate was revoked cannot be told: the administrator must renew the revocation list.
    #[error("whether it was revoked cannot be told: {0}")]
    RevocationUnknown(RevocationListProblem),
    /// The certificate is of a kind that is refused: the gateway needs another one.
    #[error("{0}")]
    Unsupported(UnsupportedCertificate),
    /// The certificate cannot be read or its signature does not hold.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

/// What keeps a revocation list from being used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevocationListProblem {
    /// The time for the next list has passed, or this machine's clock is wrong.
    #[error("the revocation list has expired, or the clock of this machine is wrong")]
    Expired,
    /// The list does not come from the certificate's issuer, though it says so.
    #[error("the revocation list was not signed by the certificate's issuer")]
    NotByIssuer,
    /// The list has a kind or a signature that is not supported.
    #[error("the revocation list is of an unsupported kind ({0})")]
    Unsupported(String),
}

/// Kinds of certificates that are refused though they may be intact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnsupportedCertificate {
    /// X.509 before version 3, which cannot say what a certificate is for.
    #[error("a certificate of its chain is older than X.509 version 3")]
    Version,
    /// The gateway shows an authority's certificate (`CA:TRUE`) as its own, which only a fingerprint can vouch for.
    #[error(
        "it is the certificate of an authority (CA:TRUE), which only its fingerprint can vouch for"
    )]
    Authority,
    /// An extension that must be understood is not known, named by its object identifier.
    #[error("an extension that must be understood is not known ({0})")]
    CriticalExtension(String),
    /// A signature in the chain uses an outdated or unknown algorithm, such as SHA-1.
    #[error("a certificate of its chain was signed with {0}")]
    Signature(String),
    /// An RSA key in the chain has fewer than 2,048 bits.
    #[error("a key of its chain has only {bits} bits")]
    ShortKey {
        /// The key's length.
        bits: usize,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.join(", ")
}
