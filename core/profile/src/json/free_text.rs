use super::value::Value;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::limits::LONGEST_LINE;

/// Reads a name for people: a line without control characters that is not too long.
pub(super) fn read_line(value: &Value<'_, '_>) -> Result<String, ImportError> {
    let text = value.text()?;
    if value.is_foreign() {
        if text.chars().any(char::is_control) {
            return Err(value.error("holds a line break or another control character"));
        }
        if text.chars().nth(LONGEST_LINE).is_some() {
            return Err(value.error(format!("is longer than {LONGEST_LINE} characters")));
        }
    }
    Ok(text.as_str().to_owned())
}

/// Reads an identifier, which holds no white space.
pub(super) fn read_word(value: &Value<'_, '_>) -> Result<String, ImportError> {
    let text = read_line(value)?;
    if value.is_foreign() && (text.is_empty() || text.chars().any(char::is_whitespace)) {
        return Err(value.error("is empty or holds white space"));
    }
    Ok(text)
}

/// Reads a web address, which has to be secure: a user types a password there, or trusts a token
/// from there.
pub(super) fn read_url(value: &Value<'_, '_>) -> Result<String, ImportError> {
    let url = read_word(value)?;
    let scheme = url.get(..8);
    let is_secure = scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    if value.is_foreign() && !(is_secure && url.len() > 8) {
        let url = Excerpt::of(&url);
        return Err(value.error(format!("is '{url}', which is no https:// address")));
    }
    Ok(url)
}
