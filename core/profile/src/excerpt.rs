use std::fmt::{self, Write};

/// A piece of hostile text fit for a message: shortened, with control and invisible characters
/// escaped.
///
/// Never give it a value that may be secret.
pub(crate) struct Excerpt<'a> {
    text: &'a str,
    longest: usize,
}

impl<'a> Excerpt<'a> {
    /// Shows at most 64 characters, which is enough to recognize a name.
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, longest: 64 }
    }

    /// Shows at most 200 characters, which is enough for a sentence.
    pub(crate) fn of_sentence(text: &'a str) -> Self {
        Self { text, longest: 200 }
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.text.chars();
        for character in characters.by_ref().take(self.longest) {
            match character {
                '\'' | '"' => formatter.write_char(character)?,
                _ => write!(formatter, "{}", character.escape_debug())?,
            }
        }
        if characters.next().is_some() {
            formatter.write_str("...")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_cannot_forge_a_log_line() {
        assert_eq!(
            Excerpt::of("a\nb\u{1b}[2J\u{202e}c").to_string(),
            "a\\nb\\u{1b}[2J\\u{202e}c"
        );
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(
            Excerpt::of(&"x".repeat(1000)).to_string(),
            format!("{}...", "x".repeat(64))
        );
    }
}
