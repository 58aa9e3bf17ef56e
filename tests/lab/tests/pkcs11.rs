//! Certificates whose keys stay on a PKCS#11 token, with real servers.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::process::Command;
use std::time::Duration;

use p2svpn_lab::{
    KeyKind, LabError, OpenVpnServer, P2svpnClient, Pkcs11Token, SERVICE, ServerOptions, Site,
    TlsVersion, TokenAbilities, at_once, can_run_pkcs11, ping,
};

const PIN_WRONG: u64 = 321;
const TOKEN_REMOVED: u64 = 323;

#[test]
fn a_key_on_a_token_signs_in_each_version_of_tls_and_again_in_rekeys() -> Result<(), LabError> {
    if !can_run_pkcs11() {
        return Ok(());
    }
    at_once([KeyKind::Rsa2048, KeyKind::P256], |kind| {
        let bearer = Bearer::new(kind, TokenAbilities::All)?;
        for tls in [TlsVersion::Tls12, TlsVersion::Tls13] {
            let options = ServerOptions {
                tls: Some(tls),
                renegotiate: Some(Duration::from_secs(3)),
                ..ServerOptions::default()
            };
            let server = OpenVpnServer::start(&bearer.site, &options)?;
            let mut client = bearer.start()?;
            let pin = client.wait_challenge()?;
            assert_eq!(pin.kind, "TokenPin");
            client.answer(&pin, &format!("secret {}", Pkcs11Token::PIN))?;
            client.wait_state("Connected")?;

            // Each change of keys is a handshake of its own, in which the token signs again.
            let handshake = format!("Control Channel: TLSv{}", tls.number());
            server.wait_log_times(&handshake, 3)?;
            ping(&bearer.site.client, SERVICE, 3)?;
            client.stop()?;
        }
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_key_that_cannot_do_pss_connects_over_tls_1_2() -> Result<(), LabError> {
    if !can_run_pkcs11() {
        return Ok(());
    }
    let bearer = Bearer::new(KeyKind::Rsa2048, TokenAbilities::WithoutPss)?;
    let server = OpenVpnServer::start(&bearer.site, &ServerOptions::default())?;

    let mut client = bearer.start()?;
    let pin = client.wait_challenge()?;
    client.answer(&pin, &format!("secret {}", Pkcs11Token::PIN))?;
    client.wait_state("Connected")?;
    ping(&bearer.site.client, SERVICE, 1)?;
    client.stop()?;

    server.wait_log("Control Channel: TLSv1.2")?;
    Ok(())
}

#[test]
fn a_wrong_pin_is_told_before_the_gateway_is_called() -> Result<(), LabError> {
    if !can_run_pkcs11() {
        return Ok(());
    }
    let bearer = Bearer::new(KeyKind::P256, TokenAbilities::All)?;
    let server = OpenVpnServer::start(&bearer.site, &ServerOptions::default())?;

    let mut client = bearer.start()?;
    let first = client.wait_challenge()?;
    client.answer(&first, "secret 000000")?;
    let second = client.wait_challenge()?;
    assert_eq!((second.attempt, second.refusal), (1, Some(PIN_WRONG)));
    assert_eq!(server.count_log("TCP connection established"), 0);
    client.answer(&second, &format!("secret {}", Pkcs11Token::PIN))?;
    client.wait_state("Connected")?;
    client.stop()
}

#[test]
fn a_key_that_goes_away_ends_the_session_at_the_next_rekey() -> Result<(), LabError> {
    if !can_run_pkcs11() {
        return Ok(());
    }
    let bearer = Bearer::new(KeyKind::P256, TokenAbilities::All)?;
    let options = ServerOptions {
        renegotiate: Some(Duration::from_secs(3)),
        ..ServerOptions::default()
    };
    let _server = OpenVpnServer::start(&bearer.site, &options)?;

    let mut client = bearer.start()?;
    let pin = client.wait_challenge()?;
    client.answer(&pin, &format!("secret {}", Pkcs11Token::PIN))?;
    client.wait_state("Connected")?;
    bearer.token.remove_key(&bearer.site)?;
    let end = client.wait_ended()?;
    client.stop()?;

    assert_eq!(end.number, Some(TOKEN_REMOVED), "{}", end.text);
    Ok(())
}

/// Who carries the token.
struct Bearer {
    token: Pkcs11Token,
    site: Site,
}

impl Bearer {
    fn new(kind: KeyKind, abilities: TokenAbilities) -> Result<Self, LabError> {
        let site = Site::new()?;
        let identity = site.client_identity("client", kind)?;
        let token = Pkcs11Token::new(&site, &identity, abilities)?;
        Ok(Self { token, site })
    }

    /// Starts this library's client, which knows nothing of the certificate but where to look for it.
    fn start(&self) -> Result<P2svpnClient, LabError> {
        let program = Command::new(env!("CARGO_BIN_EXE_p2svpn-lab-client"));
        let profile = self.site.profile()?;
        let command = P2svpnClient::configure_without_certificate(program, &profile);
        P2svpnClient::start(&self.site, &self.token.configure(command))
    }
}
