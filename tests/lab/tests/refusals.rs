//! What servers refuse, and how it is told: each version says it in its own way, or not at all.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::time::Duration;

use p2svpn_lab::{
    ControlWrapping, GATEWAY, Identity, KeyKind, LabError, OpenVpnServer, PORT, ProtocolClient,
    ServerOptions, ServerVersion, Site, TlsVersion, Transport, at_once, can_run_every_server,
};
use p2svpn_openvpn::{Cipher, ClientConfig, Error, StaticKey, TlsVersions, Wrapping};
use p2svpn_tunnel::TunnelEnd;

#[test]
fn a_certificate_from_another_root_is_told_apart() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    at_once(ServerVersion::ALL, |version| {
        let site = Site::new()?;
        let stranger = site.foreign_identity("stranger", KeyKind::P256)?;
        let options = ServerOptions {
            version,
            ..ServerOptions::default()
        };

        let error = refusal(&site, &options, &stranger, |_| {})?;

        // Versions before 2.7 close the connection without an alert.
        let told = match version {
            ServerVersion::V2_7 => matches!(error, Error::ClientCertificateRefused(_)),
            _ => matches!(
                error,
                Error::ClosedDuringHandshake {
                    certificate_sent: true,
                    ..
                }
            ),
        };
        assert!(told, "{version:?}: {error:?}");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_client_without_a_cipher_in_common_is_told_so() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    at_once(ServerVersion::ALL, |version| {
        for (server, client) in [
            ("AES-256-GCM", Cipher::Aes128Gcm),
            // Without authentication of its own: never offered here.
            ("AES-256-CBC", Cipher::Aes256Gcm),
        ] {
            let site = Site::new()?;
            let identity = site.client_identity("client", KeyKind::P256)?;
            let options = ServerOptions {
                version,
                more: ["cipher", "data-ciphers"]
                    .map(|option| format!("{option} {server}"))
                    .to_vec(),
                ..ServerOptions::default()
            };

            let error = refusal(&site, &options, &identity, |config| {
                config.ciphers = vec![client];
            })?;

            let told = match &error {
                Error::AuthenticationFailed(text) => text.contains("cipher"),
                Error::Cipher(name) => name == server,
                _ => false,
            };
            assert!(told, "{version:?} with {server}: {error:?}");
        }
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_wrong_key_of_the_control_channel_meets_no_answer() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    at_once(ServerVersion::ALL, |version| {
        for transport in [Transport::Tcp, Transport::Udp] {
            let site = Site::new()?;
            let identity = site.client_identity("client", KeyKind::P256)?;
            let options = ServerOptions {
                version,
                transport,
                wrapping: ControlWrapping::TlsCrypt,
                ..ServerOptions::default()
            };

            let error = refusal(&site, &options, &identity, |config| {
                config.wrapping = Wrapping::TlsCrypt {
                    key: StaticKey::from_bytes(&[7; 256]),
                };
                config.timeouts.answer = Duration::from_secs(2);
            })?;

            let told = match transport {
                Transport::Tcp => matches!(error, Error::ClosedWithoutAnswer(_)),
                Transport::Udp => matches!(error, Error::NoAnswer(_)),
            };
            assert!(told, "{version:?} {transport:?}: {error:?}");
        }
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_version_of_tls_that_the_server_does_not_speak_is_told() -> Result<(), LabError> {
    if !can_run_every_server() {
        return Ok(());
    }
    at_once(ServerVersion::ALL, |version| {
        let site = Site::new()?;
        let identity = site.client_identity("client", KeyKind::P256)?;
        let options = ServerOptions {
            version,
            tls: Some(TlsVersion::Tls13),
            ..ServerOptions::default()
        };

        let error = refusal(&site, &options, &identity, |config| {
            config.tls.versions = TlsVersions::Only12;
        })?;

        // Versions before 2.7 close the connection without an alert.
        let told = match version {
            ServerVersion::V2_7 => matches!(error, Error::NoCommonTls(_)),
            _ => matches!(
                error,
                Error::ClosedDuringHandshake {
                    certificate_sent: false,
                    ..
                }
            ),
        };
        assert!(told, "{version:?}: {error:?}");
        Ok(())
    })?;
    Ok(())
}

/// Why a client that differs from one that fits does not connect.
fn refusal(
    site: &Site,
    options: &ServerOptions,
    identity: &Identity,
    change: impl FnOnce(&mut ClientConfig),
) -> Result<Error, LabError> {
    let _server = OpenVpnServer::start(site, options)?;
    let mut config = ProtocolClient::config(site, options, identity)?;
    change(&mut config);
    let refused = ProtocolClient::connect(site, config, (GATEWAY, PORT).into());
    match refused.err().expect("it is refused") {
        LabError::NotConnected(end) => match *end {
            TunnelEnd::Connection(error) => Ok(error),
            end => Err(LabError::NotConnected(Box::new(end))),
        },
        error => Err(error),
    }
}
