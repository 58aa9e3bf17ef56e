/// Describes why the system's certificates could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateStoreError {
    /// The system keeps no certificates; the host should name a PKCS#11 module or give the certificate itself.
    #[error(
        "{os} has no certificate store of its own; PKCS#11 modules and files give access to keys there"
    )]
    Unsupported {
        /// Name of the operating system.
        os: &'static str,
    },

    /// The process may not read or change the store, or use the key; the host should run as an administrator, or use the
    /// user's store.
    #[error("the system does not let this process {operation}")]
    Denied {
        /// What was tried.
        operation: &'static str,
    },

    /// A person was asked by the system and said no; the host should not ask again by itself.
    #[error("the user did not agree to {operation}")]
    Cancelled {
        /// What was tried.
        operation: &'static str,
    },

    /// The certificate has no private key here, or one that only old interfaces reach.
    #[error("the certificate has no private key that can be used: {reason}")]
    NoKey {
        /// What the system says.
        reason: String,
    },

    /// The certificate or its key is gone from the store, or from the reader.
    #[error("the certificate is no longer in the store")]
    Removed,

    /// The password does not open the PFX container.
    #[error("the password does not open the PFX container")]
    WrongPassword,

    /// Anything else that the system says.
    #[error("the system failed to {operation}: {reason}")]
    Failed {
        /// What was tried.
        operation: &'static str,
        /// What the system says.
        reason: String,
    },
}
