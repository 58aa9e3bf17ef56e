//! Access tokens in the place of the password, which the script of a real OpenVPN server checks.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64ct::{Base64UrlUnpadded, Encoding};
use p2svpn_gateway::ProfileSignIn;
use p2svpn_lab::{
    LabError, OpenVpnServer, P2svpnClient, PATIENCE, SERVICE, ServerOptions, ServerVersion, Site,
    at_once, can_check_tokens, can_run_every_server, ping,
};
use serde_json::json;

const SIGN_IN_REFUSED: u64 = 313;

/// Checks a token's signature and time, and notes its name. OpenVPN hands long passwords over in the environment alone: it
/// writes no line of more than 511 bytes to a file.
const SCRIPT: &str = r#"#!/bin/sh
folder=$(dirname "$0")
work=$(mktemp -d "$folder/check.XXXXXX")
trap 'rm -r "$work"' EXIT
decode() {
    text=$(tr '_-' '/+')
    while [ $((${#text} % 4)) -ne 0 ]; do text=$text=; done
    printf %s "$text" | base64 -d
}
claim() {
    printf %s "$password" | cut -d . -f 2 | decode | sed -n "s/.*\"$1\":\"*\([^,\"}]*\).*/\1/p"
}
printf %s "${password%.*}" >"$work/signed"
printf %s "${password##*.}" | decode >"$work/signature"
echo "$(claim jti)" >>"$folder/shown"
openssl dgst -sha256 -keyform DER -verify "$folder/issuer.der" -signature "$work/signature" "$work/signed" || exit 1
[ "$(claim exp)" -gt "$(date +%s)" ] && [ ! -e "$folder/revoked" ]
"#;

/// The versions that say why they refuse a token in a rekey, or one that is too long; 2.5 hangs up.
const TALKATIVE: [ServerVersion; 2] = [ServerVersion::V2_6, ServerVersion::V2_7];

/// How long tokens are, in bytes: OpenVPN has room for a little more, as a message of the exchange of keys has 2,048 bytes at
/// most.
const LENGTH: usize = 1_600;

#[test]
fn a_fresh_token_takes_the_place_of_one_that_ends_in_rekeys() -> Result<(), LabError> {
    if !can_run_every_server() || !can_check_tokens() {
        return Ok(());
    }
    at_once(ServerVersion::ALL, |version| {
        let entrance = Entrance::new(version, Some(Duration::from_secs(10)))?;
        let mut client = entrance.start()?;

        // The host is asked for another token when half of the first one's time is over. Its end is later than the client is
        // told, so that the script takes it on a slow machine too.
        let challenge = client.wait_challenge()?;
        assert_eq!(challenge.kind, "AccessToken");
        let token = entrance.issuer.token("first", 3_600, LENGTH);
        client.answer(&challenge, &format!("token 10 {token}"))?;
        client.wait_state("Connected")?;
        let challenge = client.wait_challenge()?;
        assert_eq!(
            (challenge.kind.as_str(), challenge.refusal),
            ("AccessToken", None)
        );
        let token = entrance.issuer.token("second", 3_600, LENGTH);
        client.answer(&challenge, &format!("token 3600 {token}"))?;
        let shown = entrance.wait_shown("second");
        ping(&entrance.site.client, SERVICE, 3)?;
        client.stop()?;

        assert_eq!(shown[0], "first", "{version:?}");
        assert!(shown.is_sorted(), "{version:?}: {shown:?}");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_refused_token_is_not_shown_again() -> Result<(), LabError> {
    if !can_run_every_server() || !can_check_tokens() {
        return Ok(());
    }
    at_once(ServerVersion::ALL, |version| {
        let entrance = Entrance::new(version, None)?;
        let tokens = [
            Issuer::new().token("forged", 3_600, LENGTH),
            entrance.issuer.token("expired", -1, LENGTH),
        ];

        for token in tokens {
            let mut client = entrance.start()?;
            let challenge = client.wait_challenge()?;
            client.answer(&challenge, &format!("token 3600 {token}"))?;
            let end = client.wait_ended()?;
            client.stop()?;
            assert_eq!(
                end.number,
                Some(SIGN_IN_REFUSED),
                "{version:?}: {}",
                end.text
            );
        }

        assert_eq!(entrance.shown(), ["forged", "expired"], "{version:?}");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_token_that_is_revoked_ends_the_session_at_the_next_rekey() -> Result<(), LabError> {
    if !can_run_every_server() || !can_check_tokens() {
        return Ok(());
    }
    at_once(TALKATIVE, |version| {
        let entrance = Entrance::new(version, Some(Duration::from_secs(3)))?;
        let mut client = entrance.start()?;
        let challenge = client.wait_challenge()?;
        let token = entrance.issuer.token("first", 3_600, LENGTH);
        client.answer(&challenge, &format!("token 3600 {token}"))?;
        client.wait_state("Connected")?;

        std::fs::write(entrance.site.folder().join("revoked"), "").unwrap();
        let end = client.wait_ended()?;
        client.stop()?;

        assert_eq!(
            end.number,
            Some(SIGN_IN_REFUSED),
            "{version:?}: {}",
            end.text
        );
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_token_of_many_kilobytes_is_shown_whole_and_again_in_rekeys() -> Result<(), LabError> {
    if !can_run_every_server() || !can_check_tokens() {
        return Ok(());
    }
    at_once([5 << 10, 15 << 10], |length| {
        let every_3_seconds = Some(Duration::from_secs(3));
        let entrance = Entrance::new(ServerVersion::LongPasswords, every_3_seconds)?;
        let mut client = entrance.start()?;

        let challenge = client.wait_challenge()?;
        let token = entrance.issuer.token("long", 3_600, length);
        client.answer(&challenge, &format!("token 3600 {token}"))?;
        client.wait_state("Connected")?;
        entrance.server.wait_log_times("Control Channel: TLS", 2)?;
        ping(&entrance.site.client, SERVICE, 3)?;
        client.stop()?;

        // With a signature that is right as often as it was shown.
        assert_eq!(entrance.shown()[..2], ["long", "long"], "{length}");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_token_that_is_too_long_for_a_server_is_refused_in_its_words() -> Result<(), LabError> {
    if !can_run_every_server() || !can_check_tokens() {
        return Ok(());
    }
    at_once(TALKATIVE, |version| {
        let entrance = Entrance::new(version, None)?;

        for length in [5 << 10, 40 << 10] {
            let mut client = entrance.start()?;
            let challenge = client.wait_challenge()?;
            let token = entrance.issuer.token("long", 3_600, length);
            client.answer(&challenge, &format!("token 3600 {token}"))?;
            let end = client.wait_ended()?;
            client.stop()?;

            assert_eq!(
                end.number,
                Some(SIGN_IN_REFUSED),
                "{version:?}: {}",
                end.text
            );
            assert!(end.text.contains("too long"), "{version:?}: {}", end.text);
        }

        assert!(entrance.shown().is_empty(), "{version:?}");
        Ok(())
    })?;
    Ok(())
}

/// A server that checks tokens.
struct Entrance {
    server: OpenVpnServer,
    issuer: Issuer,
    site: Site,
    shown: PathBuf,
}

impl Entrance {
    fn new(version: ServerVersion, renegotiate: Option<Duration>) -> Result<Self, LabError> {
        let site = Site::new()?;
        let issuer = Issuer::new();
        let script = site.folder().join("check");
        std::fs::write(&script, SCRIPT).unwrap();
        std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755)).unwrap();
        std::fs::write(site.folder().join("issuer.der"), issuer.public_key()).unwrap();
        let options = ServerOptions {
            version,
            renegotiate,
            without_certificates: true,
            more: vec![
                "script-security 3".to_owned(),
                format!("auth-user-pass-verify {} via-env", script.display()),
            ],
            ..ServerOptions::default()
        };
        Ok(Self {
            server: OpenVpnServer::start(&site, &options)?,
            issuer,
            shown: site.folder().join("shown"),
            site,
        })
    }

    /// Starts this library's client, to which the host brings tokens.
    fn start(&self) -> Result<P2svpnClient, LabError> {
        let profile = self.site.profile_with(ProfileSignIn::Entra {
            authority: "https://login.microsoftonline.com/6f5b1c4e-8a7d-4e0b-9d7e-2f0a3c1b5d6e",
            audience: "c632b3df-fb67-4d84-bdcf-b95ad541b5c8",
            issuer: "https://sts.windows.net/6f5b1c4e-8a7d-4e0b-9d7e-2f0a3c1b5d6e/",
            application: None,
        })?;
        let program = Command::new(env!("CARGO_BIN_EXE_p2svpn-lab-client"));
        let mut command = P2svpnClient::configure_without_certificate(program, &profile);
        command.args(["--host-brings-token", "--rounds", "5", "--root"]);
        command.arg(self.site.server_root());
        P2svpnClient::start(&self.site, &command)
    }

    /// The names of the tokens that the script was shown, in order.
    fn shown(&self) -> Vec<String> {
        let shown = std::fs::read_to_string(&self.shown).unwrap_or_default();
        shown.lines().map(str::to_owned).collect()
    }

    /// Waits until a token was shown.
    fn wait_shown(&self, name: &str) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let shown = self.shown();
            if shown.iter().any(|one| one == name) {
                return shown;
            }
            assert!(Instant::now() < deadline, "{name} was not shown: {shown:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Who issues tokens, JWTs with the signature `RS256` (RFC 7515).
struct Issuer(KeyPair);

impl Issuer {
    fn new() -> Self {
        Self(KeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    /// As X.509 has it, DER.
    fn public_key(&self) -> Vec<u8> {
        let key: PublicKeyX509Der<'_> = self.0.public_key().as_der().unwrap();
        key.as_ref().to_vec()
    }

    /// A token of this name that ends in so many seconds, of about so many bytes.
    fn token(&self, name: &str, lifetime: i64, length: usize) -> String {
        let encode = |part: &[u8]| Base64UrlUnpadded::encode_string(part);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let expiry = i64::try_from(now.as_secs()).unwrap() + lifetime;
        // What surrounds the groups has about 500 bytes.
        let groups = "a".repeat((length - 500) / 4 * 3);
        let header = encode(br#"{"alg":"RS256","typ":"JWT"}"#);
        let claims = json!({"jti": name, "exp": expiry, "groups": groups}).to_string();
        let signed = format!("{header}.{}", encode(claims.as_bytes()));
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = SystemRandom::new();
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &random,
                signed.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{signed}.{}", encode(&signature))
    }
}
