use std::fmt::{self, Display, Formatter};

use zeroize::Zeroizing;

use super::extensions::name_of;
use super::text::Escaped;

/// An element to be written, as .NET's DataContractSerializer lays it out: members sorted by name, lines
/// that end with CR LF, two spaces a level.
pub(super) struct Member {
    name: &'static str,
    content: Content,
}

enum Content {
    /// Nothing (`i:nil`).
    Nil,
    /// Text, which may be secret.
    Text(Zeroizing<String>),
    /// Members, or the elements of a list.
    Members(Vec<Member>),
    /// The whole element as XML.
    Written(Zeroizing<String>),
}

impl Member {
    /// Makes an element without content.
    pub(super) fn nil(name: &'static str) -> Self {
        let content = Content::Nil;
        Self { name, content }
    }

    /// Makes an element with a text.
    pub(super) fn text(name: &'static str, text: impl Into<String>) -> Self {
        let content = Content::Text(Zeroizing::new(text.into()));
        Self { name, content }
    }

    /// Makes an element with a text, or without content where there is none.
    pub(super) fn text_or_nil(name: &'static str, text: Option<impl Into<String>>) -> Self {
        match text {
            Some(text) => Self::text(name, text),
            None => Self::nil(name),
        }
    }

    /// Makes an element with others inside.
    pub(super) fn of(name: &'static str, members: Vec<Self>) -> Self {
        let content = Content::Members(members);
        Self { name, content }
    }

    /// Makes an element of its XML.
    pub(super) fn written(xml: &str) -> Self {
        Self {
            name: "",
            content: Content::Written(Zeroizing::new(xml.to_owned())),
        }
    }

    /// Returns the name, as written.
    pub(super) fn name(&self) -> &str {
        match &self.content {
            Content::Written(xml) => name_of(xml),
            _ => self.name,
        }
    }

    /// Adds an element inside.
    pub(super) fn push(&mut self, member: Self) {
        if let Some(members) = self.members() {
            members.push(member);
        }
    }

    /// Adds an element inside that was kept, in the place of the usual one of its name.
    pub(super) fn push_kept(&mut self, kept: Self) {
        if let Some(members) = self.members() {
            members.retain(|member| !(member.is_usual() && member.name == kept.name()));
            members.push(kept);
        }
    }

    /// Says whether the element is written only because the portal does so.
    fn is_usual(&self) -> bool {
        match &self.content {
            Content::Nil => true,
            Content::Text(text) => (self.name, text.as_str()) == ("type", "cert"),
            Content::Members(_) | Content::Written(_) => false,
        }
    }

    /// Returns the first element inside with a name, in any case, that can have elements inside.
    pub(super) fn inside(&mut self, name: &str) -> Option<&mut Self> {
        let mut members = self.members()?.iter_mut();
        members.find(|member| {
            matches!(member.content, Content::Members(_)) && member.name.eq_ignore_ascii_case(name)
        })
    }

    /// Says whether there is an element inside with a name, in any case.
    pub(super) fn has(&mut self, name: &str) -> bool {
        let mut members = self.members().into_iter().flatten();
        members.any(|member| member.name().eq_ignore_ascii_case(name))
    }

    /// Sorts the members by their names, as the serializer does; equal names keep their order.
    pub(super) fn sort(&mut self) {
        if let Some(members) = self.members() {
            members.sort_by(|one, other| one.name().cmp(other.name()));
            members.iter_mut().for_each(Self::sort);
        }
    }

    fn members(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.content {
            Content::Members(members) => Some(members),
            _ => None,
        }
    }

    /// Returns how many elements there are, with this one.
    fn count(&self) -> usize {
        match &self.content {
            Content::Members(members) => members.iter().map(Self::count).sum::<usize>() + 1,
            Content::Written(xml) => xml.matches('<').count(),
            Content::Nil | Content::Text(_) => 1,
        }
    }

    /// Writes the element with attributes in its start tag.
    fn write(
        &self,
        attributes: &str,
        layout: Layout,
        formatter: &mut Formatter<'_>,
    ) -> fmt::Result {
        let name = self.name;
        let Layout { indent, line_end } = layout;
        write!(formatter, "{:indent$}", "")?;
        match &self.content {
            Content::Nil => write!(formatter, "<{name} i:nil=\"true\" />")?,
            Content::Text(text) => write!(formatter, "<{name}>{}</{name}>", Escaped(text))?,
            Content::Written(xml) => formatter.write_str(xml)?,
            Content::Members(members) if members.is_empty() => {
                write!(formatter, "<{name}{attributes} />")?;
            }
            Content::Members(members) => {
                write!(formatter, "<{name}{attributes}>{line_end}")?;
                for member in members {
                    member.write("", layout.inside(), formatter)?;
                }
                write!(formatter, "{:indent$}</{name}>", "")?;
            }
        }
        formatter.write_str(line_end)
    }
}

/// How an element is laid out.
#[derive(Clone, Copy)]
struct Layout {
    indent: usize,
    line_end: &'static str,
}

impl Layout {
    const LINES: Self = Self {
        indent: 0,
        line_end: "\r\n",
    };
    const COMPACT: Self = Self {
        indent: 0,
        line_end: "",
    };

    fn inside(self) -> Self {
        if self.line_end.is_empty() {
            return self;
        }
        let indent = self.indent.saturating_add(2);
        Self { indent, ..self }
    }
}

/// A whole document.
pub(super) struct Document {
    root: Member,
    attributes: &'static str,
    layout: Layout,
    size: usize,
}

impl Document {
    /// Makes a document of its outermost element and the attributes of that, with a space before each.
    /// It is laid out in lines, but for one that would have more than a number of bytes.
    pub(super) fn new(root: Member, attributes: &'static str, most: usize) -> Self {
        let document = Self {
            root,
            attributes,
            layout: Layout::LINES,
            size: 0,
        };
        let document = document.measured();
        if document.size <= most {
            return document;
        }
        let layout = Layout::COMPACT;
        Self { layout, ..document }.measured()
    }

    /// Returns how many bytes the text has.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Returns how many elements there are.
    pub(super) fn count(&self) -> usize {
        self.root.count()
    }

    /// Returns the text, which is sized before it is filled: a string that grows leaves copies behind.
    pub(super) fn into_text(self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.size));
        // Writing to a string does not fail.
        let _ = fmt::write(&mut *text, format_args!("{self}"));
        text
    }

    fn measured(self) -> Self {
        let mut size = Size(0);
        // Counting does not fail.
        let _ = fmt::write(&mut size, format_args!("{self}"));
        let size = size.0;
        Self { size, ..self }
    }
}

impl Display for Document {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.root.write(self.attributes, self.layout, formatter)
    }
}

/// Counts the bytes that are written.
struct Size(usize);

impl fmt::Write for Size {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len());
        Ok(())
    }
}
