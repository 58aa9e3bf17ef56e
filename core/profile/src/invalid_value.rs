use std::borrow::Cow;

/// A text that cannot be read as the value it should be, with the reason.
///
/// The reason completes a sentence whose subject is the value, such as "is not 40 hexadecimal
/// digits". It never repeats a secret. The host shows it to whoever typed the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct InvalidValue {
    reason: Cow<'static, str>,
}

impl InvalidValue {
    pub(crate) fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}
