use std::str::FromStr;

use zeroize::Zeroizing;

use super::findings::Findings;
use super::tree::Element;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;
use crate::position::Position;
use crate::warning::{WarningKind, Warnings};

/// The elements inside an element, handed out by name; what nobody asked for becomes a warning and is
/// kept for an export.
///
/// Elements of one name that stand side by side are one section, so that a list which is written in
/// two halves is whole.
pub(crate) struct Section<'d> {
    position: Position,
    name: &'d str,
    /// The path below the root element, in the spelling that an export uses.
    path: String,
    left: Vec<Element<'d>>,
    /// Known elements that mean nothing here.
    without_effect: Vec<Element<'d>>,
    /// Elements inside values, which have none, with the names of the values.
    in_values: Vec<(Element<'d>, &'static str)>,
}

impl<'d> Section<'d> {
    /// Opens the root element.
    pub(crate) fn of(root: Element<'d>, warnings: &mut Warnings) -> Self {
        Self::at("", root, warnings)
    }

    /// Opens an element whose path below the root element is given.
    pub(super) fn at(path: &str, element: Element<'d>, warnings: &mut Warnings) -> Self {
        let name = element.name();
        Self::of_all(
            &[element],
            element.position(),
            name,
            path.to_owned(),
            warnings,
        )
    }

    /// Opens the elements of a name inside this section, in order. There may be none: then the
    /// section is empty.
    pub(crate) fn section(&mut self, name: &'static str, warnings: &mut Warnings) -> Section<'d> {
        let elements = self.take(name, warnings);
        let position = elements
            .first()
            .map_or(self.position, |element| element.position());
        Self::of_all(&elements, position, name, self.path_of(name), warnings)
    }

    /// Takes the elements of a name that are neither nil nor empty, in order.
    pub(crate) fn take(&mut self, name: &str, warnings: &mut Warnings) -> Vec<Element<'d>> {
        let mut taken = Vec::new();
        self.left.retain(|&element| {
            let is_called = element.is_called(name);
            if is_called && is_populated(element, warnings) {
                taken.push(element);
            }
            !is_called
        });
        taken
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
            let inside = element.children().map(|child| (child, name));
            self.in_values.extend(inside);
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

    /// Takes known elements that mean nothing here.
    pub(super) fn without_effect(&mut self, names: &[&str], warnings: &mut Warnings) {
        for name in names {
            let taken = self.take(name, warnings);
            self.without_effect.extend(taken);
        }
    }

    /// Drops elements with the value that an export writes anyway.
    pub(super) fn drop_usual(&mut self, name: &str, usual: &str) {
        self.left.retain(|element| {
            !(element.is_called(name) && element.value().eq_ignore_ascii_case(usual))
        });
    }

    /// Says whether there is a value in the section, whatever it is.
    pub(super) fn has_values(&self) -> bool {
        let mut left = self.left.iter();
        left.any(|element| !element.is_nil() && element.has_text())
    }

    /// Returns the error for a value that should stand in this section.
    pub(crate) fn missing(&self, path: &'static str) -> ImportError {
        ImportError::Missing {
            position: self.position,
            path,
        }
    }

    /// Warns of every element that nobody took.
    pub(super) fn warn_unknown(self, warnings: &mut Warnings) {
        for &element in &self.left {
            warn_unknown(element, self.name, warnings);
        }
    }

    /// Warns of every element that nobody took, and keeps it.
    pub(super) fn finish(self, findings: &mut Findings) {
        let Findings {
            warnings,
            extensions,
        } = findings;
        for &element in &self.without_effect {
            extensions.keep(&self.path, element, warnings);
        }
        for &element in &self.left {
            warn_unknown(element, self.name, warnings);
            extensions.keep(&self.path, element, warnings);
        }
        for &(element, name) in &self.in_values {
            warn_unknown(element, name, warnings);
            extensions.keep(&self.path_of(name), element, warnings);
        }
    }

    fn of_all(
        elements: &[Element<'d>],
        position: Position,
        name: &'d str,
        path: String,
        warnings: &mut Warnings,
    ) -> Self {
        for element in elements.iter().filter(|element| element.has_text()) {
            let message = format_args!(
                "the text in '{}' is ignored; only elements belong there",
                Excerpt::of(element.name())
            );
            warnings.push(element.position(), WarningKind::StrayText, message);
        }
        let left = elements.iter().flat_map(|element| element.children());
        Self {
            position,
            name,
            path,
            left: left.collect(),
            without_effect: Vec::new(),
            in_values: Vec::new(),
        }
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}/{name}", self.path)
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

fn is_populated(element: Element<'_>, warnings: &mut Warnings) -> bool {
    if element.is_nil() && !element.is_empty() {
        let message = format_args!(
            "'{}' is marked nil, so what it holds is ignored",
            Excerpt::of(element.name())
        );
        warnings.push(element.position(), WarningKind::NilWithContent, message);
    }
    !element.is_nil() && !element.is_empty()
}

fn warn_unknown(element: Element<'_>, parent: &str, warnings: &mut Warnings) {
    let message = format_args!(
        "the unknown element '{}' in '{}' is ignored",
        Excerpt::of(element.name()),
        Excerpt::of(parent)
    );
    warnings.push(element.position(), WarningKind::UnknownElement, message);
}
