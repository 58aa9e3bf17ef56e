use std::net::IpAddr;
use std::sync::Arc;

use p2svpn_auth::{Identity, TrustedRoots};
use p2svpn_openvpn::{
    CertificateName, CertificateUsage, ClientConfig, Credentials, Digest, Framing, IpVersion,
    KeyDirection, Renegotiation, RevocationLists, ServerTrust, ServerValidation, SignInMethod,
    Start, StaticKey, Timeouts, Wrapping,
};
use p2svpn_profile::{Authentication, CertificateAuthentication, Profile, Server, Transport};
use p2svpn_system::Clock;
use rustls::crypto::aws_lc_rs;

use crate::error::{Error, ErrorCode};
use crate::options::{ConnectOptions, LARGEST_MTU};

/// How to talk to the gateways of a profile: what each side proves to the other.
pub(super) struct Dialogue {
    wanted: CertificateAuthentication,
    roots: TrustedRoots,
    pinned: Vec<[u8; 20]>,
    template: ClientConfig,
}

impl Dialogue {
    /// Prepares it; fails on what this version cannot do.
    pub(super) fn new(profile: &Profile, options: &ConnectOptions) -> Result<Self, Error> {
        let wanted = match &profile.authentication {
            Authentication::Certificate(wanted) => wanted.clone(),
            Authentication::Entra(_) => return Err(ErrorCode::EntraUnsupported.into()),
            Authentication::Password(_) => return Err(ErrorCode::PasswordSignInUnsupported.into()),
            _ => return Err(ErrorCode::ProfileSignInUnknown.into()),
        };
        let usual = Renegotiation::default();
        let template = ClientConfig {
            framing: match profile.transport {
                Transport::Tcp => Framing::Stream,
                Transport::Udp => Framing::Datagram,
            },
            // Azure's gateways: tls-auth with SHA-256, the client in direction 1.
            wrapping: Wrapping::TlsAuth {
                key: StaticKey::from_bytes(profile.server_validation.secret.as_bytes()),
                direction: KeyDirection::One,
                digest: Digest::Sha256,
            },
            platform: platform().to_owned(),
            mtu: options.mtu.unwrap_or(LARGEST_MTU),
            extensions: !options.without_extensions,
            timeouts: Timeouts {
                answer: options.timeouts.answer,
                handshake: options.timeouts.handshake,
                push: options.timeouts.push,
            },
            renegotiation: Renegotiation {
                after: options.renegotiate_after.or(usual.after),
                ..usual
            },
            ..ClientConfig::new(Arc::new(aws_lc_rs::default_provider()))
        };
        let pinned = profile
            .server_validation
            .pinned_roots
            .iter()
            .map(|root| *root.as_bytes())
            .collect();
        Ok(Self {
            wanted,
            roots: trusted_roots(options)?,
            pinned,
            template,
        })
    }

    /// The client certificate that the profile asks for.
    pub(super) fn wanted(&self) -> &CertificateAuthentication {
        &self.wanted
    }

    /// Shows this identity to the gateways.
    pub(super) fn sign_in(&mut self, identity: &Identity) {
        self.template.identity = Some(identity.certified_key());
    }

    /// Shows these credentials as well from now on.
    pub(super) fn set_credentials(&mut self, credentials: Credentials) {
        self.template.credentials = Some(credentials);
    }

    /// How packets travel to the gateways.
    pub(super) fn framing(&self) -> Framing {
        self.template.framing
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
    ) -> ClientConfig {
        ClientConfig {
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
            validation: ServerValidation {
                trust: ServerTrust::PinnedRoots {
                    hashes: self.pinned.clone(),
                    known: self.roots.pinned(&self.pinned),
                    revocation: RevocationLists::default(),
                },
                usage: CertificateUsage::server(),
                name: CertificateName::Hosts {
                    names: server.certificate_names(),
                    // Safe because the root is pinned and the secret is shared with this gateway only.
                    wildcards: true,
                },
            },
            ..self.template.clone()
        }
    }

    /// The moment at which a connection starts.
    pub(super) fn start(&self, clock: Clock) -> Start {
        Start {
            now: clock.now(),
            unix_time: clock.unix_seconds().try_into().unwrap_or_default(),
        }
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

/// The system by the names that OpenVPN's `IV_PLAT` uses.
fn platform() -> &'static str {
    match std::env::consts::OS {
        "macos" => "mac",
        "windows" => "win",
        other => other,
    }
}
