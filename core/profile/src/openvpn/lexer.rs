use crate::azure::Text;
use crate::error::ImportError;
use crate::position::Position;

use super::catalogue::find;
use super::limits::MAXIMUM_OVPN_LINES;

/// The block whose options are about a server of its own.
const CONNECTION: &str = "connection";

/// The longest line outside inline blocks, in bytes.
const LONGEST_LINE: usize = 16 * 1024;

/// The most words of a line after its first.
const MOST_ARGUMENTS: usize = 64;

/// A line of a configuration that says something.
#[derive(Debug)]
pub(super) enum Item<'a> {
    /// An option.
    Directive(Directive<'a>),
    /// `<connection>`: the options up to its end are about a server of its own.
    ConnectionBegins(Position),
    /// `</connection>`
    ConnectionEnds,
}

/// An option as it was written.
#[derive(Debug)]
pub(super) struct Directive<'a> {
    /// Where its name stands.
    pub(super) position: Position,
    /// Its name, without `--`.
    pub(super) name: Text<'a>,
    /// The words after it.
    pub(super) arguments: Vec<Text<'a>>,
    /// What stands between `<name>` and `</name>`, if it was written so.
    pub(super) block: Option<&'a str>,
}

/// Cuts a configuration into options, one at a time, so that a large one takes no more memory than
/// its text.
///
/// The language is that of the OpenVPN manual: words between white space; `#` and `;` before a word
/// begin a comment; single quotes keep everything, double quotes everything but backslashes; a
/// backslash keeps the quote, the white space or the backslash after it.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    lines: Lines<'a>,
    connection: Option<Position>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            lines: Lines {
                rest: text,
                number: 0,
            },
            connection: None,
        }
    }

    /// Returns the next line that says something, or nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Item<'a>>, ImportError> {
        while let Some(line) = self.lines.next()? {
            if let Some(item) = self.read(&line)? {
                return Ok(Some(item));
            }
        }
        match self.connection {
            Some(begin) => Err(unclosed(CONNECTION, begin)),
            None => Ok(None),
        }
    }

    fn read(&mut self, line: &Line<'a>) -> Result<Option<Item<'a>>, ImportError> {
        let mut words = split(line)?.into_iter();
        let Some((position, first)) = words.next() else {
            return Ok(None);
        };
        let arguments: Vec<_> = words.map(|(_, word)| word).collect();
        let tag = first
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
            .filter(|_| arguments.is_empty());
        match tag {
            None => Ok(Some(Item::Directive(Directive {
                position,
                name: without_dashes(first),
                arguments,
                block: None,
            }))),
            Some(CONNECTION) => match self.connection.replace(position) {
                Some(_) => Err(syntax(
                    position,
                    "a block <connection> stands in another one",
                )),
                None => Ok(Some(Item::ConnectionBegins(position))),
            },
            Some("/connection") => match self.connection.take() {
                Some(_) => Ok(Some(Item::ConnectionEnds)),
                None => Err(syntax(position, "</connection> closes no block")),
            },
            Some(name) if name.starts_with('/') => {
                Err(syntax(position, "this closes a block that was not opened"))
            }
            Some(name) => Ok(Some(Item::Directive(Directive {
                position,
                block: Some(self.block(name, position)?),
                name: Text::Borrowed(name_in(line.text, name)),
                arguments,
            }))),
        }
    }

    /// Returns what stands before the line that closes a block.
    fn block(&mut self, name: &str, begin: Position) -> Result<&'a str, ImportError> {
        let from = self.lines.rest;
        loop {
            let left = self.lines.rest.len();
            let Some(line) = self.lines.next()? else {
                return Err(unclosed(name, begin));
            };
            let closes = line
                .text
                .trim_start()
                .strip_prefix("</")
                .and_then(|rest| rest.strip_prefix(name))
                .is_some_and(|rest| rest.starts_with('>'));
            if closes {
                let length = from.len().saturating_sub(left);
                return Ok(from.get(..length).unwrap_or(from));
            }
        }
    }
}

/// The name in a tag, borrowed from its line.
fn name_in<'a>(line: &'a str, name: &str) -> &'a str {
    let start = line.find('<').map_or(0, |at| at.saturating_add(1));
    let end = start.saturating_add(name.len());
    line.get(start..end).unwrap_or_default()
}

fn without_dashes(word: Text<'_>) -> Text<'_> {
    match word {
        Text::Borrowed(word) => Text::Borrowed(word.strip_prefix("--").unwrap_or(word)),
        decoded @ Text::Decoded(_) => decoded,
    }
}

fn syntax(position: Position, reason: &str) -> ImportError {
    ImportError::Syntax {
        position,
        reason: reason.to_owned(),
    }
}

/// Only tags of options are repeated: others could be a damaged secret.
fn unclosed(name: &str, position: Position) -> ImportError {
    let reason = match find(name) {
        Some((option, _)) => format!("the block <{option}> is not closed"),
        None if name == CONNECTION => format!("the block <{CONNECTION}> is not closed"),
        None => "this block is not closed".to_owned(),
    };
    ImportError::Syntax { position, reason }
}

/// Hands out the lines of a text, which end with CR LF, LF or CR.
#[derive(Debug)]
struct Lines<'a> {
    rest: &'a str,
    number: u32,
}

#[derive(Debug)]
struct Line<'a> {
    text: &'a str,
    number: u32,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Result<Option<Line<'a>>, ImportError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.number = self.number.saturating_add(1);
        if self.number > MAXIMUM_OVPN_LINES {
            let position = Position {
                line: self.number,
                column: 1,
            };
            let reason = format!("there are more than {MAXIMUM_OVPN_LINES} lines");
            return Err(ImportError::Syntax { position, reason });
        }
        let end = self.rest.find(['\r', '\n']).unwrap_or(self.rest.len());
        let (text, after) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = after
            .strip_prefix("\r\n")
            .or_else(|| after.strip_prefix(['\r', '\n']))
            .unwrap_or_default();
        Ok(Some(Line {
            text,
            number: self.number,
        }))
    }
}

/// Cuts a line into its words and says where each of them begins.
fn split<'a>(line: &Line<'a>) -> Result<Vec<(Position, Text<'a>)>, ImportError> {
    let position_of = |rest: &str| {
        let passed = line.text.len().saturating_sub(rest.len());
        let before = line.text.get(..passed).unwrap_or_default();
        let column = u32::try_from(before.chars().count()).unwrap_or(u32::MAX);
        Position {
            line: line.number,
            column: column.saturating_add(1),
        }
    };
    if line.text.len() > LONGEST_LINE {
        let reason = format!("the line is longer than {LONGEST_LINE} bytes");
        let position = position_of(line.text);
        return Err(ImportError::Syntax { position, reason });
    }
    let mut words = Vec::new();
    let mut rest = line.text;
    loop {
        rest = rest.trim_ascii_start();
        if rest.is_empty() || rest.starts_with(['#', ';']) {
            return Ok(words);
        }
        let position = position_of(rest);
        if words.len() > MOST_ARGUMENTS {
            let reason = format!("there are more than {MOST_ARGUMENTS} words after the first");
            return Err(ImportError::Syntax { position, reason });
        }
        let (word, after) = word(rest).map_err(|reason| syntax(position, reason))?;
        words.push((position, word));
        rest = after;
    }
}

/// Returns the word at the beginning of a text, and what stands behind it.
fn word(text: &str) -> Result<(Text<'_>, &str), &'static str> {
    const UNCLOSED: &str = "a quotation mark is not closed";
    if let Some(quoted) = text.strip_prefix('\'') {
        let (word, after) = quoted.split_once('\'').ok_or(UNCLOSED)?;
        return Ok((Text::Borrowed(word), after));
    }
    if let Some(quoted) = text.strip_prefix('"') {
        let (word, after) = escaped(quoted, |character| character == '"')?;
        return Ok((word, after.strip_prefix('"').ok_or(UNCLOSED)?));
    }
    escaped(text, |character| character.is_ascii_whitespace())
}

/// Reads up to a character that ends a word and is not escaped.
fn escaped(text: &str, ends: fn(char) -> bool) -> Result<(Text<'_>, &str), &'static str> {
    let length = plain_length(text, ends);
    let (plain, rest) = text.split_at_checked(length).unwrap_or((text, ""));
    if !rest.starts_with('\\') {
        return Ok((Text::Borrowed(plain), rest));
    }
    // It never grows, so it leaves no copy of a secret behind.
    let mut word = zeroize::Zeroizing::new(String::with_capacity(text.len()));
    word.push_str(plain);
    let mut rest = rest;
    while let Some(after) = rest.strip_prefix('\\') {
        let kept = after
            .chars()
            .next()
            .filter(|&next| matches!(next, '\\' | '"') || next.is_ascii_whitespace())
            .ok_or("a backslash stands alone; write two, or put single quotes around the word")?;
        word.push(kept);
        let after = after.get(kept.len_utf8()..).unwrap_or_default();
        let length = plain_length(after, ends);
        let (plain, behind) = after.split_at_checked(length).unwrap_or((after, ""));
        word.push_str(plain);
        rest = behind;
    }
    Ok((Text::Decoded(word), rest))
}

fn plain_length(text: &str, ends: fn(char) -> bool) -> usize {
    text.find(|character| character == '\\' || ends(character))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
