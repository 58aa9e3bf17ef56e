use std::fmt;

/// How much of an option's name is kept.
const LONGEST_NAME: usize = 40;

/// A pushed option that has no effect, or not the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PushWarning {
    /// The option's name as it was pushed, at most 40 characters of printable ASCII.
    pub option: String,
    /// Why it has no effect.
    pub reason: PushWarningReason,
}

/// Why a pushed option has no effect, or not the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PushWarningReason {
    /// Nothing is known by this name.
    Unknown,
    /// No gateway may set it: it would run programs, or change whom the client trusts or how it connects.
    Refused,
    /// Its values make no sense.
    Malformed,
    /// It is understood, but this library does not do it.
    Unsupported,
    /// There were more of its kind than are taken.
    TooMany,
    /// It is more than this client takes, and was lowered to that.
    Lowered,
    /// More options have no effect than are told of.
    Suppressed,
}

impl PushWarning {
    pub(super) fn new(option: &str, reason: PushWarningReason) -> Self {
        let option = option
            .chars()
            .filter(char::is_ascii_graphic)
            .take(LONGEST_NAME)
            .collect();
        Self { option, reason }
    }
}

impl fmt::Display for PushWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { option, reason } = self;
        match reason {
            PushWarningReason::Unknown => {
                write!(formatter, "the pushed option {option:?} is unknown")
            }
            PushWarningReason::Refused => write!(
                formatter,
                "the pushed option {option:?} is refused: no gateway may set it"
            ),
            PushWarningReason::Malformed => {
                write!(formatter, "the pushed option {option:?} makes no sense")
            }
            PushWarningReason::Unsupported => {
                write!(formatter, "the pushed option {option:?} is not supported")
            }
            PushWarningReason::TooMany => {
                write!(formatter, "there are too many pushed options {option:?}")
            }
            PushWarningReason::Lowered => {
                write!(formatter, "the pushed option {option:?} was lowered")
            }
            PushWarningReason::Suppressed => {
                write!(formatter, "more pushed options have no effect")
            }
        }
    }
}
