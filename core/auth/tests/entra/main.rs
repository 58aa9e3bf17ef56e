//! Signing in with Entra ID against a login host that says what each test wants.
//!
//! | what goes wrong in the field | the test that shows that it does not here |
//! |---|---|
//! | a token of more than 4 KiB | `client::a_token_of_40_kibibytes_is_taken_and_one_that_openvpn_cannot_carry_is_refused` |
//! | clock skew | `client::a_clock_that_is_wrong_is_told_and_changes_no_lifetime` |
//! | a refresh token is revoked in mid-session | `source::a_revoked_sign_in_is_asked_about_once_and_forgotten` |
//! | a claims challenge | `source::a_claims_challenge_reaches_whoever_signs_in_next` |
//! | the user closes the browser | `loopback::nobody_comes_back_in_time`, `client::a_user_who_says_no_is_told_apart` |
//! | the loopback port is taken | `loopback::a_taken_port_is_given_up_for_a_free_one` |
//! | the loopback is one family alone | `loopback::the_browser_may_come_by_either_family` |
//! | the device code expires | `client::a_device_code_ends_when_it_expires` |
//! | one account in two sessions | `source::many_who_ask_at_once_share_one_request` |
//! | `applicationid` present and absent | `client::the_application_id_signs_in_where_there_is_one` |
//! | never a browser unless Entra demands it | `source::a_login_host_that_is_away_asks_for_no_browser` |
//! | no endless loop | `source::what_was_refused_is_not_tried_again` |

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod cache;
mod client;
mod login_host;
mod loopback;
mod secrets;
mod source;
