//! What tokens say. It is read and never verified: the gateway does that, and what is read here is for people and for the
//! time only.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// Longer texts are not taken from a token: a user's name has 113 characters at most.
const LONGEST: usize = 512;

/// What is known of a token; an opaque one says nothing.
#[derive(Default)]
pub(super) struct Claims {
    pub(super) username: Option<String>,
    pub(super) object_id: Option<String>,
    pub(super) tenant_id: Option<String>,
    pub(super) nonce: Option<String>,
    /// For how long it was issued, in seconds.
    pub(super) lifetime: Option<u64>,
    /// When it ends, in seconds since 1970.
    pub(super) expires_at: Option<i64>,
}

impl Claims {
    pub(super) fn of(token: &str) -> Self {
        Self::read(token).unwrap_or_default()
    }

    fn read(token: &str) -> Option<Self> {
        let payload = token.split('.').nth(1)?.trim_end_matches('=');
        let mut bytes = Zeroizing::new(vec![0; payload.len()]);
        let json = Base64UrlUnpadded::decode(payload, &mut bytes).ok()?;
        let members: Map<String, Value> = serde_json::from_slice(json).ok()?;
        let text = |name: &str| {
            let text = members.get(name)?.as_str()?;
            let is_plain = !text.is_empty() && !text.chars().any(char::is_control);
            (is_plain && text.len() <= LONGEST).then(|| text.to_owned())
        };
        let number = |name: &str| members.get(name)?.as_i64();
        let lifetime = || {
            let seconds = number("exp")?.checked_sub(number("iat")?)?;
            u64::try_from(seconds).ok()
        };
        Some(Self {
            username: text("preferred_username")
                .or_else(|| text("upn"))
                .or_else(|| text("unique_name")),
            object_id: text("oid"),
            tenant_id: text("tid"),
            nonce: text("nonce"),
            lifetime: lifetime(),
            expires_at: number("exp"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!(
            "e30.{}.c2ln",
            Base64UrlUnpadded::encode_string(payload.as_bytes())
        )
    }

    #[test]
    fn a_token_tells_its_user_and_its_lifetime() {
        let claims = Claims::of(&token(
            r#"{"upn":"alice@contoso.example","oid":"1","tid":"2","iat":100,"exp":4000}"#,
        ));

        assert_eq!(claims.username.as_deref(), Some("alice@contoso.example"));
        assert_eq!(claims.object_id.as_deref(), Some("1"));
        assert_eq!(claims.tenant_id.as_deref(), Some("2"));
        assert_eq!(claims.lifetime, Some(3900));
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        for odd in [
            "opaque",
            "a.b.c",
            "..",
            &token("[]"),
            &token(r#"{"upn":5,"iat":9,"exp":3}"#),
            &token("{\"upn\":\"a\\nb\",\"exp\":9223372036854775807,\"iat\":-5}"),
            &token(&format!(r#"{{"upn":"{}"}}"#, "x".repeat(600))),
        ] {
            let claims = Claims::of(odd);

            assert_eq!(claims.username, None, "{odd}");
            assert_eq!(claims.lifetime, None, "{odd}");
        }
    }
}
