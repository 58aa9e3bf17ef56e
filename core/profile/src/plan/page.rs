use std::fmt::{self, Display};

/// Writes a text for people: headings, and tables of two columns whose second one is wrapped.
pub(super) struct Page<'a, 'b> {
    formatter: &'a mut fmt::Formatter<'b>,
}

impl<'a, 'b> Page<'a, 'b> {
    /// The most characters of a line, unless a word is longer.
    const WIDTH: usize = 98;
    /// The width of the first column.
    const LABEL: usize = 22;

    pub(super) fn new(formatter: &'a mut fmt::Formatter<'b>) -> Self {
        Self { formatter }
    }

    /// Writes a paragraph from the left edge.
    pub(super) fn paragraph(&mut self, text: &str) -> fmt::Result {
        for line in wrapped(text, Self::WIDTH) {
            writeln!(self.formatter, "{line}")?;
        }
        Ok(())
    }

    /// Begins a section.
    pub(super) fn heading(&mut self, text: &str) -> fmt::Result {
        writeln!(self.formatter, "\n{text}")
    }

    /// Writes a row: a label and what there is to say about it.
    pub(super) fn row(&mut self, label: &str, value: impl Display) -> fmt::Result {
        let value = value.to_string();
        let width = Self::WIDTH.saturating_sub(Self::LABEL + 2);
        let mut label = label;
        for line in wrapped(&value, width) {
            writeln!(
                self.formatter,
                "  {label:<width$}{line}",
                width = Self::LABEL
            )?;
            label = "";
        }
        Ok(())
    }

    /// Writes rows with one label for all of them; none where there are none.
    pub(super) fn rows<T: Display>(
        &mut self,
        label: &str,
        values: impl IntoIterator<Item = T>,
    ) -> fmt::Result {
        let mut label = label;
        for value in values {
            self.row(label, value)?;
            label = "";
        }
        Ok(())
    }
}

/// Breaks a text at its spaces into lines of at most so many characters; a longer word gets a line of its
/// own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0usize;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used.saturating_add(length) >= width {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used = used.saturating_add(1);
        }
        line.push_str(word);
        used = used.saturating_add(length);
    }
    lines.push(line.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces_and_no_word_is_lost() {
        let text = "a bcd efghijklmnop q";

        assert_eq!(wrapped(text, 6), ["a bcd", "efghijklmnop", "q"]);
        assert_eq!(wrapped("", 6), [""]);
    }
}
