use super::field::Field;
use crate::authentication::AuthenticationKind;
use crate::invalid_value::InvalidValue;

/// Why an edit is refused.
///
/// The profile and the edit stay as they were. What an error repeats of a text is shortened and
/// escaped; it repeats no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// A text cannot be read as what the field holds. Show it to whoever typed it.
    #[error("{field}: {}'{text}' {reason}", place(*.line))]
    Value {
        /// What was to be edited.
        field: Field,
        /// The line in a list of several lines, from 1.
        line: Option<usize>,
        /// The text, shortened.
        text: String,
        /// What is wrong with it.
        reason: InvalidValue,
    },
    /// A list is longer than a profile may hold. Ask for fewer, or for larger networks.
    #[error("{field}: there are more than the {limit} that a profile may hold")]
    TooMany {
        /// What was to be edited.
        field: Field,
        /// The most there may be.
        limit: usize,
    },
    /// Something was to be taken out that is not there. Show what is there instead.
    #[error("{field}: '{text}' is not in the list")]
    Absent {
        /// What was to be edited.
        field: Field,
        /// What was asked for.
        text: String,
    },
    /// The last server was to be taken out. Add another one in the same edit, or delete the profile.
    #[error("servers: a profile cannot be without a server")]
    NoServer,
    /// The new order names other servers than the profile has. Show those it has, and name each
    /// once.
    #[error("servers: the order has to name each of the {count} servers once")]
    Order {
        /// How many servers the profile has.
        count: usize,
    },
    /// The gateway does not offer this way to sign in. Let the user choose one of those offered; for
    /// another one, import a package of the gateway that has it.
    #[error("authentication: the profile offers {}, not {asked}", listed(.offered))]
    NotOffered {
        /// What was asked for.
        asked: AuthenticationKind,
        /// What the profile offers.
        offered: Vec<AuthenticationKind>,
    },
    /// The profile does not sign in with a client certificate, or not with a user name, so there is
    /// none to set. Show the ways that it offers.
    #[error("{field}: the profile offers only {}, which has none", listed(.offered))]
    Unused {
        /// What was to be edited.
        field: Field,
        /// What the profile offers.
        offered: Vec<AuthenticationKind>,
    },
    /// The profile was to fail over to itself. Ask for another profile.
    #[error("secondary_profile: a profile cannot fail over to itself")]
    OwnSecondary,
}

impl EditError {
    /// Returns what was to be edited.
    pub fn field(&self) -> Field {
        match *self {
            Self::Value { field, .. }
            | Self::TooMany { field, .. }
            | Self::Absent { field, .. }
            | Self::Unused { field, .. } => field,
            Self::NoServer | Self::Order { .. } => Field::Servers,
            Self::NotOffered { .. } => Field::Authentication,
            Self::OwnSecondary => Field::SecondaryProfile,
        }
    }

    /// Returns what the user can do about it, in a sentence.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Value { field, .. } => match field {
                Field::Name | Field::SecondaryProfile => {
                    "Choose a name of one line with 1 to 256 characters."
                }
                Field::Servers => "Write host, host:port, or host:port/udp.",
                Field::ClientCertificate | Field::CertificateIssuer => {
                    "Copy the certificate's SHA-1 thumbprint of 40 hexadecimal digits."
                }
                Field::UserName => "Type the user name in one line.",
                Field::DnsServers => "Write IP addresses, separated by commas or lines.",
                Field::DnsSuffixes | Field::TrustedNetworks => {
                    "Write domains such as corp.example, separated by commas or lines."
                }
                _ => "Write networks such as 10.1.0.0/16, separated by commas or lines.",
            },
            Self::TooMany { .. } => "Write fewer, or larger networks that hold several.",
            Self::Absent { .. } => "Look at what the profile has, and name it as it stands there.",
            Self::NoServer => "Add another server in the same edit, or delete the profile.",
            Self::Order { .. } => "Name every server of the profile once, in the new order.",
            Self::NotOffered { .. } => {
                "Choose one that is offered, or import the gateway's package that has the other."
            }
            Self::Unused { .. } => {
                "Leave it out, or import the gateway's package for that way to sign in."
            }
            Self::OwnSecondary => "Choose another profile to fail over to.",
        }
    }
}

fn place(line: Option<usize>) -> String {
    line.map(|line| format!("line {line}: "))
        .unwrap_or_default()
}

fn listed(kinds: &[AuthenticationKind]) -> String {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    names.join(", ")
}
