use std::fmt::Write;

use quick_xml::events::Event;
use quick_xml::reader::Reader;
use zeroize::Zeroizing;

use super::text::{Escaped, text_of};
use super::tree::{Element, is_marked_nil};
use crate::limits::MOST_OF_A_LIST;
use crate::position::Position;
use crate::secret_value::SecretText;
use crate::unknown_element::UnknownElement;
use crate::warning::{WarningKind, Warnings};

/// The most bytes of the document in which they may stand.
const MOST_BYTES: usize = 256 * 1024;

/// The elements of a document that mean nothing here, kept for an export.
#[derive(Debug, Default)]
pub(crate) struct Extensions {
    kept: Vec<(Position, UnknownElement)>,
    bytes: usize,
    is_full: bool,
}

impl Extensions {
    /// Keeps an element that stands in the one with a path below the root; a warning tells once when
    /// there are too many.
    pub(super) fn keep(&mut self, parent: &str, element: Element<'_>, warnings: &mut Warnings) {
        self.bytes = self.bytes.saturating_add(element.content().len());
        if !self.is_full && self.kept.len() < MOST_OF_A_LIST && self.bytes <= MOST_BYTES {
            let kept = UnknownElement {
                parent: parent.to_owned(),
                xml: SecretText::new(xml(element)),
            };
            self.kept.push((element.position(), kept));
        } else if !self.is_full {
            self.is_full = true;
            let message = format_args!(
                "this element and further ones that mean nothing here are not kept for an export"
            );
            warnings.push(element.position(), WarningKind::UnknownElement, message);
        }
    }

    /// Returns the elements, sorted by parent and name, in which order an export writes them.
    pub(super) fn finish(mut self) -> Vec<UnknownElement> {
        self.kept.sort_by(|(place, one), (other_place, other)| {
            let key = |element: &UnknownElement| name_of(element.xml.as_str()).to_owned();
            (&one.parent, key(one), place).cmp(&(&other.parent, key(other), other_place))
        });
        self.kept.into_iter().map(|(_, element)| element).collect()
    }
}

/// Returns the name of the element that a text begins with.
pub(super) fn name_of(xml: &str) -> &str {
    let name = xml.strip_prefix('<').unwrap_or(xml);
    name.split([' ', '>', '/']).next().unwrap_or(name)
}

/// Writes an element without namespaces, comments and the white space that lays it out.
fn xml(element: Element<'_>) -> Zeroizing<String> {
    let content = element.content();
    // What grows most is an ampersand of a CDATA section. Sized before it is filled, because a string
    // that grows leaves copies behind.
    let most = content.len().saturating_mul(5).saturating_add(256);
    let mut serializer = Serializer {
        xml: Zeroizing::new(String::with_capacity(most)),
        names: Vec::new(),
        is_tag_open: false,
    };
    serializer.open(element.name(), element.is_nil());
    let mut reader = Reader::from_str(content);
    let mut run = 0;
    loop {
        let start = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let Ok(event) = reader.read_event() else {
            break;
        };
        if matches!(
            event,
            Event::Start(_) | Event::Empty(_) | Event::End(_) | Event::Eof
        ) {
            serializer.text(content.get(run..start).unwrap_or_default());
            run = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        }
        match event {
            Event::Start(tag) => serializer.open(tag.local_name().as_ref(), is_marked_nil(&tag)),
            Event::Empty(tag) => {
                serializer.open(tag.local_name().as_ref(), is_marked_nil(&tag));
                serializer.close();
            }
            Event::End(_) => serializer.close(),
            Event::Eof => break,
            _ => {}
        }
    }
    serializer.close();
    Zeroizing::new(serializer.xml.as_str().to_owned())
}

struct Serializer {
    xml: Zeroizing<String>,
    names: Vec<String>,
    /// Whether the last start tag lacks its end, which depends on what follows.
    is_tag_open: bool,
}

impl Serializer {
    fn open(&mut self, name: &str, is_nil: bool) {
        self.end_tag();
        self.push(&["<", name]);
        if is_nil {
            self.push(&[" i:nil=\"true\""]);
        }
        self.names.push(name.to_owned());
        self.is_tag_open = true;
    }

    fn text(&mut self, content: &str) {
        let text = text_of(content);
        if !text.is_empty() {
            self.end_tag();
            // Writing to a string does not fail.
            let _ = write!(self.xml, "{}", Escaped(&text));
        }
    }

    fn close(&mut self) {
        let Some(name) = self.names.pop() else { return };
        if std::mem::take(&mut self.is_tag_open) {
            self.push(&[" />"]);
        } else {
            self.push(&["</", &name, ">"]);
        }
    }

    fn end_tag(&mut self) {
        if std::mem::take(&mut self.is_tag_open) {
            self.push(&[">"]);
        }
    }

    fn push(&mut self, pieces: &[&str]) {
        for piece in pieces {
            self.xml.push_str(piece);
        }
    }
}
