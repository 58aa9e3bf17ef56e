//! The text of elements: as it is meant, and as it is written.

use std::borrow::Cow;
use std::fmt;

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, Event};
use quick_xml::reader::Reader;
use zeroize::Zeroizing;

use super::encoding::is_xml_character;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::position::Position;

/// White space, and the invisible characters that come along when a value is copied from a web page
/// or a Windows dialog.
pub(super) fn is_padding(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{200b}'..='\u{200f}' | '\u{feff}')
}

/// Resolves a character reference or one of XML's own five entities (XML 1.0 section 4.6).
pub(super) fn resolve(reference: &BytesRef<'_>, position: Position) -> Result<char, ImportError> {
    if !reference.is_char_ref() {
        let mut entity = resolve_xml_entity(reference)
            .into_iter()
            .flat_map(str::chars);
        return entity.next().ok_or_else(|| ImportError::Entity {
            position,
            name: Excerpt::of(reference).to_string(),
        });
    }
    let malformed = |reason: &str| ImportError::Malformed {
        position,
        reason: Excerpt::of_sentence(reason).to_string(),
    };
    match reference.resolve_char_ref() {
        Ok(Some(character)) if is_xml_character(character) => Ok(character),
        Ok(Some(character)) => Err(ImportError::Character {
            position,
            code: character.into(),
        }),
        Ok(None) => Err(malformed("a character reference without a number")),
        Err(error) => Err(malformed(&error.to_string())),
    }
}

/// Returns the text of content that was read before, without that of elements inside and without the
/// padding around it.
pub(super) fn text_of(content: &str) -> Zeroizing<String> {
    // Sized before it is filled: a string that grows leaves copies behind. No reference is shorter
    // than what it means.
    let mut text = Zeroizing::new(String::with_capacity(content.len()));
    let mut reader = Reader::from_str(content);
    let mut depth = 0usize;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(_) => depth = depth.saturating_add(1),
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Text(piece) if depth == 0 => text.push_str(&piece),
            Event::CData(piece) if depth == 0 => text.push_str(&piece),
            Event::GeneralRef(reference) if depth == 0 => {
                text.extend(resolve(&reference, Position::START));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let end = text.trim_end_matches(is_padding).len();
    text.truncate(end);
    let padding = text.len() - text.trim_start_matches(is_padding).len();
    text.drain(..padding);
    text
}

/// Says whether a text is read again as it is.
pub(super) fn is_kept_whole(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(is_padding)
        && !text.ends_with(is_padding)
        && text.chars().all(is_xml_character)
}

/// Shows a text as it has to be written in XML.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in self.0.split_inclusive(is_special) {
            let end = piece.chars().next_back().filter(|&last| is_special(last));
            let plain = piece.trim_end_matches(is_special);
            formatter.write_str(plain)?;
            if let Some(special) = end {
                formatter.write_str(&reference_to(special))?;
            }
        }
        Ok(())
    }
}

fn is_special(character: char) -> bool {
    matches!(character, '&' | '<' | '>' | '\t' | '\n' | '\r')
}

fn reference_to(character: char) -> Cow<'static, str> {
    match character {
        '&' => "&amp;".into(),
        '<' => "&lt;".into(),
        '>' => "&gt;".into(),
        other => format!("&#{};", u32::from(other)).into(),
    }
}
