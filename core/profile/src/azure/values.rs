//! Values of common kinds.

use std::fmt::Display;
use std::str::FromStr;

use super::section::Value;
use crate::authentication::Authority;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::invalid_value::InvalidValue;
use crate::limits::LONGEST_LINE;
use crate::warning::{WarningKind, Warnings};

/// Reads a name for people: a line without control characters that is not too long.
pub(super) fn read_text(value: &Value) -> Result<String, ImportError> {
    if value.text().chars().any(char::is_control) {
        return Err(value.error(InvalidValue::new(
            "holds a line break or another control character",
        )));
    }
    if value.text().chars().nth(LONGEST_LINE).is_some() {
        let reason = format!("is longer than {LONGEST_LINE} characters");
        return Err(value.error(InvalidValue::new(reason)));
    }
    Ok(value.text().to_owned())
}

/// Reads an identifier, which holds no white space.
pub(super) fn read_word(value: &Value) -> Result<String, ImportError> {
    if value.text().chars().any(char::is_whitespace) {
        return Err(value.error(InvalidValue::new("holds white space")));
    }
    read_text(value)
}

/// Reads a web address as strictly as the one of a sign-in: a user types a password there, or trusts
/// a token from there.
pub(super) fn read_url(value: &Value) -> Result<String, ImportError> {
    let url = read_word(value)?;
    value.parse::<Authority>()?;
    Ok(url)
}

/// Reads a value without which nothing goes wrong; what cannot be read is its default, with a warning.
pub(super) fn read_or<T: FromStr + Display>(
    value: Option<Value>,
    default: T,
    warnings: &mut Warnings,
) -> T {
    let Some(value) = value else { return default };
    value.text().parse().unwrap_or_else(|_| {
        warn_default(&value, &default, warnings);
        default
    })
}

/// Reads a boolean; what cannot be read is its default, with a warning.
pub(super) fn read_flag(value: Option<Value>, default: bool, warnings: &mut Warnings) -> bool {
    let Some(value) = value else { return default };
    match value.text().to_ascii_lowercase().as_str() {
        "true" | "1" => true,
        "false" | "0" => false,
        _ => {
            warn_default(&value, &default, warnings);
            default
        }
    }
}

fn warn_default(value: &Value, default: &dyn Display, warnings: &mut Warnings) {
    let text = Excerpt::of(value.text());
    let message = format_args!(
        "{} is '{text}', which cannot be read; it is taken as {default}",
        value.path()
    );
    warnings.push(value.position(), WarningKind::IgnoredValue, message);
}
