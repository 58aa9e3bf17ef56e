use std::fmt;

/// What kind of reaction an error calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// The same again may succeed later, without anybody's doing.
    Retry,
    /// Somebody has to sign in again, or with other credentials.
    NeedsSignIn,
    /// The user can do something about it: the remedy says what.
    UserAction,
    /// A profile, a gateway or an option has to be changed, usually by an administrator.
    Configuration,
    /// It will not succeed, whoever tries.
    Fatal,
    /// A defect in the host program or in this library.
    Bug,
}

impl Class {
    /// Returns the stable name, such as `needs_sign_in`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::NeedsSignIn => "needs_sign_in",
            Self::UserAction => "user_action",
            Self::Configuration => "configuration",
            Self::Fatal => "fatal",
            Self::Bug => "bug",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
