use quick_xml::errors::IllFormedError;
use quick_xml::events::{BytesDecl, BytesStart, Event};
use quick_xml::reader::Reader;
use zeroize::Zeroizing;

use super::text::{is_padding, resolve, text_of};
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::position::{Cursor, Position, locate};
use crate::warning::{WarningKind, Warnings};

/// The largest `azurevpnconfig.xml` that is read, in bytes: 1 MiB.
///
/// A file from the Azure portal has 2 to 3 KiB, and one with ten thousand routes stays below this.
pub const MAXIMUM_XML_BYTES: usize = 1 << 20;

/// The most elements that an `azurevpnconfig.xml` may have: enough for more than ten thousand
/// routes.
pub const MAXIMUM_XML_ELEMENTS: usize = 50_000;

/// How deep the elements of an `azurevpnconfig.xml` may be nested. A real profile has six levels.
pub const MAXIMUM_XML_DEPTH: usize = 32;

/// The most attributes of an element; a real profile has two.
const MOST_ATTRIBUTES: usize = 64;

/// The elements of a text and their places in it. Names and values stay where they are, so that a
/// document takes little memory and a secret is not copied before it is asked for.
#[derive(Debug)]
pub(crate) struct Document<'x> {
    text: &'x str,
    root: Node,
    /// All elements in the order of their start tags, the root too.
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    position: Position,
    /// The name without its prefix.
    name: Span,
    /// What stands between the start tag and the end tag.
    content: Span,
    /// Where the nodes inside begin and end in the list.
    inside: Span,
    is_nil: bool,
    has_text: bool,
}

/// A half-open range; 32 bits are enough below [`MAXIMUM_XML_BYTES`].
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    fn new(start: usize, end: usize) -> Self {
        let narrow = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            start: narrow(start),
            end: narrow(end),
        }
    }

    fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

/// An element with its position. Comments, processing instructions and attributes other than `nil`
/// are passed over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'d> {
    document: &'d Document<'d>,
    node: &'d Node,
}

impl Document<'_> {
    /// Returns the outermost element.
    pub(crate) fn root(&self) -> Element<'_> {
        Element {
            document: self,
            node: &self.root,
        }
    }
}

impl<'d> Element<'d> {
    /// Returns the name without its prefix, as written.
    pub(crate) fn name(self) -> &'d str {
        self.node.name.of(self.document.text)
    }

    /// Compares the name without regard to case and prefix.
    pub(crate) fn is_called(self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// Returns where the start tag begins.
    pub(crate) fn position(self) -> Position {
        self.node.position
    }

    /// Says whether the element is marked `i:nil="true"`.
    pub(crate) fn is_nil(self) -> bool {
        self.node.is_nil
    }

    /// Walks the elements inside, in order.
    pub(crate) fn children(self) -> impl Iterator<Item = Element<'d>> {
        let Span { start, end } = self.node.inside;
        let mut next = start;
        std::iter::from_fn(move || {
            let node = self.document.nodes.get(next as usize)?;
            if next >= end {
                return None;
            }
            next = node.inside.end;
            Some(Element {
                document: self.document,
                node,
            })
        })
    }

    /// Says whether the element holds nothing but white space.
    pub(crate) fn is_empty(self) -> bool {
        self.node.inside.start >= self.node.inside.end && !self.has_text()
    }

    /// Says whether the element has text of its own beside white space.
    pub(crate) fn has_text(self) -> bool {
        self.node.has_text
    }

    /// Returns the element's own text without the padding around it.
    pub(crate) fn value(self) -> Zeroizing<String> {
        text_of(self.content())
    }

    /// Returns what stands between the start tag and the end tag, as written.
    pub(crate) fn content(self) -> &'d str {
        self.node.content.of(self.document.text)
    }
}

/// Reads a document within [`MAXIMUM_XML_ELEMENTS`] and [`MAXIMUM_XML_DEPTH`].
///
/// Document types and entities other than XML's own five are refused, so that nothing ever expands.
pub(crate) fn parse<'x>(
    text: &'x str,
    warnings: &mut Warnings,
) -> Result<Document<'x>, ImportError> {
    read(text, None, warnings)
}

/// Reads a document that is the text of an element in another one, whose position all elements get.
pub(crate) fn parse_inside<'x>(
    text: &'x str,
    position: Position,
    warnings: &mut Warnings,
) -> Result<Document<'x>, ImportError> {
    read(text, Some(position), warnings)
}

fn read<'x>(
    text: &'x str,
    place: Option<Position>,
    warnings: &mut Warnings,
) -> Result<Document<'x>, ImportError> {
    let mut reader = Reader::from_str(text);
    let mut builder = Builder {
        text,
        cursor: Cursor::new(text),
        place,
        open: Vec::new(),
        nodes: Vec::new(),
    };
    loop {
        let start = offset(reader.buffer_position());
        let position = builder.position(start);
        let event = reader.read_event().map_err(|error| {
            let position = place.unwrap_or_else(|| locate(text, offset(reader.error_position())));
            malformed(position, &reason(&error))
        })?;
        let end = offset(reader.buffer_position());
        match event {
            Event::Start(tag) => builder.open(&tag, start, end, position)?,
            Event::Empty(tag) => {
                builder.open(&tag, start, end, position)?;
                builder.close(end);
            }
            Event::End(_) => builder.close(start),
            Event::Text(text) => builder.text(&text, position)?,
            Event::CData(text) => builder.text(&text, position)?,
            Event::GeneralRef(reference) => {
                builder.character(resolve(&reference, position)?, position)?
            }
            Event::DocType(_) => return Err(ImportError::DocumentType { position }),
            Event::Decl(declaration) => check_encoding(&declaration, position, warnings),
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return builder.finish(position),
        }
    }
}

/// The elements of a document while it is read.
struct Builder<'x> {
    text: &'x str,
    cursor: Cursor<'x>,
    place: Option<Position>,
    /// The places of the open elements in the list.
    open: Vec<usize>,
    nodes: Vec<Node>,
}

impl<'x> Builder<'x> {
    fn position(&mut self, offset: usize) -> Position {
        match self.place {
            Some(position) => position,
            None => self.cursor.advance_to(offset),
        }
    }

    fn open(
        &mut self,
        tag: &BytesStart<'_>,
        start: usize,
        end: usize,
        position: Position,
    ) -> Result<(), ImportError> {
        if self.open.is_empty() && !self.nodes.is_empty() {
            return Err(malformed(position, "a second root element"));
        }
        if self.open.len() >= MAXIMUM_XML_DEPTH {
            return Err(ImportError::TooDeep {
                position,
                limit: MAXIMUM_XML_DEPTH,
            });
        }
        if self.nodes.len() >= MAXIMUM_XML_ELEMENTS {
            return Err(ImportError::TooManyElements {
                position,
                limit: MAXIMUM_XML_ELEMENTS,
            });
        }
        let (whole, local) = (tag.name(), tag.local_name());
        if !is_name(local.as_ref()) {
            return Err(malformed(
                position,
                "a '<' that begins no tag, or a tag without its '>'",
            ));
        }
        let name_end = start.saturating_add(1).saturating_add(whole.as_ref().len());
        let index = self.nodes.len();
        self.open.push(index);
        self.nodes.push(Node {
            position,
            name: Span::new(name_end.saturating_sub(local.as_ref().len()), name_end),
            content: Span::new(end, end),
            inside: Span::new(index.saturating_add(1), index.saturating_add(1)),
            is_nil: is_nil(tag, position)?,
            has_text: false,
        });
        Ok(())
    }

    /// Closes the innermost element, whose end tag begins at an offset; the XML reader has checked that
    /// it is the one named.
    fn close(&mut self, offset: usize) {
        let count = self.nodes.len();
        let innermost = self.open.pop().and_then(|index| self.nodes.get_mut(index));
        if let Some(node) = innermost {
            node.content.end = Span::new(0, offset).end.max(node.content.start);
            node.inside.end = Span::new(0, count).end;
        }
    }

    fn text(&mut self, text: &str, position: Position) -> Result<(), ImportError> {
        let padding = text.len() - text.trim_start_matches(is_padding).len();
        if padding == text.len() {
            return Ok(());
        }
        if let Some(node) = self.innermost() {
            node.has_text = true;
            return Ok(());
        }
        let position = match self.place {
            Some(_) => position,
            None => self.cursor.advance_by(padding),
        };
        Err(outside(position))
    }

    fn character(&mut self, character: char, position: Position) -> Result<(), ImportError> {
        let node = self.innermost().ok_or_else(|| outside(position))?;
        node.has_text |= !is_padding(character);
        Ok(())
    }

    fn innermost(&mut self) -> Option<&mut Node> {
        let index = *self.open.last()?;
        self.nodes.get_mut(index)
    }

    fn finish(self, position: Position) -> Result<Document<'x>, ImportError> {
        if let Some(node) = self.open.last().and_then(|&index| self.nodes.get(index)) {
            let reason = format!(
                "the file ends inside '{}', which {} opened",
                Excerpt::of(node.name.of(self.text)),
                node.position
            );
            return Err(malformed(position, &reason));
        }
        let root = self.nodes.first().copied();
        Ok(Document {
            text: self.text,
            root: root.ok_or_else(|| malformed(position, "there is no element"))?,
            nodes: self.nodes,
        })
    }
}

/// Looks for `nil` of the XML Schema instance namespace, under whatever prefix.
fn is_nil(tag: &BytesStart<'_>, position: Position) -> Result<bool, ImportError> {
    let mut is_nil = false;
    for (count, attribute) in tag.attributes().enumerate() {
        let attribute = attribute.map_err(|error| malformed(position, &error.to_string()))?;
        // The XML reader compares each with all before it.
        if count >= MOST_ATTRIBUTES {
            return Err(malformed(position, "an element with too many attributes"));
        }
        let key = attribute.key.local_name();
        if key.as_ref().eq_ignore_ascii_case("nil") {
            is_nil = is_true(attribute.value.trim());
        }
    }
    Ok(is_nil)
}

/// Reads a boolean of XML Schema.
fn is_true(value: &str) -> bool {
    value == "1" || value.eq_ignore_ascii_case("true")
}

/// Says whether a start tag that was read before is marked nil.
pub(super) fn is_marked_nil(tag: &BytesStart<'_>) -> bool {
    is_nil(tag, Position::START).unwrap_or(false)
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

fn outside(position: Position) -> ImportError {
    malformed(position, "text outside the root element")
}

fn malformed(position: Position, reason: &str) -> ImportError {
    ImportError::Malformed {
        position,
        reason: Excerpt::of_sentence(reason).to_string(),
    }
}
