use super::folder_error::FolderError;
use super::problem::ProblemKind;
use super::profile_id::ProfileId;
use super::secret_store::SecretStoreError;

/// Why a store did not do what it was asked.
///
/// What was kept before is kept still.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no profile of this id; perhaps another process removed it. List the profiles again.
    #[error("there is no profile {id}")]
    Unknown {
        /// The id that was given.
        id: ProfileId,
    },
    /// The profile is there and cannot be used, because its file or its secrets cannot be read.
    /// Show the problem; what helps depends on its kind.
    #[error("the profile {id} cannot be used: {reason}")]
    Unusable {
        /// The profile's id.
        id: ProfileId,
        /// Which kind of problem it has.
        kind: ProblemKind,
        /// What is wrong with it.
        reason: String,
    },
    /// The newer package is of another gateway than the profile. Import it as a profile of its own.
    #[error("the profile {id} is of another gateway than {server}")]
    OtherGateway {
        /// The profile that was to be updated.
        id: ProfileId,
        /// The gateway that the newer package calls, as `host:port`.
        server: String,
    },
    /// The store holds as many profiles as it may. Ask the user to remove some.
    #[error("the store holds {limit} profiles and takes no more")]
    TooMany {
        /// The most profiles of a store.
        limit: usize,
    },
    /// The profile is larger than the store takes, which is larger than any that can be imported:
    /// it has too many routes. Ask for them to be aggregated.
    #[error("the profile has {size} bytes, more than the {limit} that the store takes")]
    TooLarge {
        /// The size of its file in bytes.
        size: usize,
        /// The largest size in bytes.
        limit: usize,
    },
    /// The store's folder cannot be read or written; see there.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The secrets cannot be read or written; see there.
    #[error(transparent)]
    Secrets(#[from] SecretStoreError),
}

impl StoreError {
    /// Returns what the user can do about it, in a sentence.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "List the profiles again and choose one that is there.",
            Self::Unusable { kind, .. } => kind.remedy(),
            Self::OtherGateway { .. } => "Import it as a profile of its own.",
            Self::TooMany { .. } => "Remove profiles that are not needed, then import again.",
            Self::TooLarge { .. } => "Aggregate the profile's routes, or remove some.",
            Self::Folder(error) => error.remedy(),
            Self::Secrets(error) => error.remedy(),
        }
    }
}
