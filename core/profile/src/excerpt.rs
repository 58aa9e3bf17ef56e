use std::fmt;

/// Returns a text of a profile fit to be shown: control and invisible characters are escaped, such as
/// `\\u{202e}`, so that it can neither forge a line nor turn one around.
///
/// What a host saves or sends is the text itself, not this one.
pub fn printable(text: &str) -> String {
    let longest = usize::MAX;
    Excerpt { text, longest }.to_string()
}

/// A piece of hostile text fit for a message: shortened, and [`printable`].
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
        let end = self.text.char_indices().nth(self.longest);
        let cut = end.and_then(|(end, _)| self.text.get(..end));
        // Quotation marks and backslashes are as good as letters.
        for piece in cut.unwrap_or(self.text).split_inclusive(['\'', '"', '\\']) {
            let plain = piece.trim_end_matches(['\'', '"', '\\']);
            let mark = piece.get(plain.len()..).unwrap_or_default();
            write!(formatter, "{}{mark}", plain.escape_debug())?;
        }
        formatter.write_str(if cut.is_some() { "..." } else { "" })
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
    fn what_can_be_seen_stays_as_it_is() {
        for text in ["CORP\\alex", "it's \"quoted\"", "Büro – बैठक", ""] {
            assert_eq!(printable(text), text);
        }
        assert_eq!(printable("\\\\\u{200b}"), "\\\\\\u{200b}");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(
            Excerpt::of(&"x".repeat(1000)).to_string(),
            format!("{}...", "x".repeat(64))
        );
    }
}
