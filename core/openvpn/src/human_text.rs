//! Texts of the peer that are shown to people.

/// The most characters of a text that is shown to people.
const MOST_CHARACTERS: usize = 2_048;

/// A text as it may be shown: at most 2,048 characters, none of them able to move or hide the others.
pub(crate) fn human_text(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control() && !is_invisible(*character))
        .take(MOST_CHARACTERS)
        .collect()
}

/// Characters without a width and those that change the direction of writing (Unicode Standard Annex 9), by which a
/// text can seem to say something else.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_of_any_language_stays_as_it_is() {
        let text = "Bitte Code eingeben: ключ 鍵 مفتاح";

        assert_eq!(human_text(text), text);
    }

    #[test]
    fn a_text_cannot_pretend_to_be_another() {
        assert_eq!(
            human_text("a\u{202e}b\u{200b}c\u{1b}[2Jd\u{7f}\n"),
            "abc[2Jd"
        );
    }

    #[test]
    fn a_text_is_bounded() {
        assert_eq!(human_text(&"ä".repeat(5_000)).chars().count(), 2_048);
    }
}
