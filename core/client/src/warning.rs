use std::fmt;

use p2svpn_profile::printable;

/// Something odd that was ignored or repaired. It ends nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// What it is about.
    pub kind: WarningKind,
    /// What it is, in a sentence without a full stop; it holds no secret.
    pub message: String,
    /// The profile's file, or the file in its package, where it is about one that has a name.
    pub file: Option<String>,
    /// Line and column in the profile's file, counted from 1, where it is about one.
    pub position: Option<(u32, u32)>,
}

impl Warning {
    pub(crate) fn new(kind: WarningKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            file: None,
            position: None,
        }
    }
}

impl From<p2svpn_profile::Warning> for Warning {
    fn from(warning: p2svpn_profile::Warning) -> Self {
        let file = warning.file.filter(|file| !file.is_empty());
        Self {
            kind: WarningKind::Profile,
            message: warning.message,
            // Names come from archives and may hold anything.
            file: file.map(|file| printable(&file)),
            position: Some((warning.position.line, warning.position.column)),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(formatter, "{file}: ")?;
        }
        if let Some((line, column)) = self.position {
            write!(formatter, "line {line}, column {column}: ")?;
        }
        formatter.write_str(&self.message)
    }
}

/// What a [`Warning`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// The profile's file.
    Profile,
    /// A setting or a message of the gateway that is not used.
    Push,
    /// The device: another one than asked for first is used.
    Device,
    /// The machine's settings: something could not be applied or undone.
    Machine,
    /// A gateway that was called in vain: it is called again, in another way, or another one is.
    Gateway,
    /// A client certificate that ends soon.
    Certificate,
    /// Where profiles are kept, when a client is made: their secrets are not protected.
    Store,
    /// Who connects: a token that was not renewed, a sign-in that could not be kept, a wrong clock.
    SignIn,
}

impl WarningKind {
    /// Returns the stable name, such as `push`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Push => "push",
            Self::Device => "device",
            Self::Machine => "machine",
            Self::Gateway => "gateway",
            Self::Certificate => "certificate",
            Self::Store => "store",
            Self::SignIn => "sign_in",
        }
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
