use std::fmt::{Display, Write};
use std::net::IpAddr;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::document::{
    Certificate, CertificateAndPassword, Choice, Document, Entra, FORMAT, Identity, MssFix,
    NameForm, Network, Password, PinnedRoot, Protocol, Renegotiation, Secret, Server,
    ServerValidation, StaticChallenge, Trust, UnknownElement, VERSION, Wrapping,
};
use super::secret_bundle::SecretBundle;
use crate::authentication::{
    Authentication, AuthenticationChoice, CertificateAuthentication, ClientIdentity,
    EntraAuthentication, PasswordAuthentication,
};
use crate::dns_suffix::DnsSuffix;
use crate::name::ProfileName;
use crate::profile::Profile;
use crate::protocol;
use crate::protocol::{CompressionFraming, ProtocolOptions, TlsVersions};
use crate::routes::Routes;
use crate::secret::ServerSecret;
use crate::server;
use crate::transport::Transport;
use crate::unique::Unique;
use crate::validation;
use crate::validation::{CertificateUsage, KeyDirection, ServerName, ServerTrust};
use crate::virtual_network::VirtualNetwork;

/// Where the secrets of a profile go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrets {
    Included,
    LeftOut,
    Apart,
}

/// Makes a document of a profile.
pub(super) struct Writer {
    secrets: Secrets,
    /// The secrets that were put apart.
    pub(super) bundle: SecretBundle,
    /// What was left out, a sentence each.
    pub(super) notes: Vec<String>,
}

impl Writer {
    pub(super) fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            bundle: SecretBundle::default(),
            notes: Vec::new(),
        }
    }

    pub(super) fn document<'a>(&mut self, profile: &'a Profile) -> Document<'a> {
        Document {
            format: FORMAT,
            version: VERSION,
            name: profile.name.as_str(),
            azure_version: (profile.version != 1).then_some(profile.version),
            servers: profile.servers.iter().map(server).collect(),
            authentication: self.choice(&profile.authentication),
            server_validation: ServerValidation {
                trust: trust(&profile.server_validation.trust),
                name: name(&profile.server_validation.name),
                usage: match profile.server_validation.usage {
                    CertificateUsage::Server => None,
                    CertificateUsage::Any => Some("any"),
                },
                wrapping: self.wrapping(&profile.server_validation.wrapping),
            },
            include_routes: routes(&profile.include_routes),
            exclude_routes: routes(&profile.exclude_routes),
            dns_servers: addresses(&profile.dns_servers),
            dns_suffixes: suffixes(&profile.dns_suffixes),
            secondary_profile: profile.secondary_profile.as_ref().map(ProfileName::as_str),
            always_on: profile.always_on,
            trusted_networks: suffixes(&profile.trusted_networks),
            protocol: Some(protocol_options(&profile.protocol))
                .filter(|options| *options != Protocol::default()),
            network: Some(network(&profile.network)).filter(|it| *it != Network::default()),
            unknown_elements: self.unknown_elements(profile),
        }
    }

    fn choice<'a>(&mut self, choice: &'a AuthenticationChoice) -> Choice<'a> {
        let mut document = Choice {
            selected: choice.selected().kind().name(),
            certificate: None,
            entra: None,
            password: None,
            certificate_and_password: None,
        };
        for offered in choice.iter() {
            match offered {
                Authentication::Certificate(certificate) => {
                    document.certificate = Some(self.certificate(certificate));
                }
                Authentication::Entra(entra) => document.entra = Some(entra_sign_in(entra)),
                Authentication::Password(password) => {
                    document.password = Some(self.password(password));
                }
                Authentication::CertificateAndPassword(certificate, password) => {
                    document.certificate_and_password = Some(CertificateAndPassword {
                        certificate: self.certificate(certificate),
                        password: self.password(password),
                    });
                }
            }
        }
        document
    }

    fn certificate<'a>(&mut self, wanted: &'a CertificateAuthentication) -> Certificate<'a> {
        Certificate {
            thumbprint: wanted.thumbprint.as_ref().map(ToString::to_string),
            issuer: wanted.issuer.as_ref().map(ToString::to_string),
            identity: wanted.identity.as_ref().and_then(|it| self.identity(it)),
        }
    }

    /// Without its key an identity is none.
    fn identity<'a>(&mut self, identity: &'a ClientIdentity) -> Option<Identity<'a>> {
        if self.secrets == Secrets::LeftOut {
            self.note("The client certificate with its private key is left out.");
            return None;
        }
        Some(match identity {
            ClientIdentity::Pem { certificates, key } => Identity::Pem {
                certificates,
                key: self.secret_text(key.as_str()),
            },
            ClientIdentity::Pfx(file) => Identity::Pfx {
                file: self.secret(base64(file.as_bytes())),
            },
        })
    }

    fn password<'a>(&mut self, known: &'a PasswordAuthentication) -> Password<'a> {
        let password = known.password.as_ref().map(|it| it.as_str());
        let challenge = known.static_challenge.as_ref();
        Password {
            username: known.username.as_deref(),
            password: password.and_then(|password| {
                if self.secrets == Secrets::LeftOut {
                    self.note("The password is left out.");
                    return None;
                }
                Some(self.secret_text(password))
            }),
            static_challenge: challenge.map(|challenge| StaticChallenge {
                text: &challenge.text,
                echo: challenge.echo,
            }),
        }
    }

    fn wrapping<'a>(&mut self, wrapping: &'a validation::Wrapping) -> Wrapping<'a> {
        if self.secrets == Secrets::LeftOut && *wrapping != validation::Wrapping::None {
            self.note(
                "The secret shared with the gateway is left out; without it the profile cannot be imported.",
            );
        }
        match wrapping {
            validation::Wrapping::None => Wrapping::None,
            validation::Wrapping::TlsAuth {
                key,
                digest,
                direction,
            } => Wrapping::TlsAuth {
                key: self.static_key(key),
                digest: digest.name(),
                direction: match direction {
                    KeyDirection::Both => "both",
                    KeyDirection::Zero => "zero",
                    KeyDirection::One => "one",
                },
            },
            validation::Wrapping::TlsCrypt(key) => Wrapping::TlsCrypt {
                key: self.static_key(key),
            },
            validation::Wrapping::TlsCryptV2(key) => Wrapping::TlsCryptV2 {
                key: self.secret_text(key.as_str()),
            },
        }
    }

    /// Nobody knows what an unknown element holds: it is a secret as a whole.
    fn unknown_elements<'a>(&mut self, profile: &'a Profile) -> Vec<UnknownElement<'a>> {
        if self.secrets == Secrets::LeftOut {
            if !profile.unknown_elements.is_empty() {
                self.note(
                    "Elements that are not known here are left out, as they may hold secrets.",
                );
            }
            return Vec::new();
        }
        let elements = profile.unknown_elements.iter();
        elements
            .map(|element| UnknownElement {
                parent: &element.parent,
                xml: self.secret_text(element.xml.as_str()),
            })
            .collect()
    }

    fn static_key<'a>(&mut self, key: &ServerSecret) -> Secret<'a> {
        self.secret(hexadecimal(key.as_bytes()))
    }

    fn secret_text<'a>(&mut self, secret: &'a str) -> Secret<'a> {
        match self.secrets {
            Secrets::Included => Secret::Included(secret),
            Secrets::LeftOut => Secret::LeftOut,
            Secrets::Apart => Secret::Apart(self.bundle.push(Zeroizing::new(secret.to_owned()))),
        }
    }

    fn secret<'a>(&mut self, secret: Zeroizing<String>) -> Secret<'a> {
        match self.secrets {
            Secrets::Included => Secret::Encoded(secret),
            Secrets::LeftOut => Secret::LeftOut,
            Secrets::Apart => Secret::Apart(self.bundle.push(secret)),
        }
    }

    pub(super) fn note(&mut self, note: &str) {
        if !self.notes.iter().any(|known| known == note) {
            self.notes.push(note.to_owned());
        }
    }
}

fn server(server: &server::Server) -> Server<'_> {
    let has_default_port = server.port() == server::Server::DEFAULT_PORT;
    Server {
        host: server.host(),
        port: (!has_default_port).then(|| server.port()),
        transport: (server.transport() != Transport::default()).then(|| server.transport().name()),
        display_name: server.display_name(),
    }
}

fn entra_sign_in(entra: &EntraAuthentication) -> Entra<'_> {
    Entra {
        tenant: entra.tenant.as_str(),
        audience: &entra.audience,
        issuer: &entra.issuer,
        application_id: entra.application_id.as_deref(),
        cache_sign_in_user: entra.cache_sign_in_user,
        enable_group_token: entra.enable_group_token,
        disable_single_sign_on: entra.disable_single_sign_on,
        enable_device_single_sign_on: entra.enable_device_single_sign_on,
    }
}

fn trust(trust: &ServerTrust) -> Trust {
    match trust {
        ServerTrust::PinnedRoots(roots) => {
            let roots = roots.iter().map(|root| PinnedRoot {
                thumbprint: root.thumbprint().to_string(),
                certificate: root.certificate().map(|it| public_base64(it.as_der())),
            });
            Trust::PinnedRoots(roots.collect())
        }
        ServerTrust::Authorities { roots, revocation } => Trust::Authorities {
            roots: roots.iter().map(|it| public_base64(it.as_der())).collect(),
            revocation: revocation.as_deref().map(public_base64),
        },
        ServerTrust::Fingerprints(fingerprints) => Trust::Fingerprints(texts(fingerprints)),
    }
}

fn name(name: &ServerName) -> NameForm<'_> {
    match name {
        ServerName::Host => NameForm::Host,
        ServerName::Any => NameForm::Any,
        ServerName::Subject(subject) => NameForm::Subject(subject),
        ServerName::CommonName(name) => NameForm::CommonName(name),
        ServerName::CommonNamePrefix(prefix) => NameForm::CommonNamePrefix(prefix),
    }
}

fn protocol_options(options: &ProtocolOptions) -> Protocol {
    Protocol {
        ciphers: options.ciphers.iter().map(|cipher| cipher.name()).collect(),
        tls_versions: match options.tls_versions {
            TlsVersions::Any => None,
            TlsVersions::Only12 => Some("only_1.2"),
            TlsVersions::Only13 => Some("only_1.3"),
        },
        compression: match options.compression {
            CompressionFraming::None => None,
            CompressionFraming::LzoStub => Some("lzo_stub"),
            CompressionFraming::Stub => Some("stub"),
            CompressionFraming::StubV2 => Some("stub_v2"),
        },
        mssfix: match options.mssfix {
            protocol::MssFix::Usual => None,
            protocol::MssFix::Off => Some(MssFix::Off),
            protocol::MssFix::Mtu(bytes) => Some(MssFix::Mtu(bytes)),
            protocol::MssFix::Packet(bytes) => Some(MssFix::Packet(bytes)),
            protocol::MssFix::Fixed(bytes) => Some(MssFix::Fixed(bytes)),
        },
        mtu: options.mtu,
        renegotiation: match options.renegotiation {
            protocol::Renegotiation::Usual => None,
            protocol::Renegotiation::Never => Some(Renegotiation::Never),
            protocol::Renegotiation::After(age) => {
                Some(Renegotiation::AfterMilliseconds(milliseconds(age)))
            }
        },
        transition_window_milliseconds: options.transition_window.map(milliseconds),
        handshake_window_milliseconds: options.handshake_window.map(milliseconds),
        connect_timeout_milliseconds: options.connect_timeout.map(milliseconds),
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn network(network: &VirtualNetwork) -> Network<'_> {
    Network {
        name: network.name.as_deref(),
        id: network.id.as_deref(),
        routes: routes(&network.routes),
        address_pool: routes(&network.address_pool),
        dns_servers: addresses(&network.dns_servers),
    }
}

fn routes(routes: &Routes) -> Vec<String> {
    texts(routes)
}

fn addresses(addresses: &Unique<IpAddr>) -> Vec<String> {
    texts(addresses)
}

fn suffixes(suffixes: &Unique<DnsSuffix>) -> Vec<&str> {
    suffixes.iter().map(DnsSuffix::as_str).collect()
}

fn texts<'a, T: Display + 'a>(values: impl IntoIterator<Item = &'a T>) -> Vec<String> {
    values.into_iter().map(ToString::to_string).collect()
}

fn public_base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

fn base64(bytes: &[u8]) -> Zeroizing<String> {
    // `encode_string` allocates the exact size once, so no copy stays behind.
    Zeroizing::new(Base64::encode_string(bytes))
}

fn hexadecimal(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().saturating_mul(2)));
    for byte in bytes {
        // A text takes every write.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
