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

    /// Writes the element, in lines, with attributes in its start tag.
    pub(super) fn write(
        &self,
        attributes: &str,
        level: usize,
        formatter: &mut dyn fmt::Write,
    ) -> fmt::Result {
        let name = self.name;
        let indent = level.saturating_mul(2);
        write!(formatter, "{:indent$}", "")?;
        match &self.content {
            Content::Nil => write!(formatter, "<{name} i:nil=\"true\" />")?,
            Content::Text(text) => write!(formatter, "<{name}>{}</{name}>", Escaped(text))?,
            Content::Written(xml) => formatter.write_str(xml)?,
            Content::Members(members) if members.is_empty() => {
                write!(formatter, "<{name}{attributes} />")?;
            }
            Content::Members(members) => {
                write!(formatter, "<{name}{attributes}>\r\n")?;
                for member in members {
                    member.write("", level.saturating_add(1), formatter)?;
                }
                write!(formatter, "{:indent$}</{name}>", "")?;
            }
        }
        formatter.write_str("\r\n")
    }
}

/// A whole document.
pub(super) struct Document {
    /// The outermost element.
    pub(super) root: Member,
    /// Its attributes, with a space before each.
    pub(super) attributes: &'static str,
}

impl Display for Document {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.root.write(self.attributes, 0, formatter)
    }
}

impl Document {
    /// Returns the text, which is sized before it is filled: a string that grows leaves copies behind.
    pub(super) fn into_text(self) -> Zeroizing<String> {
        let mut size = Size(0);
        // Neither counting nor writing to a string fails.
        let _ = fmt::write(&mut size, format_args!("{self}"));
        let mut text = Zeroizing::new(String::with_capacity(size.0));
        let _ = fmt::write(&mut *text, format_args!("{self}"));
        text
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
