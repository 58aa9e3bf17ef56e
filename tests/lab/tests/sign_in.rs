//! Signing in with real servers: tokens that stand for credentials in rekeys, refusals of every kind, and questions.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use p2svpn_lab::{
    GATEWAY, KeyKind, LabError, OpenVpnServer, PATIENCE, PORT, ProtocolClient, SERVICE,
    ServerOptions, ServerVersion, Site, at_once, can_run_every_server, ping,
};
use p2svpn_openvpn::{Advance, ClientConfig, Credentials, Error, SignInMethod};
use p2svpn_tunnel::TunnelEnd;

/// What the server asks about each sign-in: the names of the users say how it answers.
const SCRIPT: &str = r#"#!/bin/sh
folder=$(dirname "$0")
{ read -r user; read -r password; } <"$1"
echo "$user" >>"$folder/asked"
case "$user/$password" in
alice/secret | carol/CRV1::state-7::42) exit 0 ;;
busy/*) echo 'TEMP[backoff 7,advance remote]:come back later' >"$auth_failed_reason_file" ;;
dora/secret) printf '60\ncrtext\nCR_TEXT:R,E:Which number?\n' >"$auth_pending_file"; exit 2 ;;
carol/*) echo 'CRV1:R,E:state-7:Y2Fyb2w=:What is the answer?' >"$auth_failed_reason_file" ;;
esac
exit 1
"#;

/// What the server does with an answer, which comes in base64: it takes 42.
const JUDGE: &str = r#"#!/bin/sh
if [ "$(cat "$1")" = NDI= ]; then echo 1; else echo 0; fi >"$auth_control_file"
"#;

/// The versions whose scripts can say why they refuse.
const TALKATIVE: [ServerVersion; 2] = [ServerVersion::V2_6, ServerVersion::V2_7];

#[test]
fn a_token_stands_for_the_password_in_rekeys() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    at_once(ServerVersion::ALL, |version| {
        // Later versions want a time of renewal that is longer than it may take to agree on keys.
        let token = match version {
            ServerVersion::V2_5 => "auth-gen-token",
            _ => "auth-gen-token 3600 120",
        };
        let entrance = Entrance::new(version, &[token, "reneg-sec 3"])?;

        let client = entrance.connect(credentials("alice", "secret"))?;
        client.wait_rekeys(2, PATIENCE)?;
        ping(&entrance.site.client, SERVICE, 3)?;
        client.close()?;

        assert_eq!(entrance.asked(), ["alice"], "{version:?}");
        entrance.server.wait_log("auth-token")?;
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_password_is_sent_again_in_rekeys_where_there_is_no_token() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    at_once(ServerVersion::ALL, |version| {
        let entrance = Entrance::new(version, &["reneg-sec 3"])?;

        let client = entrance.connect(credentials("alice", "secret"))?;
        client.wait_rekeys(2, PATIENCE)?;
        client.close()?;

        // At the beginning and in two rekeys, or more on a busy machine.
        let asked = entrance.asked();
        assert!(asked.len() >= 3, "{version:?}: {asked:?}");
        assert!(asked.iter().all(|name| name == "alice"), "{asked:?}");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_wrong_password_is_refused_for_good() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    at_once(ServerVersion::ALL, |version| {
        let entrance = Entrance::new(version, &[])?;

        let error = entrance.refusal(credentials("alice", "guess"))?;

        assert_eq!(
            error,
            Error::AuthenticationFailed(String::new()),
            "{version:?}"
        );
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_refusal_for_a_while_says_how_long_and_where_to_go() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    at_once(TALKATIVE, |version| {
        let entrance = Entrance::new(version, &[])?;

        let error = entrance.refusal(credentials("busy", "secret"))?;

        let expected = Error::TemporarilyRefused {
            message: "come back later".to_owned(),
            backoff: Some(Duration::from_secs(7)),
            advance: Advance::Remote,
        };
        assert_eq!(error, expected, "{version:?}");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_question_is_answered_by_the_next_connection() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    at_once(TALKATIVE, |version| {
        let entrance = Entrance::new(version, &[])?;

        let error = entrance.refusal(credentials("carol", "secret"))?;
        let Error::Challenge(question) = error else {
            panic!("{version:?}: {error:?}");
        };
        assert_eq!(question.text, "What is the answer?");
        assert!(question.response_required && !question.masked);

        let client = entrance.connect(question.credentials("42"))?;
        ping(&entrance.site.client, SERVICE, 1)?;
        client.close()?;
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_question_is_answered_in_the_connection_that_it_comes_in() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    at_once(TALKATIVE, |version| {
        let entrance = Entrance::new(version, &[])?;
        let answering = |answer: &'static str| {
            let mut config = entrance.config(credentials("dora", "secret"))?;
            config.sign_in_methods = vec![SignInMethod::CrText];
            let gateway = (GATEWAY, PORT).into();
            ProtocolClient::connect_answering(&entrance.site, config, gateway, |challenge| {
                assert_eq!(challenge.text, "Which number?");
                assert!(challenge.response_required && !challenge.masked);
                Ok(answer.to_owned())
            })
        };

        let client = answering("42")?;
        ping(&entrance.site.client, SERVICE, 1)?;
        client.close()?;
        let refused = answering("43").err().expect("it is refused").to_string();

        assert!(
            refused.contains("AuthenticationFailed"),
            "{version:?}: {refused}"
        );
        Ok(())
    })?;
    Ok(())
}

/// A server that asks for user name and password.
struct Entrance {
    server: OpenVpnServer,
    options: ServerOptions,
    site: Site,
    script: PathBuf,
}

impl Entrance {
    fn new(version: ServerVersion, more: &[&str]) -> Result<Self, LabError> {
        let site = Site::new()?;
        let script = site.folder().join("sign-in");
        let judge = site.folder().join("judge");
        for (path, text) in [(&script, SCRIPT), (&judge, JUDGE)] {
            std::fs::write(path, text).unwrap();
            std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
        }
        let mut asks = vec![
            "script-security 2".to_owned(),
            format!("auth-user-pass-verify {} via-file", script.display()),
        ];
        if TALKATIVE.contains(&version) {
            asks.push(format!("client-crresponse {}", judge.display()));
        }
        let more = more.iter().map(|line| (*line).to_owned());
        let options = ServerOptions {
            version,
            more: asks.into_iter().chain(more).collect(),
            ..ServerOptions::default()
        };
        let server = OpenVpnServer::start(&site, &options)?;
        Ok(Self {
            server,
            options,
            site,
            script,
        })
    }

    fn config(&self, credentials: Credentials) -> Result<ClientConfig, LabError> {
        let identity = self.site.client_identity("client", KeyKind::P256)?;
        let mut config = ProtocolClient::config(&self.site, &self.options, &identity)?;
        config.credentials = Some(credentials);
        Ok(config)
    }

    fn connect(&self, credentials: Credentials) -> Result<ProtocolClient, LabError> {
        let config = self.config(credentials)?;
        ProtocolClient::connect(&self.site, config, (GATEWAY, PORT).into())
    }

    fn refusal(&self, credentials: Credentials) -> Result<Error, LabError> {
        match self.connect(credentials).err().expect("it is refused") {
            LabError::NotConnected(end) => match *end {
                TunnelEnd::Connection(error) => Ok(error),
                end => Err(LabError::NotConnected(Box::new(end))),
            },
            error => Err(error),
        }
    }

    /// The users that the server has asked the script about, in order.
    fn asked(&self) -> Vec<String> {
        let asked = std::fs::read_to_string(self.script.with_file_name("asked")).unwrap();
        asked.lines().map(str::to_owned).collect()
    }
}

fn credentials(username: &str, password: &str) -> Credentials {
    Credentials {
        username: username.to_owned().into(),
        password: password.to_owned().into(),
    }
}
