use std::fmt;

use zeroize::Zeroizing;

/// Which token is changed, and what opens it; for the system's own stores there is nothing to say.
///
/// The PIN is wiped when the last clone is dropped and never prints.
#[derive(Clone, Default)]
pub struct TokenAccess {
    label: Option<String>,
    pin: Option<Zeroizing<String>>,
}

impl TokenAccess {
    /// Names the token, as its owner did; needed where several are inserted.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Gives the token's PIN. It is handed over once: each wrong one counts, and the last one locks the token.
    #[must_use]
    pub fn pin(mut self, pin: impl Into<String>) -> Self {
        self.pin = Some(Zeroizing::new(pin.into()));
        self
    }

    /// Whether a token of this label is meant.
    pub(super) fn means(&self, label: &str) -> bool {
        self.label.as_deref().is_none_or(|wanted| wanted == label)
    }

    pub(super) fn pin_text(&self) -> Option<&str> {
        self.pin.as_ref().map(|pin| pin.as_str())
    }
}

impl fmt::Debug for TokenAccess {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenAccess")
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}
