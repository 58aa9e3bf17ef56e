use std::fmt;

use zeroize::Zeroizing;

/// The lines of a configuration that is being written. They are joined once at the end, in a place
/// that is large enough, so that no copies of secrets are left behind.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<Zeroizing<String>>);

impl Lines {
    /// Adds a line that holds no secret.
    pub(super) fn push(&mut self, line: impl fmt::Display) {
        self.0.push(Zeroizing::new(format!("{line}\n")));
    }

    /// Adds an option with what belongs to it inline: whole lines.
    pub(super) fn block(&mut self, name: &str, lines: Zeroizing<String>) {
        self.push(format_args!("<{name}>"));
        self.0.push(lines);
        self.push(format_args!("</{name}>"));
    }

    pub(super) fn into_text(self) -> Zeroizing<String> {
        let length = self.0.iter().map(|line| line.len()).sum();
        let mut text = Zeroizing::new(String::with_capacity(length));
        for line in &self.0 {
            text.push_str(line);
        }
        text
    }
}

/// Returns a text as one word of a line, or nothing where it cannot be one.
pub(super) fn quoted(text: &str) -> Option<String> {
    /// Of a line of 16 KiB, in which every byte may need a backslash.
    const LONGEST: usize = 8000;
    if text.len() > LONGEST || !text.chars().all(is_of_a_line) {
        return None;
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    Some(format!("\"{escaped}\""))
}

/// Says whether a character can stand within a line and be read again.
pub(super) fn is_of_a_line(character: char) -> bool {
    !character.is_control() && !matches!(character, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}
