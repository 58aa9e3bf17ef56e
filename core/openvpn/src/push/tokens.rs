//! Splits a pushed option into words, like a line of OpenVPN's configuration.

/// The most words of an option.
const MOST_WORDS: usize = 16;

/// The longest option in bytes. OpenVPN takes 255, but access tokens are longer.
const LONGEST_OPTION: usize = 4_096;

/// The words of an option; none when a quotation does not end, or for too many words or bytes.
///
/// Words are separated by blanks. Within `"…"` and `'…'` blanks count; a backslash takes the next character as it
/// is, but not within `'…'`. A word that starts with `#` or `;` begins a remark.
pub(super) fn words(option: &str) -> Option<Vec<String>> {
    if option.len() > LONGEST_OPTION {
        return None;
    }
    let mut words = Vec::new();
    let mut rest = option.chars().peekable();
    loop {
        while rest
            .next_if(|character| character.is_whitespace())
            .is_some()
        {}
        match rest.peek() {
            None | Some('#' | ';') => return Some(words),
            Some(_) if words.len() == MOST_WORDS => return None,
            Some(_) => words.push(word(&mut rest)?),
        }
    }
}

fn word(rest: &mut impl Iterator<Item = char>) -> Option<String> {
    let mut word = String::new();
    let mut quote = None;
    // The blank that ends a word is consumed with it.
    while let Some(character) = rest.next() {
        match (character, quote) {
            ('\\', None | Some('"')) => word.push(rest.next()?),
            (_, Some(open)) if character == open => quote = None,
            (_, Some(_)) => word.push(character),
            ('"' | '\'', None) => quote = Some(character),
            (_, None) if character.is_whitespace() => return Some(word),
            (_, None) => word.push(character),
        }
    }
    quote.is_none().then_some(word)
}

/// Writes a word so that `words` reads it again; none when no option can carry it.
pub(super) fn quoted(word: &str) -> Option<String> {
    if word
        .chars()
        .any(|character| character == ',' || character.is_control())
    {
        return None;
    }
    let plain = |character: char| {
        !character.is_whitespace() && !matches!(character, '"' | '\'' | '\\' | '#' | ';')
    };
    if !word.is_empty() && word.chars().all(plain) {
        return Some(word.to_owned());
    }
    Some(format!(
        "\"{}\"",
        word.replace('\\', "\\\\").replace('"', "\\\"")
    ))
}
