//! Every way to sign in, from the profile to the gateway: Entra ID against a stand-in for it, passwords, tokens of the host,
//! and certificates of several places.
//!
//! What is known to break in sign-ins, and the test that it does not break here:
//!
//! | trouble | test |
//! |---|---|
//! | a token of more than 4 KiB | `entra::long_tokens_reach_the_gateway`; the lab's `access_tokens` with OpenVPN itself |
//! | clock skew | p2svpn-auth `entra::client` and `entra::source`: lifetimes are counted from the answer; the gateway's clock ahead: `renewal` |
//! | a refresh token that is revoked in mid-session, a claims challenge | `renewal::a_sign_in_that_was_revoked_is_asked_for_while_the_session_stays_connected` |
//! | the user closes the browser | p2svpn-auth `entra::loopback` (given up after a while); `entra::whoever_disconnects_at_any_page_is_obeyed` |
//! | the loopback port is taken, or is there for IPv6 only | p2svpn-auth `entra::loopback` |
//! | a proxy on the way | p2svpn-auth `http` |
//! | the device code expires | p2svpn-auth `entra::client` |
//! | one account in two sessions | `entra::two_sessions_of_one_account_ask_once` |
//! | `applicationid` present and absent | p2svpn-gateway `entra::application`; absent everywhere else here |
//! | a browser at a change of keys | `renewal::nobody_is_asked_at_a_change_of_keys_while_the_token_is_good` |
//! | reconnecting for ever with what was refused | `entra::a_token_that_the_gateway_refuses_stops_the_retries_and_is_not_shown_again`, `password` |
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod browser;
mod certificates;
mod entra;
mod host_token;
mod password;
mod renewal;
#[path = "../support/mod.rs"]
mod support;
