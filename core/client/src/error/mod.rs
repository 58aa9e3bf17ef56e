//! What can go wrong, in one catalogue: a stable number, a class, a cause and a remedy for each error.

mod catalogue;
mod class;
mod error_codes;
mod from_auth;
mod from_entra;
mod from_openvpn;
mod from_profile;
mod from_system;
mod from_tunnel;

use std::fmt;

pub use catalogue::ErrorCode;
pub use class::Class;
pub(crate) use from_profile::invalid;

/// An error as every host sees it: a code from the catalogue, what it happened to, and the causes below it.
///
/// It holds no secret. It displays as the code's title, then its context: what to show in one line. [`Error::remedy`]
/// says what to do about it. Decide by [`Error::code`] or [`Error::class`], never by the text, which may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: ErrorCode,
    context: String,
    causes: Vec<String>,
    /// What to do in this very case, where that is known better than from the code.
    remedy: Option<&'static str>,
}

/// The longest context and cause, in characters: peers and files supply parts of them.
const MAXIMUM_TEXT: usize = 500;

/// The most causes that are kept.
const MAXIMUM_CAUSES: usize = 8;

impl Error {
    /// Makes an error from the catalogue; `context` says what it happened to and may be empty.
    ///
    /// Control characters in texts are replaced, and long texts are cut at 500 characters. A context that begins by saying
    /// the code's title again is shortened by it.
    pub fn new(code: ErrorCode, context: impl AsRef<str>) -> Self {
        Self {
            code,
            context: presentable(beyond(code.title(), context.as_ref())),
            causes: Vec::new(),
            remedy: None,
        }
    }

    /// Returns the error with its source and the sources below that added to the causes.
    #[must_use]
    pub fn because(mut self, source: &dyn std::error::Error) -> Self {
        let mut next = Some(source);
        while let Some(cause) = next {
            let text = presentable(&cause.to_string());
            if self.causes.len() >= MAXIMUM_CAUSES {
                break;
            }
            let said = self.causes.last().unwrap_or(&self.context);
            if !text.is_empty() && *said != text {
                self.causes.push(text);
            }
            next = cause.source();
        }
        self
    }

    /// Returns the error with these texts added to the causes; how many there were more is said.
    pub(crate) fn listing(mut self, texts: impl ExactSizeIterator<Item = String>) -> Self {
        let room = MAXIMUM_CAUSES - 1;
        let more = texts.len().saturating_sub(room);
        self.causes
            .extend(texts.take(room).map(|text| presentable(&text)));
        if more > 0 {
            self.causes.push(format!("and {more} more"));
        }
        self
    }

    /// Says what to do in this very case.
    fn remedied(mut self, remedy: &'static str) -> Self {
        self.remedy = Some(remedy);
        self
    }

    /// Adds what lies below an error whose own text is the context already.
    fn because_below(self, error: &dyn std::error::Error) -> Self {
        match error.source() {
            Some(source) => self.because(source),
            None => self,
        }
    }

    /// Whether another server of the same profile may do better.
    pub(crate) fn is_about_the_server(&self) -> bool {
        self.class() == Class::Retry
            || matches!(
                self.code,
                ErrorCode::NoAnswer | ErrorCode::ClosedWithoutAnswer
            )
    }

    /// Returns the code in the catalogue.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// Returns the stable number.
    pub fn number(&self) -> u16 {
        self.code.number()
    }

    /// Returns the stable name, such as `NO_ANSWER`.
    pub fn name(&self) -> &'static str {
        self.code.name()
    }

    /// Returns what kind of reaction the error calls for.
    pub fn class(&self) -> Class {
        self.code.class()
    }

    /// Returns what happened, in a few words.
    pub fn title(&self) -> &'static str {
        self.code.title()
    }

    /// Returns why this usually happens, in sentences.
    pub fn cause(&self) -> &'static str {
        self.code.cause()
    }

    /// Returns what to do about it, in sentences: for this very case where that is known, or else for the code.
    pub fn remedy(&self) -> &'static str {
        self.remedy.unwrap_or_else(|| self.code.remedy())
    }

    /// Returns what it happened to; may be empty.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// Returns what the layers below said, the nearest first.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.title())?;
        if !self.context.is_empty() {
            write!(formatter, ": {}", self.context)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<ErrorCode> for Error {
    fn from(code: ErrorCode) -> Self {
        Self::new(code, "")
    }
}

/// What a text says beyond the title that it may repeat.
fn beyond<'a>(title: &str, text: &'a str) -> &'a str {
    let text = text.trim();
    match text.split_at_checked(title.len()) {
        Some((start, rest)) if start.eq_ignore_ascii_case(title) => match rest.strip_prefix(':') {
            Some(rest) => rest,
            None if matches!(rest, "" | ".") => "",
            None => text,
        },
        _ => text,
    }
}

/// Cuts a text and replaces characters that could forge lines where it is shown.
fn presentable(text: &str) -> String {
    let clean = |character: char| {
        if character.is_control() {
            ' '
        } else {
            character
        }
    };
    let mut shown: String = text.trim().chars().take(MAXIMUM_TEXT).map(clean).collect();
    if text.trim().chars().count() > MAXIMUM_TEXT {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
