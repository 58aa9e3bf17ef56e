use std::fmt;

/// A place in a text file, as an editor shows it.
///
/// Lines and columns count from 1; a column is one Unicode character, whatever its width or its
/// encoding in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1. Lines end with CR LF, LF or CR.
    pub line: u32,
    /// The column, from 1, in Unicode characters.
    pub column: u32,
}

impl Position {
    /// The first character of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}", self.line, self.column)
    }
}

/// Walks forward through a text and knows its position, so that a whole document is counted once.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    rest: &'a str,
    offset: usize,
    position: Position,
    after_return: bool,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            offset: 0,
            position: Position::START,
            after_return: false,
        }
    }

    /// Moves to a byte offset of the text and returns the position there; offsets behind the cursor
    /// leave it where it is.
    pub(crate) fn advance_to(&mut self, offset: usize) -> Position {
        self.advance_by(offset.saturating_sub(self.offset))
    }

    /// Moves on by a number of bytes and returns the position there.
    pub(crate) fn advance_by(&mut self, step: usize) -> Position {
        let (passed, rest) = self.rest.split_at_checked(step).unwrap_or((self.rest, ""));
        for character in passed.chars() {
            self.pass(character);
        }
        self.offset = self.offset.saturating_add(passed.len());
        self.rest = rest;
        self.position
    }

    fn pass(&mut self, character: char) {
        let Position { line, column } = self.position;
        self.position = match character {
            // The second half of CR LF: the line was counted at the CR.
            '\n' if self.after_return => self.position,
            '\n' | '\r' => Position {
                line: line.saturating_add(1),
                column: 1,
            },
            _ => Position {
                line,
                column: column.saturating_add(1),
            },
        };
        self.after_return = character == '\r';
    }
}

/// Returns the position of a byte offset in a text.
pub(crate) fn locate(text: &str, offset: usize) -> Position {
    Cursor::new(text).advance_to(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_ending_counts_once() {
        let text = "a\r\nb\nc\rd\n\ré";

        assert_eq!(locate(text, 0), Position { line: 1, column: 1 });
        assert_eq!(locate(text, 3), Position { line: 2, column: 1 });
        assert_eq!(locate(text, 5), Position { line: 3, column: 1 });
        assert_eq!(locate(text, 7), Position { line: 4, column: 1 });
        assert_eq!(locate(text, text.len()), Position { line: 6, column: 2 });
    }

    #[test]
    fn a_column_is_a_character_not_a_byte() {
        assert_eq!(locate("äöü<x/>", 6), Position { line: 1, column: 4 });
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(locate("ab\n", 99), Position { line: 2, column: 1 });
    }
}
