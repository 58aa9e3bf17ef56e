use serde_json::Value;

use crate::entra::page;
use crate::entra::refusal::EntraRefusal;
use crate::entra::trace::Trace;

/// What a request is answered with.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: String,
    pub(super) location: Option<String>,
    pub(super) retry_after: Option<u64>,
    /// The number of the refusal, if it is one.
    pub(super) error_code: Option<u32>,
}

const HTML: &str = "text/html; charset=utf-8";
pub(super) const JSON: &str = "application/json; charset=utf-8";

impl Answer {
    pub(super) fn new(status: u16, content_type: &'static str, body: String) -> Self {
        Self {
            status,
            content_type,
            body,
            location: None,
            retry_after: None,
            error_code: None,
        }
    }

    /// To a program.
    pub(super) fn json(
        result: Result<Value, EntraRefusal>,
        trace: &Trace,
        challenge: Option<&str>,
    ) -> Self {
        match result {
            Ok(value) => Self::new(200, JSON, value.to_string()),
            Err(refusal) => Self {
                error_code: Some(refusal.code()),
                ..Self::new(400, JSON, refusal.json(trace, challenge).to_string())
            },
        }
    }

    /// To a browser.
    pub(super) fn page(html: String) -> Self {
        Self::new(200, HTML, html)
    }

    /// The same, and something was wrong.
    pub(super) fn page_after(html: String, refusal: EntraRefusal) -> Self {
        Self {
            error_code: Some(refusal.code()),
            ..Self::page(html)
        }
    }

    /// To a browser that cannot be sent back.
    pub(super) fn dead_end(refusal: EntraRefusal, trace: &Trace) -> Self {
        let html = page::message(
            "Sorry, but we're having trouble signing you in",
            &refusal.description(trace),
        );
        Self {
            error_code: Some(refusal.code()),
            ..Self::new(400, HTML, html)
        }
    }

    /// Sends a browser back to the application.
    pub(super) fn redirect(uri: &str, parameters: &[(&str, &str)]) -> Self {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        let slash = match uri.ends_with('/') {
            true => "",
            false => "/",
        };
        Self {
            location: Some(format!("{uri}{slash}?{}", query.finish())),
            ..Self::new(302, HTML, String::new())
        }
    }

    /// The same with an error (RFC 6749 section 4.1.2.1).
    pub(super) fn redirect_refused(
        uri: &str,
        state: &str,
        refusal: EntraRefusal,
        trace: &Trace,
    ) -> Self {
        let description = refusal.description(trace);
        let mut parameters = vec![
            ("error", refusal.error()),
            ("error_description", &description),
        ];
        if refusal == EntraRefusal::Declined {
            parameters.push(("error_subcode", "cancel"));
        }
        parameters.push(("state", state));
        Self {
            error_code: Some(refusal.code()),
            ..Self::redirect(uri, &parameters)
        }
    }
}
