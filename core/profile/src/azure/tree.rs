use std::borrow::Cow;

use quick_xml::errors::IllFormedError;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use zeroize::Zeroizing;

use super::encoding::is_xml_character;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::position::{Cursor, Position, locate};
use crate::warning::{WarningKind, Warnings};

/// The most elements that an `azurevpnconfig.xml` may have: enough for more than ten thousand
/// routes.
pub const MAXIMUM_XML_ELEMENTS: usize = 50_000;

/// How deep the elements of an `azurevpnconfig.xml` may be nested. A real profile has six levels.
pub const MAXIMUM_XML_DEPTH: usize = 32;

/// An element with its position. Comments, processing instructions and attributes other than `nil`
/// are dropped.
#[derive(Debug)]
pub(crate) struct Element<'x> {
    name: String,
    position: Position,
    is_nil: bool,
    text: Vec<Piece<'x>>,
    children: Vec<Element<'x>>,
}

/// A piece of an element's text as it stands in the document, so that a secret is not copied before
/// it is asked for.
#[derive(Debug)]
enum Piece<'x> {
    Text(Cow<'x, str>),
    Character(char),
}

impl<'x> Element<'x> {
    /// Returns the name without its prefix, as written.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Compares the name without regard to case and prefix.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Returns where the start tag begins.
    pub(crate) fn position(&self) -> Position {
        self.position
    }

    /// Says whether the element is marked `i:nil="true"`.
    pub(crate) fn is_nil(&self) -> bool {
        self.is_nil
    }

    /// Returns the elements inside, in order.
    pub(crate) fn children(&self) -> &[Element<'x>] {
        &self.children
    }

    /// Says whether the element holds nothing but white space.
    pub(crate) fn is_empty(&self) -> bool {
        self.children.is_empty() && !self.has_text()
    }

    /// Says whether the element has text of its own beside white space.
    pub(crate) fn has_text(&self) -> bool {
        self.text.iter().any(|piece| match piece {
            Piece::Text(text) => !text.chars().all(is_padding),
            Piece::Character(character) => !is_padding(*character),
        })
    }

    /// Returns the element's own text without the padding around it.
    pub(crate) fn value(&self) -> Zeroizing<String> {
        let length = |piece: &Piece<'_>| match piece {
            Piece::Text(text) => text.len(),
            Piece::Character(character) => character.len_utf8(),
        };
        // Sized before it is filled: a string that grows leaves copies behind.
        let mut value = Zeroizing::new(String::with_capacity(self.text.iter().map(length).sum()));
        for piece in &self.text {
            match piece {
                Piece::Text(text) => value.push_str(text),
                Piece::Character(character) => value.push(*character),
            }
        }
        let end = value.trim_end_matches(is_padding).len();
        value.truncate(end);
        let padding = value.len() - value.trim_start_matches(is_padding).len();
        value.drain(..padding);
        value
    }
}

/// White space, and the invisible characters that come along when a value is copied from a web page
/// or a Windows dialog.
fn is_padding(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{200b}'..='\u{200f}' | '\u{feff}')
}

/// Reads a document into its root element, within [`MAXIMUM_XML_ELEMENTS`] and
/// [`MAXIMUM_XML_DEPTH`].
///
/// Document types and entities other than XML's own five are refused, so that nothing ever expands.
pub(crate) fn parse<'x>(
    text: &'x str,
    warnings: &mut Warnings,
) -> Result<Element<'x>, ImportError> {
    let mut reader = Reader::from_str(text);
    let mut builder = Builder {
        cursor: Cursor::new(text),
        open: Vec::new(),
        root: None,
        count: 0,
    };
    loop {
        let position = builder.cursor.advance_to(offset(reader.buffer_position()));
        let event = reader.read_event().map_err(|error| {
            let position = locate(text, offset(reader.error_position()));
            malformed(position, &reason(&error))
        })?;
        match event {
            Event::Start(start) => builder.open(&start, position)?,
            Event::Empty(start) => {
                builder.open(&start, position)?;
                builder.close();
            }
            Event::End(_) => builder.close(),
            Event::Text(text) => builder.text(Piece::Text(text.into_inner()), position)?,
            Event::CData(text) => builder.text(Piece::Text(text.into_inner()), position)?,
            Event::GeneralRef(reference) => {
                builder.text(resolve(&reference, position)?, position)?
            }
            Event::DocType(_) => return Err(ImportError::DocumentType { position }),
            Event::Decl(declaration) => check_encoding(&declaration, position, warnings),
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return builder.finish(position),
        }
    }
}

/// The elements that are open while a document is read.
struct Builder<'x> {
    cursor: Cursor<'x>,
    open: Vec<Element<'x>>,
    root: Option<Element<'x>>,
    count: usize,
}

impl<'x> Builder<'x> {
    fn open(&mut self, start: &BytesStart<'x>, position: Position) -> Result<(), ImportError> {
        if self.root.is_some() {
            return Err(malformed(position, "a second root element"));
        }
        if self.open.len() >= MAXIMUM_XML_DEPTH {
            return Err(ImportError::TooDeep {
                position,
                limit: MAXIMUM_XML_DEPTH,
            });
        }
        self.count = self.count.saturating_add(1);
        if self.count > MAXIMUM_XML_ELEMENTS {
            return Err(ImportError::TooManyElements {
                position,
                limit: MAXIMUM_XML_ELEMENTS,
            });
        }
        let name = start.local_name().as_ref().to_owned();
        if !is_name(&name) {
            return Err(malformed(
                position,
                "a '<' that begins no tag, or a tag without its '>'",
            ));
        }
        let is_nil = is_nil(start, position)?;
        self.open.push(Element {
            name,
            position,
            is_nil,
            text: Vec::new(),
            children: Vec::new(),
        });
        Ok(())
    }

    /// Closes the innermost element; the XML reader has checked that it is the one named.
    fn close(&mut self) {
        let Some(element) = self.open.pop() else {
            return;
        };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn text(&mut self, piece: Piece<'x>, position: Position) -> Result<(), ImportError> {
        if let Some(element) = self.open.last_mut() {
            element.text.push(piece);
            return Ok(());
        }
        let outside = "text outside the root element";
        let Piece::Text(text) = piece else {
            return Err(malformed(position, outside));
        };
        let padding = text.len() - text.trim_start_matches(is_padding).len();
        if padding == text.len() {
            return Ok(());
        }
        Err(malformed(self.cursor.advance_by(padding), outside))
    }

    fn finish(self, position: Position) -> Result<Element<'x>, ImportError> {
        if let Some(element) = self.open.last() {
            let reason = format!(
                "the file ends inside '{}', which {} opened",
                Excerpt::of(&element.name),
                element.position
            );
            return Err(malformed(position, &reason));
        }
        self.root
            .ok_or_else(|| malformed(position, "there is no element"))
    }
}

/// Resolves a character reference or one of XML's own five entities (XML 1.0 section 4.6).
fn resolve<'x>(reference: &BytesRef<'_>, position: Position) -> Result<Piece<'x>, ImportError> {
    if reference.is_char_ref() {
        let resolved = reference
            .resolve_char_ref()
            .map_err(|error| malformed(position, &error.to_string()))?;
        return match resolved {
            Some(character) if is_xml_character(character) => Ok(Piece::Character(character)),
            Some(character) => Err(ImportError::Character {
                position,
                code: character.into(),
            }),
            None => Err(malformed(
                position,
                "a character reference without a number",
            )),
        };
    }
    match resolve_xml_entity(reference) {
        Some(text) => Ok(Piece::Text(Cow::Borrowed(text))),
        None => Err(ImportError::Entity {
            position,
            name: Excerpt::of(reference).to_string(),
        }),
    }
}

/// Looks for `nil` of the XML Schema instance namespace, under whatever prefix.
fn is_nil(start: &BytesStart<'_>, position: Position) -> Result<bool, ImportError> {
    let mut is_nil = false;
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| malformed(position, &error.to_string()))?;
        if attribute
            .key
            .local_name()
            .as_ref()
            .eq_ignore_ascii_case("nil")
        {
            let value = attribute.value.trim();
            is_nil = value == "1" || value.eq_ignore_ascii_case("true");
        }
    }
    Ok(is_nil)
}

/// Warns of a declared encoding that may have meant other characters than those read.
fn check_encoding(declaration: &BytesDecl<'_>, position: Position, warnings: &mut Warnings) {
    let Some(Ok(encoding)) = declaration.encoding() else {
        return;
    };
    // Editors convert between these two and leave the declaration alone, which harms nothing.
    let is_unicode = ["utf-8", "utf8", "utf-16", "utf16", "us-ascii", "ascii"]
        .iter()
        .any(|name| encoding.eq_ignore_ascii_case(name));
    if !is_unicode {
        let message = format_args!(
            "the file declares the encoding '{}' but was read as Unicode",
            Excerpt::of(&encoding)
        );
        warnings.push(position, WarningKind::Encoding, message);
    }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// Says whether a text is the name of an element in any profile.
///
/// It is stricter than XML 1.0 section 2.3 on purpose: where a `>` is missing, the name runs on
/// into the value, which may be the server secret, and must not be repeated in a message.
fn is_name(text: &str) -> bool {
    const LONGEST: usize = 64;
    let is_name_character =
        |character: char| character.is_alphanumeric() || "-_.".contains(character);
    let is_first = |character: char| character.is_alphabetic() || character == '_';
    text.len() <= LONGEST && text.starts_with(is_first) && text.chars().all(is_name_character)
}

fn reason(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::IllFormed(IllFormedError::MismatchedEndTag { expected, .. }) => {
            format!(
                "the end tag '</{}>' is expected here",
                Excerpt::of(expected)
            )
        }
        quick_xml::Error::IllFormed(IllFormedError::UnmatchedEndTag(_)) => {
            "an end tag without a start tag".to_owned()
        }
        _ => error.to_string(),
    }
}

fn malformed(position: Position, reason: &str) -> ImportError {
    ImportError::Malformed {
        position,
        reason: Excerpt::of_sentence(reason).to_string(),
    }
}
