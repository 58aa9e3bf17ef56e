use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use p2svpn_auth::{Identity, TrustedRoots};
use p2svpn_openvpn::{
    CertificateException, Cipher, ClientConfig, CompressionFraming, Credentials, Framing,
    IpVersion, MssFix, Renegotiation, RevocationLists, ServerValidation, SignInMethod, Start,
    Timeouts, TlsOptions, TlsVersions,
};
use p2svpn_profile::{Profile, Server, Transport};
use p2svpn_system::Clock;
use rustls::crypto::aws_lc_rs;

use super::validation::{server_validation, wrapping};
use crate::error::{Error, ErrorCode};
use crate::options::{self, ConnectOptions, LARGEST_MTU, LONGEST_TIMEOUT};

/// How to talk to the gateways of a profile: what each side proves to the other.
pub(super) struct Dialogue {
    roots: TrustedRoots,
    revocation: RevocationLists,
    exception: Option<CertificateException>,
    profile: Arc<Profile>,
    template: ClientConfig,
}

impl Dialogue {
    /// Prepares it; fails on what this version cannot do.
    pub(super) fn new(
        profile: &Arc<Profile>,
        options: &ConnectOptions,
        exception: Option<CertificateException>,
    ) -> Result<Self, Error> {
        let protocol = &profile.protocol;
        let timeouts = timeouts(profile, options);
        let usual = ClientConfig::new(Arc::new(aws_lc_rs::default_provider()));
        let ciphers: Vec<Cipher> = protocol.ciphers.iter().copied().map(cipher).collect();
        let template = ClientConfig {
            wrapping: wrapping(&profile.server_validation.wrapping)?,
            tls: TlsOptions {
                versions: match protocol.tls_versions {
                    p2svpn_profile::TlsVersions::Any => TlsVersions::Any,
                    p2svpn_profile::TlsVersions::Only12 => TlsVersions::Only12,
                    p2svpn_profile::TlsVersions::Only13 => TlsVersions::Only13,
                },
                ..TlsOptions::default()
            },
            ciphers: if ciphers.is_empty() {
                usual.ciphers
            } else {
                ciphers
            },
            platform: platform().to_owned(),
            mtu: options.mtu.or(protocol.mtu).unwrap_or(LARGEST_MTU),
            compression: match protocol.compression {
                p2svpn_profile::CompressionFraming::None => CompressionFraming::None,
                p2svpn_profile::CompressionFraming::LzoStub => CompressionFraming::LzoStub,
                p2svpn_profile::CompressionFraming::Stub => CompressionFraming::Stub,
                p2svpn_profile::CompressionFraming::StubV2 => CompressionFraming::StubV2,
            },
            mssfix: match protocol.mssfix {
                p2svpn_profile::MssFix::Usual => MssFix::Usual,
                p2svpn_profile::MssFix::Off => MssFix::Off,
                p2svpn_profile::MssFix::Mtu(bytes) => MssFix::Mtu(bytes),
                p2svpn_profile::MssFix::Packet(bytes) => MssFix::Packet(bytes),
                p2svpn_profile::MssFix::Fixed(bytes) => MssFix::Fixed(bytes),
            },
            extensions: !options.without_extensions,
            timeouts: Timeouts {
                answer: timeouts.answer,
                handshake: timeouts.handshake,
                push: timeouts.push,
            },
            renegotiation: Renegotiation {
                after: renegotiate_after(profile, options),
                transition: protocol
                    .transition_window
                    .unwrap_or(usual.renegotiation.transition),
            },
            ..usual
        };
        Ok(Self {
            roots: trusted_roots(options)?,
            revocation: revocation_lists(options)?,
            exception,
            profile: Arc::clone(profile),
            template,
        })
    }

    /// Shows this identity to the gateways.
    ///
    /// # Errors
    /// `CERTIFICATE_UNSUPPORTED` if its key cannot sign as the profile wants it.
    pub(super) fn sign_in(&mut self, identity: &Identity) -> Result<(), Error> {
        if identity.needs_tls12() {
            let versions = &mut self.template.tls.versions;
            if *versions == TlsVersions::Only13 {
                let reason = "the key cannot sign in TLS 1.3, which the profile insists on";
                return Err(Error::new(ErrorCode::CertificateUnsupported, reason));
            }
            *versions = TlsVersions::Only12;
        }
        self.template.identity = Some(identity.certified_key());
        Ok(())
    }

    /// Shows these credentials from now on.
    pub(super) fn set_credentials(&mut self, credentials: Credentials) {
        self.template.credentials = Some(credentials);
    }

    /// Whether gateways are told which extensions of the protocol the client knows.
    pub(super) fn extensions(&self) -> bool {
        self.template.extensions
    }

    /// What a connection to one of the gateways, at this address, needs to know.
    pub(super) fn client_config(
        &self,
        server: &Server,
        address: IpAddr,
        extensions: bool,
    ) -> Result<ClientConfig, Error> {
        let validation = ServerValidation {
            exception: self.exception.clone(),
            ..server_validation(
                &self.profile.server_validation,
                &self.roots,
                &self.revocation,
                server,
            )?
        };
        Ok(ClientConfig {
            extensions,
            // Whatever the gateway asks, the host hears of it as a challenge.
            sign_in_methods: if extensions {
                vec![
                    SignInMethod::WebAuth,
                    SignInMethod::OpenUrl,
                    SignInMethod::CrText,
                ]
            } else {
                Vec::new()
            },
            carrier: match address {
                IpAddr::V4(_) => IpVersion::V4,
                IpAddr::V6(_) => IpVersion::V6,
            },
            framing: framing(server),
            validation,
            ..self.template.clone()
        })
    }

    /// The moment at which a connection starts.
    pub(super) fn start(&self, clock: Clock) -> Start {
        Start {
            now: clock.now(),
            unix_time: clock.unix_seconds().try_into().unwrap_or_default(),
        }
    }
}

/// How packets travel to a gateway.
pub(super) fn framing(server: &Server) -> Framing {
    match server.transport() {
        Transport::Tcp => Framing::Stream,
        Transport::Udp => Framing::Datagram,
    }
}

/// What the host says goes before what the profile says.
/// How long each part of connecting may take: what the profile says of it (`server-poll-timeout`, which is about the
/// connection and the first answer, and `hand-window`) counts before what the host does.
pub(super) fn timeouts(profile: &Profile, options: &ConnectOptions) -> options::Timeouts {
    let protocol = &profile.protocol;
    let by_host = options.timeouts;
    let longest = |time: Duration| time.min(LONGEST_TIMEOUT);
    let of_server = protocol.connect_timeout.map(longest);
    options::Timeouts {
        connect: of_server.unwrap_or(by_host.connect),
        answer: of_server.unwrap_or(by_host.answer),
        handshake: protocol.handshake_window.map_or(by_host.handshake, longest),
        push: by_host.push,
    }
}

fn renegotiate_after(profile: &Profile, options: &ConnectOptions) -> Option<Duration> {
    options
        .renegotiate_after
        .or(match profile.protocol.renegotiation {
            p2svpn_profile::Renegotiation::Usual => Renegotiation::default().after,
            p2svpn_profile::Renegotiation::Never => None,
            p2svpn_profile::Renegotiation::After(time) => Some(time),
        })
}

fn cipher(cipher: p2svpn_profile::DataCipher) -> Cipher {
    match cipher {
        p2svpn_profile::DataCipher::Aes128Gcm => Cipher::Aes128Gcm,
        p2svpn_profile::DataCipher::Aes192Gcm => Cipher::Aes192Gcm,
        p2svpn_profile::DataCipher::Aes256Gcm => Cipher::Aes256Gcm,
        p2svpn_profile::DataCipher::ChaCha20Poly1305 => Cipher::ChaCha20Poly1305,
    }
}

fn trusted_roots(options: &ConnectOptions) -> Result<TrustedRoots, Error> {
    let mut roots = TrustedRoots::bundled();
    for root in &options.trusted_roots {
        let added = if root.trim_ascii_start().starts_with(b"-----BEGIN") {
            roots.add_pem(root).map(drop)
        } else {
            roots.add_der(root).map(drop)
        };
        added.map_err(|error| Error::new(ErrorCode::TrustedRootUnreadable, error.to_string()))?;
    }
    Ok(roots)
}

fn revocation_lists(options: &ConnectOptions) -> Result<RevocationLists, Error> {
    let mut lists = RevocationLists::default();
    for list in &options.revocation_lists {
        let read = RevocationLists::read(list);
        lists.extend(
            read.map_err(|error| {
                Error::new(ErrorCode::RevocationListUnreadable, error.to_string())
            })?,
        );
    }
    Ok(lists)
}

/// The system by the names that OpenVPN's `IV_PLAT` uses.
fn platform() -> &'static str {
    match std::env::consts::OS {
        "macos" => "mac",
        "windows" => "win",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use p2svpn_profile::{
        Authentication, CertificateAuthentication, Fingerprint, OneOrMore, ServerTrust,
        ServerValidation, Wrapping,
    };

    use super::*;

    #[test]
    fn the_times_of_a_profile_count_before_those_of_the_host() {
        let fingerprint: Fingerprint = "AB".repeat(32).parse().unwrap();
        let trust = ServerTrust::Fingerprints(OneOrMore::new(fingerprint));
        let mut profile = Profile::new(
            "Office".parse().unwrap(),
            "vpn.example".parse().unwrap(),
            Authentication::Certificate(CertificateAuthentication::default()),
            ServerValidation::new(trust, Wrapping::None),
        );
        let options = ConnectOptions::default();
        assert_eq!(timeouts(&profile, &options), options.timeouts);
        profile.protocol.connect_timeout = Some(Duration::from_secs(4));
        profile.protocol.handshake_window = Some(Duration::MAX);

        let times = timeouts(&profile, &options);

        assert_eq!(times.connect, Duration::from_secs(4));
        assert_eq!(times.answer, Duration::from_secs(4));
        assert_eq!(times.handshake, LONGEST_TIMEOUT);
        assert_eq!(times.push, options.timeouts.push);
        let dialogue = Dialogue::new(&Arc::new(profile), &options, None).unwrap();
        assert_eq!(dialogue.template.timeouts.answer, times.answer);
    }
}
