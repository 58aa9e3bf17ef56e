use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::text::unescape;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;
use crate::limits::MOST_NETWORKS;
use crate::position::{Cursor, Position, locate};
use crate::routes::Routes;
use crate::secret_value::SecretText;
use crate::warning::{MAXIMUM_WARNINGS, WarningKind, Warnings};

/// The most fields of one object; more are no profile.
const MOST_FIELDS: usize = 64;

/// The most levels of objects and lists.
pub(super) const MAXIMUM_DEPTH: usize = 32;

/// Whose words a text is, which says how far they are to be trusted.
#[derive(Clone, Copy)]
pub(super) enum Origin<'a> {
    /// Somebody's: it is held to what a profile may be.
    File,
    /// This library's own: what it once wrote it reads again, whatever a host had put into it. These
    /// are the secrets that were kept apart from it.
    Store(&'a [SecretText]),
}

/// A JSON text that is being read.
pub(super) struct Source<'a> {
    text: &'a str,
    origin: Origin<'a>,
    unknown: RefCell<Unknown>,
    /// How many networks may still follow, in all lists of them.
    networks: Cell<usize>,
    /// How often a position was looked for.
    #[cfg(test)]
    pub(super) located: Cell<usize>,
}

/// Fields that nobody asked for: as many as there can be warnings, and the number of the others.
#[derive(Default)]
struct Unknown {
    /// Where each is, and its name.
    kept: Vec<(usize, String)>,
    left_out: usize,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str, origin: Origin<'a>) -> Self {
        Self {
            text,
            origin,
            unknown: RefCell::default(),
            networks: Cell::new(MOST_NETWORKS),
            #[cfg(test)]
            located: Cell::default(),
        }
    }

    /// Returns the value that the whole text is.
    pub(super) fn root(&self) -> Result<Value<'a, '_>, ImportError> {
        if let Some(offset) = too_deep(self.text) {
            return Err(ImportError::TooDeep {
                position: locate(self.text, offset),
                limit: MAXIMUM_DEPTH,
            });
        }
        let raw = serde_json::from_str(self.text).map_err(|error| ImportError::MalformedJson {
            position: self.position_of_error(&error),
            reason: reason(&error),
        })?;
        Ok(Value {
            raw,
            path: "the profile",
            source: self,
        })
    }

    /// Warns of the fields that nobody asked for.
    pub(super) fn finish(self, warnings: &mut Warnings) {
        let Unknown { mut kept, left_out } = self.unknown.into_inner();
        kept.sort();
        let mut cursor = Cursor::new(self.text);
        for (offset, name) in kept {
            let message = format_args!("'{name}' is not known here; it is ignored");
            let position = cursor.advance_to(offset);
            warnings.push(position, WarningKind::UnknownElement, message);
        }
        warnings.leave_out(left_out);
    }

    /// The parts of a text are known by their addresses: all of them are slices of it.
    fn offset(&self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    fn position(&self, part: &str) -> Position {
        #[cfg(test)]
        self.located.set(self.located.get() + 1);
        locate(self.text, self.offset(part))
    }

    /// `serde_json` counts a column in bytes, from 1.
    fn position_of_error(&self, error: &serde_json::Error) -> Position {
        let before = self
            .text
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1));
        let line_start: usize = before.map(str::len).sum();
        let offset = line_start.saturating_add(error.column().saturating_sub(1));
        locate(self.text, self.text.floor_char_boundary(offset))
    }
}

/// Returns the first bracket that opens one level too many.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut in_string = false;
    let mut is_escaped = false;
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => depth = depth.saturating_add(1),
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAXIMUM_DEPTH {
            return Some(offset);
        }
    }
    None
}

/// What `serde_json` says, without the place, which is counted in another way here.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let said = text.rsplit_once(" at line ").map(|(said, _)| said);
    said.unwrap_or(&text).to_owned()
}

/// A value in a JSON text, not yet read further than to its end.
#[derive(Clone, Copy)]
pub(super) struct Value<'a, 's> {
    raw: &'a RawValue,
    path: &'static str,
    source: &'s Source<'a>,
}

impl<'a, 's> Value<'a, 's> {
    /// Says whether a text is somebody else's than this library's.
    pub(super) fn is_foreign(&self) -> bool {
        matches!(self.source.origin, Origin::File)
    }

    /// Finding it takes a walk through the text before it: it is for errors alone.
    pub(super) fn position(&self) -> Position {
        self.source.position(self.raw.get())
    }

    pub(super) fn error(&self, reason: impl Into<Cow<'static, str>>) -> ImportError {
        self.invalid(InvalidValue::new(reason))
    }

    /// Makes an error of what is wrong with it.
    pub(super) fn invalid(&self, reason: InvalidValue) -> ImportError {
        ImportError::Value {
            position: self.position(),
            path: self.path,
            reason,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        self.raw.get() == "null"
    }

    pub(super) fn is_text(&self) -> bool {
        self.raw.get().starts_with('"')
    }

    pub(super) fn is_object(&self) -> bool {
        self.raw.get().starts_with('{')
    }

    pub(super) fn text(&self) -> Result<Zeroizing<String>, ImportError> {
        if !self.is_text() {
            return Err(self.error("is no text"));
        }
        unescape(self.raw.get()).ok_or_else(|| self.error("has half of a surrogate pair"))
    }

    /// Reads a text as the value that it stands for.
    pub(super) fn parse<T: FromStr<Err = InvalidValue>>(&self) -> Result<T, ImportError> {
        self.text()?.parse().map_err(|reason| self.invalid(reason))
    }

    /// Reads a whole number.
    pub(super) fn number<T: FromStr>(&self) -> Result<T, ImportError> {
        let number = self.raw.get().parse();
        number.map_err(|_| self.error("is no whole number, or one that is too large"))
    }

    pub(super) fn flag(&self) -> Result<bool, ImportError> {
        match self.raw.get() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.error("is neither true nor false")),
        }
    }

    /// Reads a text that is one of a few names.
    pub(super) fn one_of<T: Copy>(&self, names: &[(&str, T)]) -> Result<T, ImportError> {
        let text = self.text()?;
        let mut known = names.iter();
        let known = known.find(|(name, _)| *name == text.as_str());
        known.map(|(_, meant)| *meant).ok_or_else(|| {
            let names: Vec<_> = names.iter().map(|(name, _)| *name).collect();
            let (text, names) = (Excerpt::of(&text), names.join(", "));
            self.error(format!("is '{text}', which is none of {names}"))
        })
    }

    /// Reads the elements of a list, of which there are at most so many.
    pub(super) fn elements<T>(
        &self,
        most: usize,
        read: impl FnMut(Value<'a, 's>) -> Result<T, ImportError>,
    ) -> Result<Vec<T>, ImportError> {
        self.list(most)?.map(read).collect()
    }

    fn list(
        &self,
        most: usize,
    ) -> Result<impl ExactSizeIterator<Item = Self> + use<'a, 's>, ImportError> {
        if !self.raw.get().starts_with('[') {
            return Err(self.error("is no list"));
        }
        let most = if self.is_foreign() { most } else { usize::MAX };
        let raw = self.deserialize(List { most })?;
        let list = *self;
        Ok(raw.into_iter().map(move |raw| Value { raw, ..list }))
    }

    /// Reads a list of networks, of which all lists together have a bound of their own.
    pub(super) fn networks(
        &self,
        read: impl FnMut(Value<'a, 's>) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let mut list = self.list(Routes::MOST)?;
        let left = self.source.networks.get().checked_sub(list.len());
        if left.is_none() && self.is_foreign() {
            let reason = format!("is one of lists of more than {MOST_NETWORKS} networks together");
            return Err(self.error(reason));
        }
        self.source.networks.set(left.unwrap_or(0));
        list.try_for_each(read)
    }

    /// Reads one of several forms, given by paths: a text with the last name of one, or an object with
    /// the one field that has this name, whose value is returned.
    pub(super) fn form(
        &self,
        forms: &[&'static str],
    ) -> Result<(&'static str, Option<Value<'a, 's>>), ImportError> {
        let names: Vec<_> = forms.iter().copied().map(last_name).collect();
        if self.is_text() {
            let text = self.text()?;
            return match names.iter().find(|name| **name == text.as_str()) {
                Some(name) => Ok((name, None)),
                None => {
                    let (text, names) = (Excerpt::of(&text), names.join(", "));
                    Err(self.error(format!("is '{text}', which is none of {names}")))
                }
            };
        }
        let mut object = self.object()?;
        let mut forms = forms.iter().copied();
        let found = forms.find_map(|path| Some((last_name(path), object.take(path)?)));
        object.finish();
        let (name, value) =
            found.ok_or_else(|| self.error(format!("has none of {}", names.join(", "))))?;
        Ok((name, Some(value)))
    }

    /// The error for a known form that is no text, or that is nothing but one.
    pub(super) fn other_form(&self, name: &str) -> ImportError {
        let needs = if self.is_text() {
            "needs a value"
        } else {
            "has no value"
        };
        self.error(format!("is '{name}', which {needs}"))
    }

    /// Returns the fields of an object.
    pub(super) fn object(&self) -> Result<Object<'a, 's>, ImportError> {
        if !self.is_object() {
            return Err(self.error("is no object"));
        }
        let fields = self.deserialize(Fields)?;
        Ok(Object {
            value: *self,
            fields,
        })
    }

    /// The text is known to be well-formed, so that what fails is a visitor of this file, and its
    /// words are the reason.
    fn deserialize<V: Visitor<'a>>(&self, visitor: V) -> Result<V::Value, ImportError> {
        let mut deserializer = serde_json::Deserializer::from_str(self.raw.get());
        let read = deserializer.deserialize_any(visitor);
        read.map_err(|error| self.error(reason(&error)))
    }
}

/// The fields of an object that are not yet asked for.
pub(super) struct Object<'a, 's> {
    value: Value<'a, 's>,
    fields: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a, 's> Object<'a, 's> {
    /// Takes the field with the last name of a path such as `servers.host`; nothing where it is
    /// absent or null.
    pub(super) fn take(&mut self, path: &'static str) -> Option<Value<'a, 's>> {
        self.take_even_null(path).filter(|value| !value.is_null())
    }

    /// Takes a field that has to be there.
    pub(super) fn required(&mut self, path: &'static str) -> Result<Value<'a, 's>, ImportError> {
        self.take(path).ok_or_else(|| self.missing(path))
    }

    /// Takes a secret, wherever it is kept, and reads it.
    pub(super) fn secret<T>(
        &mut self,
        path: &'static str,
        read: impl FnOnce(&str) -> Result<T, InvalidValue>,
    ) -> Result<Option<T>, ImportError> {
        let Some(value) = self.take_even_null(path) else {
            return Ok(None);
        };
        let invalid = |reason| value.invalid(reason);
        if value.is_null() {
            return Err(ImportError::SecretsLeftOut {
                position: value.position(),
                path,
            });
        }
        if value.is_text() {
            return read(&value.text()?).map(Some).map_err(invalid);
        }
        let apart = || value.error("is kept apart from the profile, and is not here");
        let Origin::Store(secrets) = value.source.origin else {
            return Err(apart());
        };
        let mut place = value.object()?;
        let index: usize = place.required("apart")?.number()?;
        place.finish();
        let secret = secrets.get(index).ok_or_else(apart)?;
        read(secret.as_str()).map(Some).map_err(invalid)
    }

    /// Takes a secret that has to be there.
    pub(super) fn required_secret<T>(
        &mut self,
        path: &'static str,
        read: impl FnOnce(&str) -> Result<T, InvalidValue>,
    ) -> Result<T, ImportError> {
        self.secret(path, read)?.ok_or_else(|| self.missing(path))
    }

    fn missing(&self, path: &'static str) -> ImportError {
        ImportError::Missing {
            position: self.value.position(),
            path,
        }
    }

    fn take_even_null(&mut self, path: &'static str) -> Option<Value<'a, 's>> {
        let name = last_name(path);
        let place = self.fields.iter().position(|(field, _)| field == name)?;
        let (_, raw) = self.fields.swap_remove(place);
        Some(Value {
            raw,
            path,
            source: self.value.source,
        })
    }

    /// Keeps the names of what nobody asked for, to warn of them.
    pub(super) fn finish(self) {
        let source = self.value.source;
        let mut unknown = source.unknown.borrow_mut();
        for (name, raw) in self.fields {
            if unknown.kept.len() < MAXIMUM_WARNINGS {
                let name = Excerpt::of(&name).to_string();
                unknown.kept.push((source.offset(raw.get()), name));
            } else {
                unknown.left_out = unknown.left_out.saturating_add(1);
            }
        }
    }
}

fn last_name(path: &'static str) -> &'static str {
    path.rsplit_once('.').map_or(path, |(_, name)| name)
}

struct List {
    most: usize,
}

impl<'de> Visitor<'de> for List {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            if elements.len() == self.most {
                let reason = format!("has more than {} elements", self.most);
                return Err(A::Error::custom(reason));
            }
            elements.push(element);
        }
        Ok(elements)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut fields: Self::Value = Vec::new();
        while let Some((FieldName(name), value)) = object.next_entry()? {
            if fields.len() == MOST_FIELDS {
                let reason = format!("has more than {MOST_FIELDS} fields");
                return Err(A::Error::custom(reason));
            }
            if fields.iter().any(|(known, _)| *known == name) {
                let reason = format!("has the field '{}' twice", Excerpt::of(&name));
                return Err(A::Error::custom(reason));
            }
            fields.push((name, value));
        }
        Ok(fields)
    }
}

struct FieldName<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for FieldName<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Cow<'de, str>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        deserializer.deserialize_str(Text).map(FieldName)
    }
}
