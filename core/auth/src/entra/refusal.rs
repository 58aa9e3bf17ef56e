use std::fmt;

use p2svpn_profile::printable;
use serde::Deserialize;
use serde_json::Value;

use super::refusal_class::RefusalClass;
use super::refusal_table::{self, Row};

/// A text of Entra is cut after so many characters.
const LONGEST_TEXT: usize = 500;

/// A claims challenge is longer than a text; longer ones are left out.
const LONGEST_CLAIMS: usize = 8 * 1024;

/// What Entra answered when it refused something. All texts are fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntraRefusal {
    /// The error of OAuth, such as `invalid_grant`.
    pub error: String,
    /// Entra's number, such as 50076 for `AADSTS50076`.
    pub code: Option<u32>,
    /// Entra's own kind of the error, such as `bad_token`.
    pub suberror: Option<String>,
    /// What Entra says, in a sentence or two, without the ids.
    pub description: String,
    /// What the next sign-in has to ask for, JSON, if Entra demands something.
    pub claims: Option<String>,
    /// What an administrator finds it by in the sign-in log.
    pub correlation_id: Option<String>,
    /// What Microsoft's support finds it by.
    pub trace_id: Option<String>,
    /// When it was, as Entra writes it.
    pub timestamp: Option<String>,
}

impl EntraRefusal {
    /// Reads an answer in JSON; nothing if it is no refusal.
    pub(super) fn of_json(body: &[u8]) -> Option<Self> {
        let answer: Answer<'_> = serde_json::from_slice(body).ok()?;
        let mut refusal = Self::of(&answer.error?, answer.error_description.as_deref());
        let codes = answer.error_codes.iter().flatten();
        let code = codes.filter_map(Value::as_u64).next();
        if let Some(code) = code.and_then(|code| u32::try_from(code).ok()) {
            refusal.code = Some(code);
        }
        let is_short = |claims: &String| claims.len() <= LONGEST_CLAIMS;
        refusal.suberror = answer.suberror.as_deref().map(shown);
        refusal.claims = answer.claims.map(Into::into).filter(is_short);
        refusal.correlation_id = answer.correlation_id.as_deref().map(shown);
        refusal.trace_id = answer.trace_id.as_deref().map(shown);
        refusal.timestamp = answer.timestamp.as_deref().map(shown);
        Some(refusal)
    }

    /// Reads what a browser brings back.
    pub(super) fn of(error: &str, description: Option<&str>) -> Self {
        let description = description.unwrap_or_default();
        // The ids follow in the same text: "AADSTS50076: Due to ... Trace ID: ... Correlation ID: ... Timestamp: ...".
        let sentence = description
            .split_once("Trace ID:")
            .map_or(description, |(sentence, _)| sentence);
        let after = |name: &str| {
            let (_, rest) = description.split_once(name)?;
            rest.split_whitespace().next().map(shown)
        };
        Self {
            error: shown(error),
            code: number_in(description),
            suberror: None,
            description: shown(sentence),
            claims: None,
            correlation_id: after("Correlation ID:"),
            trace_id: after("Trace ID:"),
            timestamp: None,
        }
    }

    /// Says what can be done about it.
    pub fn class(&self) -> RefusalClass {
        self.row().class
    }

    /// Says what is the matter, in a sentence.
    pub fn cause(&self) -> &'static str {
        self.row().cause
    }

    /// Says what people can do about it, in a sentence or two.
    pub fn remedy(&self) -> &'static str {
        self.row().remedy
    }

    /// Whether the user said no himself.
    pub(super) fn is_cancelled(&self) -> bool {
        self.code == Some(65004)
            || self.error == "authorization_declined"
            || (self.error == "access_denied" && self.code.is_none())
    }

    fn row(&self) -> &'static Row {
        refusal_table::row(self.code, &self.error)
    }
}

impl fmt::Display for EntraRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(formatter, "AADSTS{code}: ")?,
            None => write!(formatter, "{}: ", self.error)?,
        }
        formatter.write_str(self.cause())?;
        match &self.correlation_id {
            Some(id) => write!(formatter, " (correlation id {id})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for EntraRefusal {}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, default)]
    error: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default)]
    error_description: Option<std::borrow::Cow<'a, str>>,
    #[serde(default)]
    error_codes: Option<Vec<Value>>,
    #[serde(borrow, default)]
    suberror: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default)]
    claims: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default)]
    correlation_id: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default)]
    trace_id: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default)]
    timestamp: Option<std::borrow::Cow<'a, str>>,
}

fn shown(text: &str) -> String {
    let cut: String = text.trim().chars().take(LONGEST_TEXT).collect();
    printable(&cut)
}

fn number_in(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("AADSTS")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_tells_its_number_its_ids_and_its_claims() {
        let refusal = EntraRefusal::of_json(
            br#"{"error":"interaction_required","error_description":"AADSTS50079: Due to a change you must enroll. Trace ID: t-1 Correlation ID: c-1 Timestamp: 2026-01-01 00:00:00Z",
                "error_codes":[50079],"timestamp":"2026-01-01 00:00:00Z","trace_id":"t-1","correlation_id":"c-1","suberror":"basic_action","claims":"{\"access_token\":{}}"}"#,
        )
        .unwrap();

        assert_eq!(refusal.code, Some(50079));
        assert_eq!(refusal.class(), RefusalClass::SignIn);
        assert_eq!(refusal.claims.as_deref(), Some(r#"{"access_token":{}}"#));
        assert_eq!(
            refusal.description,
            "AADSTS50079: Due to a change you must enroll."
        );
        assert_eq!(refusal.correlation_id.as_deref(), Some("c-1"));
        assert!(refusal.to_string().ends_with("(correlation id c-1)"));
    }

    #[test]
    fn what_a_browser_brings_back_has_the_number_in_its_text() {
        let refusal = EntraRefusal::of(
            "access_denied",
            Some(
                "AADSTS53003: Access has been blocked.\r\nTrace ID: t\r\nCorrelation ID: c\r\nTimestamp: x",
            ),
        );

        assert_eq!((refusal.code, refusal.is_cancelled()), (Some(53003), false));
        assert_eq!(refusal.correlation_id.as_deref(), Some("c"));
        assert_eq!(refusal.trace_id.as_deref(), Some("t"));
    }

    #[test]
    fn hostile_texts_cannot_forge_lines_or_fill_memory() {
        let long = "x".repeat(100_000);
        let body = serde_json::json!({
            "error": "invalid_grant\nError: none",
            "error_description": format!("AADSTS99999999999999: \u{202e}{long}"),
            "claims": long,
        });

        let refusal = EntraRefusal::of_json(body.to_string().as_bytes()).unwrap();

        assert_eq!((refusal.code, refusal.claims.clone()), (None, None));
        assert!(refusal.description.len() < 600);
        assert!(!format!("{refusal:?}{refusal}").contains(['\n', '\u{202e}']));
    }

    #[test]
    fn what_is_no_refusal_is_none() {
        for body in ["", "{}", "[]", "<html>", r#"{"error":5}"#] {
            assert!(EntraRefusal::of_json(body.as_bytes()).is_none(), "{body}");
        }
    }
}
