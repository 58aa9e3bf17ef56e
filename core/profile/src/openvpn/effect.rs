/// What an option of OpenVPN does in a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It becomes part of the profile.
    Honoured(Noun),
    /// A session is the same without it.
    Unneeded,
    /// It is left out, and the text says what that means.
    Ignored(&'static str),
    /// The configuration cannot be used, for this reason.
    Refused(&'static str),
}

/// Which part of a profile an option is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noun {
    /// Where to connect.
    Servers,
    /// What the gateway has to prove.
    Gateway,
    /// The secret shared with it.
    Wrapping,
    /// Who connects.
    Credentials,
    /// What the tunnel carries.
    Routes,
    /// Who answers for names.
    Names,
    /// How the protocol is spoken.
    Tuning,
    /// What kind of configuration it is.
    Mode,
}
