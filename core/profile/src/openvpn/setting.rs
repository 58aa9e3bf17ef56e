use std::time::Duration;

use zeroize::Zeroizing;

use crate::azure::Text;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;
use crate::position::Position;
use crate::warning::{WarningKind, Warnings};

use super::beside::{FilesBeside, base_name};
use super::limits::{MAXIMUM_KEY_BYTES, MAXIMUM_OVPN_BYTES};

/// Takes some blocks out of a text in PEM.
type ReadPem = fn(&str) -> Result<Zeroizing<String>, InvalidValue>;

/// An option of OpenVPN that is known, with what was written after it.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    pub(super) position: Position,
    pub(super) name: &'static str,
    pub(super) arguments: Vec<Text<'a>>,
    pub(super) block: Option<&'a str>,
}

/// What a file holds that an option names, or what stands inline instead of it; not read yet, because
/// another one may follow and count instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) position: Position,
    pub(super) option: &'static str,
    pub(super) bytes: &'a [u8],
    /// Whether it stands in the configuration, as text.
    pub(super) is_inline: bool,
}

impl<'a> Setting<'a> {
    /// Returns a word after the name, from 0.
    pub(super) fn argument(&self, index: usize) -> Option<&str> {
        self.arguments.get(index).map(|word| &**word)
    }

    /// Walks the words after the name.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().map(|word| &**word)
    }

    /// Returns a word that must be there.
    pub(super) fn required(&self, index: usize) -> Result<&str, ImportError> {
        self.argument(index)
            .ok_or_else(|| self.invalid("lacks a value"))
    }

    /// Makes an error of something that is wrong with it. The reason completes a sentence whose subject
    /// is the option.
    pub(super) fn invalid(&self, reason: impl Into<String>) -> ImportError {
        ImportError::Value {
            position: self.position,
            path: self.name,
            reason: InvalidValue::new(reason.into()),
        }
    }

    /// Warns that it is not followed in something.
    pub(super) fn warn(&self, warnings: &mut Warnings, message: impl std::fmt::Display) {
        warnings.push(
            self.position,
            WarningKind::IgnoredOption,
            format_args!("'{}' {message}", self.name),
        );
    }

    /// Reads a word as a number.
    pub(super) fn number(&self, index: usize) -> Result<u32, ImportError> {
        let word = self.required(index)?;
        let is_number = word.chars().all(|character| character.is_ascii_digit());
        match word.parse() {
            Ok(number) if is_number => Ok(number),
            _ => Err(self.invalid(format!(
                "is '{}', which is not a number that it can have",
                Excerpt::of(word)
            ))),
        }
    }

    /// Reads a word as a number of bytes in a packet.
    pub(super) fn size(&self, index: usize) -> Result<u16, ImportError> {
        let number = self.number(index)?;
        u16::try_from(number).map_err(|_| self.invalid("is larger than any packet"))
    }

    /// Reads a word as seconds.
    pub(super) fn seconds(&self, index: usize) -> Result<Duration, ImportError> {
        Ok(Duration::from_secs(self.number(index)?.into()))
    }

    /// Returns what the option names: a block, or a file beside the configuration. Nothing for
    /// `[inline]`, which says that the block stands elsewhere.
    pub(super) fn source(
        &self,
        beside: FilesBeside<'_, 'a>,
    ) -> Result<Option<Source<'a>>, ImportError> {
        if self.block.is_none() && self.argument(0) == Some("[inline]") {
            return Ok(None);
        }
        self.source_if_given(beside)?
            .map(Some)
            .ok_or_else(|| ImportError::MissingFile {
                position: self.position,
                option: self.name,
                file: Excerpt::of(self.argument(0).unwrap_or_default()).to_string(),
            })
    }

    /// Returns what the option names, or nothing where the file was not given.
    pub(super) fn source_if_given(
        &self,
        beside: FilesBeside<'_, 'a>,
    ) -> Result<Option<Source<'a>>, ImportError> {
        let source = |bytes, is_inline| Source {
            position: self.position,
            option: self.name,
            bytes,
            is_inline,
        };
        if let Some(block) = self.block {
            return Ok(Some(source(block.as_bytes(), true)));
        }
        let name = base_name(self.required(0)?).map_err(|reason| self.invalid(reason))?;
        Ok(beside(name).map(|bytes| source(bytes, false)))
    }
}

impl<'a> Source<'a> {
    /// Makes an error of something that is wrong with what it holds, of which nothing is repeated.
    pub(super) fn invalid(&self, reason: impl Into<String>) -> ImportError {
        ImportError::Value {
            position: self.position,
            path: self.option,
            reason: InvalidValue::new(reason.into()),
        }
    }

    /// Returns it as text.
    pub(super) fn text(&self) -> Result<&'a str, ImportError> {
        self.check_size()?;
        let text = std::str::from_utf8(self.bytes).map_err(|_| self.invalid("holds no text"))?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// Returns the blocks in PEM that `read` takes out of its text.
    pub(super) fn pem(&self, read: ReadPem) -> Result<Zeroizing<String>, ImportError> {
        read(self.text()?).map_err(|reason| ImportError::Value {
            position: self.position,
            path: self.option,
            reason,
        })
    }

    /// Says whether it is a place to fill in, such as `$CLIENTCERTIFICATE` in what the Azure portal
    /// writes.
    pub(super) fn is_placeholder(&self) -> bool {
        self.bytes.trim_ascii().first() == Some(&b'$')
    }

    /// Refuses what is larger than any file of its kind.
    pub(super) fn check_size(&self) -> Result<(), ImportError> {
        let limit = match self.option {
            "ca" | "crl-verify" => MAXIMUM_OVPN_BYTES,
            _ => MAXIMUM_KEY_BYTES,
        };
        if self.bytes.len() > limit {
            return Err(self.invalid("is larger than any file of its kind"));
        }
        Ok(())
    }
}
