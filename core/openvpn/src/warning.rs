use std::fmt;

use crate::push::PushWarning;

/// Something odd in what the gateway says that does no harm.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A pushed option has no effect, or not the whole.
    Option(PushWarning),
    /// A control message of no known kind was passed over: its first word, at most 40 printable characters.
    UnknownMessage(String),
    /// A notice of no known kind was passed over: its first word, at most 40 printable characters.
    UnknownNotice(String),
    /// A question to the user made no sense and was passed over.
    MalformedQuestion,
    /// A question to the user led to an address that is no `https` or `http` one, or is too long, and was passed over.
    RefusedAddress,
    /// Changes of settings came before the settings and were passed over.
    EarlyUpdate,
    /// A client's answer to a question made no sense and was passed over.
    MalformedAnswer,
    /// More such messages are passed over than are told of.
    Suppressed,
}

impl From<PushWarning> for Warning {
    fn from(warning: PushWarning) -> Self {
        Self::Option(warning)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(warning) => warning.fmt(formatter),
            Self::UnknownMessage(name) => write!(formatter, "the message {name:?} is unknown"),
            Self::UnknownNotice(name) => write!(formatter, "the notice {name:?} is unknown"),
            Self::MalformedQuestion => formatter.write_str("a question to the user makes no sense"),
            Self::RefusedAddress => formatter
                .write_str("a question to the user leads to an address that is no web address"),
            Self::EarlyUpdate => {
                formatter.write_str("changes of settings came before the settings")
            }
            Self::MalformedAnswer => {
                formatter.write_str("a client's answer to a question makes no sense")
            }
            Self::Suppressed => formatter.write_str("more messages are passed over"),
        }
    }
}
