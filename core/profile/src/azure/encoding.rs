use std::ops::Deref;

use zeroize::Zeroizing;

use crate::content::Content;
use crate::error::ImportError;
use crate::position::{Position, locate};

/// The text of a file, borrowed where the file is in UTF-8, without its byte order mark.
#[derive(Debug)]
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Decoded(Zeroizing<String>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Decoded(text) => text,
        }
    }
}

/// Makes text of bytes in UTF-8 or UTF-16, and refuses characters that XML 1.0 section 2.2 does not
/// allow.
pub(crate) fn decode(bytes: &[u8]) -> Result<Text<'_>, ImportError> {
    let text = decode_any(bytes)?;
    let mut characters = text.char_indices();
    match characters.find(|&(_, character)| !is_xml_character(character)) {
        Some((offset, character)) => Err(ImportError::Character {
            position: locate(&text, offset),
            code: character.into(),
        }),
        None => Ok(text),
    }
}

/// Makes text of bytes in UTF-8 or UTF-16.
///
/// The encoding is told by the byte order mark or by the zero bytes around the first character (XML
/// 1.0 appendix F), never by what the document declares: editors and .NET's string writers often
/// declare another one than they write.
pub(crate) fn decode_any(bytes: &[u8]) -> Result<Text<'_>, ImportError> {
    Ok(match bytes {
        [0xFF, 0xFE, 0, 0, ..]
        | [0, 0, 0xFE, 0xFF, ..]
        | [b'<', 0, 0, 0, ..]
        | [0, 0, 0, b'<', ..] => {
            return Err(ImportError::Encoding {
                position: Position::START,
                reason: "the file is in UTF-32; save it as UTF-8",
            });
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => decode_utf8(rest)?,
        [0xFF, 0xFE, rest @ ..] => decode_utf16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => decode_utf16(rest, u16::from_be_bytes)?,
        [first, 0, ..] if is_start(*first) => decode_utf16(bytes, u16::from_le_bytes)?,
        [0, first, ..] if is_start(*first) => decode_utf16(bytes, u16::from_be_bytes)?,
        _ if bytes.contains(&0) && !bytes.trim_ascii_start().starts_with(b"<") => {
            return Err(ImportError::NotAzureProfile {
                found: Content::OtherBinary,
            });
        }
        _ => decode_utf8(bytes)?,
    })
}

/// Says whether XML 1.0 section 2.2 allows a character.
pub(crate) fn is_xml_character(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => true,
    }
}

fn is_start(byte: u8) -> bool {
    byte == b'<' || byte.is_ascii_whitespace()
}

fn decode_utf8(bytes: &[u8]) -> Result<Text<'_>, ImportError> {
    std::str::from_utf8(bytes)
        .map(Text::Borrowed)
        .map_err(|error| {
            let valid = bytes
                .get(..error.valid_up_to())
                .and_then(|valid| std::str::from_utf8(valid).ok());
            let position = valid.map_or(Position::START, |valid| locate(valid, valid.len()));
            ImportError::Encoding {
                position,
                reason: "the file is neither in UTF-8 nor in UTF-16",
            }
        })
}

fn decode_utf16<'a>(bytes: &'a [u8], unit: fn([u8; 2]) -> u16) -> Result<Text<'a>, ImportError> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    // One unit becomes at most three bytes, so the string never grows and leaves no copy of the
    // secret behind.
    let mut text = Zeroizing::new(String::with_capacity(pairs.len().saturating_mul(3)));
    for character in char::decode_utf16(pairs.iter().map(|&pair| unit(pair))) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => {
                let position = locate(&text, text.len());
                return Err(ImportError::Encoding {
                    position,
                    reason: "half a character: the UTF-16 is damaged",
                });
            }
        }
    }
    if !odd.is_empty() {
        let position = locate(&text, text.len());
        return Err(ImportError::Encoding {
            position,
            reason: "the file ends in half a character: the UTF-16 is cut short",
        });
    }
    Ok(Text::Decoded(text))
}
