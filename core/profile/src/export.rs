use std::fmt;

use zeroize::Zeroizing;

/// Whether an export holds the profile's secrets: the server secret, passwords, private keys, and
/// elements that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecretsInExport {
    /// It holds them, so it is as secret as the profile, and whoever has it can use it.
    Included,
    /// It does not, so it can be shown to others; whoever imports it has to add them.
    LeftOut,
}

/// A profile as the text of a file.
#[derive(Clone)]
#[non_exhaustive]
pub struct Exported {
    /// What the file holds, in UTF-8. It may hold secrets, so it zeroizes.
    pub text: Zeroizing<String>,
    /// What the profile says and the file does not, because its format cannot or because secrets are
    /// left out: a sentence each. Where there is none, importing the file gives the same profile.
    pub notes: Vec<String>,
}

impl fmt::Debug for Exported {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Exported");
        shown.field("notes", &self.notes).finish_non_exhaustive()
    }
}
