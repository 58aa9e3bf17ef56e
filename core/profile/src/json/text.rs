use zeroize::Zeroizing;

/// Returns the text that a JSON string stands for, given with its quotation marks (RFC 8259 section
/// 7); nothing where it has half of a surrogate pair.
///
/// Every text may be a secret, so the buffer is as large as it can get from the start: one that
/// grows would leave copies behind.
pub(super) fn unescape(literal: &str) -> Option<Zeroizing<String>> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = Zeroizing::new(String::with_capacity(inner.len()));
    let mut rest = inner;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut characters = escape.chars();
        let character = match characters.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (character, after) = code_point(characters.as_str())?;
                characters = after.chars();
                character
            }
            itself @ ('"' | '\\' | '/') => itself,
            _ => return None,
        };
        text.push(character);
        rest = characters.as_str();
    }
    text.push_str(rest);
    Some(text)
}

/// Reads what follows `\u`, with the second half of a surrogate pair where one has to come.
fn code_point(text: &str) -> Option<(char, &str)> {
    let (first, rest) = unit(text)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some((character, rest));
    }
    let (second, rest) = unit(rest.strip_prefix("\\u")?)?;
    let character = char::decode_utf16([first, second]).next()?.ok()?;
    Some((character, rest))
}

fn unit(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let unit = u16::from_str_radix(digits, 16).ok()?;
    is_hexadecimal.then_some((unit, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(literal: &str) -> Option<String> {
        unescape(literal).map(|text| text.to_string())
    }

    #[test]
    fn every_escape_is_understood() {
        assert_eq!(
            text(r#""a\"\\\/\b\f\n\r\t\u00e4\uD83D\uDE00ü""#).as_deref(),
            Some("a\"\\/\u{8}\u{c}\n\r\tä😀ü")
        );
    }

    #[test]
    fn half_of_a_surrogate_pair_is_no_text() {
        for literal in [
            r#""\uD83D""#,
            r#""\uDE00""#,
            r#""\uD83D\uD83D""#,
            r#""\uD83Dx""#,
        ] {
            assert_eq!(text(literal), None, "{literal}");
        }
    }

    #[test]
    fn what_is_no_string_is_no_text() {
        for literal in [
            "",
            "\"",
            "a",
            r#""\x""#,
            r#""\u+123""#,
            r#""\u12""#,
            r#""\"#,
        ] {
            assert_eq!(text(literal), None, "{literal}");
        }
    }

    #[test]
    fn the_buffer_never_grows() {
        for literal in [
            r#""\uD83D\uDE00\u00e4ü""#.to_owned(),
            format!("\"{}\"", "ü".repeat(99)),
        ] {
            let room = literal.len();
            assert!(unescape(&literal).is_some_and(|text| text.capacity() <= room));
        }
    }
}
