use std::fmt;
use std::sync::Arc;

use crate::excerpt::Excerpt;
use crate::position::Position;

/// The most warnings that an import keeps; further ones are counted.
pub const MAXIMUM_WARNINGS: usize = 200;

/// Something in a file that was ignored or repaired, and where.
///
/// It displays as `azurevpnconfig.xml: line 12, column 5: <message>`. Messages are for people and hold no secret;
/// programs look at the kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// The file that was given, or the one inside the package; nothing where only one was read and its
    /// name is not known.
    pub file: Option<Arc<str>>,
    /// Where it is: for an element, the `<` of its start tag.
    pub position: Position,
    /// What it is.
    pub kind: WarningKind,
    /// What it is, in a sentence without a full stop.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(formatter, "{}: ", Excerpt::of_sentence(file))?;
        }
        write!(formatter, "{}: {}", self.position, self.message)
    }
}

/// What a [`Warning`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// An element that this library does not know was ignored, with all it holds.
    UnknownElement,
    /// An element stands twice where one is expected; the first was used.
    Duplicate,
    /// An element is marked nil and holds something all the same; it was taken as nil.
    NilWithContent,
    /// Text between elements was ignored.
    StrayText,
    /// An element stands in the wrong place; it was used.
    Misplaced,
    /// A known misspelling of an element's name; it was used.
    Misspelt,
    /// A value could not be read or has no effect; it was ignored, or its default used.
    IgnoredValue,
    /// A route's address has bits set beyond its mask; they were cleared.
    HostBits,
    /// The file declares an encoding other than the one it is in; it was read as what it is.
    Encoding,
    /// An option of an OpenVPN configuration that this library does not know was ignored.
    UnknownOption,
    /// An option of an OpenVPN configuration, or a part of it, was not followed; the message says what
    /// is lost.
    IgnoredOption,
    /// The profile does not say whose certificate the gateway must have, so others can pose as it.
    UncheckedServer,
    /// A file that was given, or a certificate in it, is of no use for the profile; it was ignored.
    UnusedFile,
}

/// Collects the warnings of one import and bounds their number.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    kept: Vec<Warning>,
    left_out: usize,
}

impl Warnings {
    pub(crate) fn push(
        &mut self,
        position: Position,
        kind: WarningKind,
        message: fmt::Arguments<'_>,
    ) {
        if self.kept.len() < MAXIMUM_WARNINGS {
            self.kept.push(Warning {
                file: None,
                position,
                kind,
                message: message.to_string(),
            });
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    /// Counts warnings that nobody made.
    pub(crate) fn leave_out(&mut self, count: usize) {
        self.left_out = self.left_out.saturating_add(count);
    }

    /// Returns the warnings in the order of the file, and how many were left out.
    pub(crate) fn finish(mut self) -> (Vec<Warning>, usize) {
        self.kept.sort_by_key(|warning| warning.position);
        (self.kept, self.left_out)
    }

    /// Returns the warnings of a file that has a name.
    pub(crate) fn finish_in(self, file: &Arc<str>) -> (Vec<Warning>, usize) {
        let (mut kept, left_out) = self.finish();
        for warning in &mut kept {
            warning.file = Some(Arc::clone(file));
        }
        (kept, left_out)
    }
}
