//! What a client gets for a grant.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use crate::entra::book::Book;
use crate::entra::exchange::Exchange;
use crate::entra::grant::{Grant, RefreshToken};
use crate::entra::refusal::EntraRefusal;
use crate::entra::tenant::Tenant;
use crate::error::GatewayError;
use crate::random;

/// Entra's tokens begin to be valid so many seconds before they are issued.
const EARLIER: i64 = 300;

/// What one more group adds to a token: a GUID in quotes and a comma, in Base64.
const GROUP_BYTES: usize = 52;

/// Issues all tokens that a grant is good for.
pub(super) fn tokens(exchange: &mut Exchange<'_>, grant: Grant) -> Result<Value, EntraRefusal> {
    let (tenant, now) = (exchange.tenant, exchange.now());
    let lifetime = exchange.book.policy.token_lifetime.as_secs();
    let mut answer = json!({
        "token_type": "Bearer",
        "scope": format!("{0}/user_impersonation {0}/.default", grant.scopes.audience),
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": access_token(tenant, exchange.book, &grant, now)?,
    });
    let id_token = match grant.scopes.openid {
        true => Some(id_token(exchange, &grant)?),
        false => None,
    };
    let refresh_token = match grant.scopes.offline {
        true => Some(refresh_token(exchange, grant)?),
        false => None,
    };
    for (name, token) in [("id_token", id_token), ("refresh_token", refresh_token)] {
        if let (Value::Object(members), Some(token)) = (&mut answer, token) {
            members.insert(name.to_owned(), token.into());
        }
    }
    Ok(answer)
}

/// Issues an access token, in the form of the first version.
pub(super) fn access_token(
    tenant: &Tenant,
    book: &mut Book,
    grant: &Grant,
    now: i64,
) -> Result<String, GatewayError> {
    let lifetime = i64::try_from(book.policy.token_lifetime.as_secs()).unwrap_or(i64::MAX);
    let account = book.account(&grant.username);
    let name = account.map_or("", |account| &account.name);
    let object_id = account.map_or_else(String::new, |account| account.object_id());
    let mut groups = match account {
        Some(account) if book.policy.group_claims => account.groups.clone(),
        _ => Vec::new(),
    };
    let id = opaque::<16>()?;
    let mut claims = json!({
        "aud": grant.scopes.audience,
        "iss": tenant.issuer(),
        "iat": now - EARLIER,
        "nbf": now - EARLIER,
        "exp": now.saturating_add(lifetime),
        "acr": "1",
        "amr": methods(grant),
        "appid": tenant.client_id,
        "appidacr": "0",
        "idtyp": "user",
        "ipaddr": "127.0.0.1",
        "name": name,
        "oid": object_id,
        "scp": "user_impersonation",
        "sub": object_id,
        "tid": tenant.id,
        "unique_name": grant.username,
        "upn": grant.username,
        "uti": id,
        "ver": "1.0",
    });
    let length = tenant.signer.sign(&claims)?.len();
    let missing = book.policy.token_bytes.saturating_sub(length);
    let more = missing.div_ceil(GROUP_BYTES) as u64;
    groups.extend((0..more).map(|number| random::guid_of(&u128::from(number).to_be_bytes())));
    if let (Value::Object(members), false) = (&mut claims, groups.is_empty()) {
        members.insert("groups".to_owned(), groups.into());
    }
    let token = tenant.signer.sign(&claims)?;
    book.access_tokens.put(id, grant.username.clone());
    Ok(token)
}

/// Issues a token that says who has signed in (OpenID Connect Core section 2), in the form of the second version.
fn id_token(exchange: &Exchange<'_>, grant: &Grant) -> Result<String, GatewayError> {
    let tenant = exchange.tenant;
    let account = exchange.book.account(&grant.username);
    let object_id = account.map(|account| account.object_id());
    let mut claims = json!({
        "aud": tenant.client_id,
        "iss": format!("{}/v2.0", tenant.authority()),
        "iat": exchange.now() - EARLIER,
        "nbf": exchange.now() - EARLIER,
        "exp": exchange.after(exchange.book.policy.token_lifetime),
        "name": account.map(|account| &account.name),
        "oid": object_id,
        "preferred_username": grant.username,
        "sub": object_id,
        "tid": tenant.id,
        "ver": "2.0",
    });
    if let (Value::Object(members), Some(nonce)) = (&mut claims, &grant.nonce) {
        members.insert("nonce".to_owned(), nonce.as_str().into());
    }
    tenant.signer.sign(&claims)
}

fn refresh_token(exchange: &mut Exchange<'_>, grant: Grant) -> Result<String, GatewayError> {
    let token = format!("1.{}", opaque::<96>()?);
    let fresh = RefreshToken {
        grant: Grant {
            // It belongs to the first answer alone.
            nonce: None,
            ..grant
        },
        expires_at: exchange.after(exchange.book.policy.refresh_lifetime),
        is_spent: false,
        is_revoked: false,
    };
    exchange.book.refresh_tokens.put(token.clone(), fresh);
    Ok(token)
}

fn methods(grant: &Grant) -> &'static [&'static str] {
    match grant.second_factor {
        true => &["pwd", "mfa"],
        false => &["pwd"],
    }
}

/// Random text that means nothing to clients.
pub(super) fn opaque<const N: usize>() -> Result<String, GatewayError> {
    Ok(Base64UrlUnpadded::encode_string(&random::bytes::<N>()?))
}
