use std::str::FromStr;

use zeroize::Zeroizing;

use super::tree::Element;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;
use crate::position::Position;
use crate::warning::{WarningKind, Warnings};

/// The elements inside an element, handed out by name; what nobody asked for becomes a warning.
///
/// Elements of one name that stand side by side are one section, so that a list which is written in
/// two halves is whole.
pub(crate) struct Section<'t, 'x> {
    position: Position,
    name: String,
    left: Vec<&'t Element<'x>>,
}

impl<'t, 'x> Section<'t, 'x> {
    /// Opens an element.
    pub(crate) fn of(element: &'t Element<'x>, warnings: &mut Warnings) -> Self {
        Self::of_all(&[element], element.position(), element.name(), warnings)
    }

    /// Opens the elements of a name inside this section, in order. There may be none: then the
    /// section is empty.
    pub(crate) fn section(&mut self, name: &str, warnings: &mut Warnings) -> Section<'t, 'x> {
        let elements = self.take(name, warnings);
        let position = elements
            .first()
            .map_or(self.position, |element| element.position());
        Self::of_all(&elements, position, name, warnings)
    }

    /// Takes the elements of a name that are neither nil nor empty, in order.
    pub(crate) fn take(&mut self, name: &str, warnings: &mut Warnings) -> Vec<&'t Element<'x>> {
        let (taken, left) = self
            .left
            .iter()
            .copied()
            .partition::<Vec<_>, _>(|element| element.is_called(name));
        self.left = left;
        taken
            .into_iter()
            .filter(|element| is_populated(element, warnings))
            .collect()
    }

    /// Takes a value by its path below the root element, whose last part is the element's name;
    /// nothing when it is absent, nil or empty.
    pub(crate) fn value(&mut self, path: &'static str, warnings: &mut Warnings) -> Option<Value> {
        let mut values = self.values(path, warnings).into_iter();
        let first = values.next()?;
        for other in values {
            let message = format_args!(
                "{path} stands twice; the first, in line {}, is used",
                first.position.line
            );
            warnings.push(other.position, WarningKind::Duplicate, message);
        }
        Some(first)
    }

    /// Takes a value that a profile must have.
    pub(crate) fn required(
        &mut self,
        path: &'static str,
        warnings: &mut Warnings,
    ) -> Result<Value, ImportError> {
        self.value(path, warnings).ok_or_else(|| self.missing(path))
    }

    /// Takes all values of a path, in order.
    pub(crate) fn values(&mut self, path: &'static str, warnings: &mut Warnings) -> Vec<Value> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut values = Vec::new();
        for element in self.take(name, warnings) {
            for child in element.children() {
                warn_unknown(child, element.name(), warnings);
            }
            if element.has_text() {
                values.push(Value {
                    path,
                    position: element.position(),
                    text: element.value(),
                });
            }
        }
        values
    }

    /// Takes values that are read and then not used.
    pub(crate) fn ignore(&mut self, names: &[&str]) {
        self.left
            .retain(|element| !names.iter().any(|name| element.is_called(name)));
    }

    /// Returns the error for a value that should stand in this section.
    pub(crate) fn missing(&self, path: &'static str) -> ImportError {
        ImportError::Missing {
            position: self.position,
            path,
        }
    }

    /// Warns of every element that nobody took.
    pub(crate) fn finish(self, warnings: &mut Warnings) {
        for element in &self.left {
            warn_unknown(element, &self.name, warnings);
        }
    }

    fn of_all(
        elements: &[&'t Element<'x>],
        position: Position,
        name: &str,
        warnings: &mut Warnings,
    ) -> Self {
        for element in elements.iter().filter(|element| element.has_text()) {
            let message = format_args!(
                "the text in '{}' is ignored; only elements belong there",
                Excerpt::of(element.name())
            );
            warnings.push(element.position(), WarningKind::StrayText, message);
        }
        let left = elements
            .iter()
            .flat_map(|element| element.children())
            .collect();
        Self {
            position,
            name: name.to_owned(),
            left,
        }
    }
}

/// A value with its place in the file, trimmed and not empty. It may be secret, so it zeroizes.
pub(crate) struct Value {
    path: &'static str,
    position: Position,
    text: Zeroizing<String>,
}

impl Value {
    /// Returns the text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text, which still zeroizes.
    pub(crate) fn into_text(self) -> Zeroizing<String> {
        self.text
    }

    /// Returns the path below the root element.
    pub(crate) fn path(&self) -> &'static str {
        self.path
    }

    /// Returns where the element begins.
    pub(crate) fn position(&self) -> Position {
        self.position
    }

    /// Reads the text as a value of a type.
    pub(crate) fn parse<T: FromStr<Err = InvalidValue>>(&self) -> Result<T, ImportError> {
        self.text.parse().map_err(|reason| self.error(reason))
    }

    /// Returns the error for a text that cannot be read.
    pub(crate) fn error(&self, reason: InvalidValue) -> ImportError {
        ImportError::Value {
            position: self.position,
            path: self.path,
            reason,
        }
    }
}

fn is_populated(element: &Element<'_>, warnings: &mut Warnings) -> bool {
    if element.is_nil() && !element.is_empty() {
        let message = format_args!(
            "'{}' is marked nil, so what it holds is ignored",
            Excerpt::of(element.name())
        );
        warnings.push(element.position(), WarningKind::NilWithContent, message);
    }
    !element.is_nil() && !element.is_empty()
}

fn warn_unknown(element: &Element<'_>, parent: &str, warnings: &mut Warnings) {
    let message = format_args!(
        "the unknown element '{}' in '{}' is ignored",
        Excerpt::of(element.name()),
        Excerpt::of(parent)
    );
    warnings.push(element.position(), WarningKind::UnknownElement, message);
}
