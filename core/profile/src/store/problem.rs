use std::fmt;
use std::path::PathBuf;

use super::profile_id::ProfileId;

/// Something in a store's folder that is not as it should be. All other profiles are there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Which kind of problem it is.
    pub kind: ProblemKind,
    /// The file or folder, where it is now.
    pub path: PathBuf,
    /// The profile, where the file's name tells.
    pub id: Option<ProfileId>,
    /// What is wrong, in a clause; it repeats no secret.
    pub reason: String,
}

/// Which kind of problem a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The file is damaged, was changed by somebody else, or could have been planted. It is in the
    /// folder `damaged`, with its secrets kept. Import the profile again, then delete the file.
    SetAside,
    /// The same, but the file is where it was, because the folder cannot be written.
    Damaged,
    /// A newer version of this library wrote the file. It is left as it is: update the program.
    Newer,
    /// The system does not let the file be read. It is left as it is: check its permissions and the
    /// disk.
    Unreadable,
    /// The secret store does not have the profile's secrets. Import the profile again from where it
    /// came from, which gives it its secrets again and keeps the user's edits.
    SecretsMissing,
    /// The secret store does not give the profile's secrets away. Unlock it, then refresh.
    SecretsUnreadable,
    /// The profile's secrets were sealed with another key than the store was opened with. Open it with
    /// that key; without it, remove the profile and import it again.
    WrongKey,
    /// The file's name is not one that the store gave. It is ignored: import it instead.
    ForeignName,
    /// There are more files than profiles of a store; this one is ignored.
    TooMany,
    /// The file with the order of the profiles is damaged; they are in the order of their imports
    /// until one is moved.
    Order,
    /// Others could read the file or enter the folder. It was closed to them; the passwords and keys
    /// were not in it.
    WasOpenToOthers,
}

impl Problem {
    /// Returns the name to [discard](super::Store::discard) the file by, if it was set aside.
    pub fn set_aside(&self) -> Option<&str> {
        match self.kind {
            ProblemKind::SetAside => self.path.file_name()?.to_str(),
            _ => None,
        }
    }
}

impl ProblemKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::SetAside,
        Self::Damaged,
        Self::Newer,
        Self::Unreadable,
        Self::SecretsMissing,
        Self::SecretsUnreadable,
        Self::WrongKey,
        Self::ForeignName,
        Self::TooMany,
        Self::Order,
        Self::WasOpenToOthers,
    ];

    /// Returns the stable name, such as `set_aside`.
    pub fn name(self) -> &'static str {
        match self {
            Self::SetAside => "set_aside",
            Self::Damaged => "damaged",
            Self::Newer => "newer",
            Self::Unreadable => "unreadable",
            Self::SecretsMissing => "secrets_missing",
            Self::SecretsUnreadable => "secrets_unreadable",
            Self::WrongKey => "wrong_key",
            Self::ForeignName => "foreign_name",
            Self::TooMany => "too_many",
            Self::Order => "order",
            Self::WasOpenToOthers => "was_open_to_others",
        }
    }

    /// Returns what the user can do about it, in a sentence.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::SetAside => "Import the profile again, then delete the file.",
            Self::Damaged => "Make the folder writable, or import the profile elsewhere.",
            Self::Newer => "Update the program, or import the profile again.",
            Self::Unreadable => "Check the file's permissions and the disk.",
            Self::SecretsMissing => "Import the profile again.",
            Self::SecretsUnreadable => "Unlock the secret store, then refresh the profiles.",
            Self::WrongKey => {
                "Give the key that the secrets were sealed with; without it, remove the profile and import it again."
            }
            Self::ForeignName => "Import the file instead of copying it into the folder.",
            Self::TooMany => "Remove profiles that are not needed.",
            Self::Order => "Put the profiles into order again.",
            Self::WasOpenToOthers => "Find out who changed the permissions.",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path.display(), self.reason)
    }
}
