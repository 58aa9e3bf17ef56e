//! What a profile asks of its gateway, in the terms of the protocol.

use p2svpn_auth::TrustedRoots;
use p2svpn_openvpn::{
    CertificateName, CertificateUsage, Digest, KeyDirection, RevocationLists, ServerTrust,
    ServerValidation, StaticKey, TlsCryptV2ClientKey, Wrapping,
};
use p2svpn_profile::Server;
use rustls::pki_types::CertificateDer;

use crate::error::{Error, ErrorCode};

/// How control packets to the profile's gateways are protected.
pub(super) fn wrapping(profile: &p2svpn_profile::Wrapping) -> Result<Wrapping, Error> {
    let key = |secret: &p2svpn_profile::ServerSecret| StaticKey::from_bytes(secret.as_bytes());
    Ok(match profile {
        p2svpn_profile::Wrapping::None => Wrapping::None,
        p2svpn_profile::Wrapping::TlsAuth {
            key: secret,
            digest,
            direction,
        } => Wrapping::TlsAuth {
            key: key(secret),
            direction: match direction {
                p2svpn_profile::KeyDirection::Both => KeyDirection::Bidirectional,
                p2svpn_profile::KeyDirection::Zero => KeyDirection::Zero,
                p2svpn_profile::KeyDirection::One => KeyDirection::One,
            },
            digest: match digest {
                p2svpn_profile::Digest::Sha1 => Digest::Sha1,
                p2svpn_profile::Digest::Sha256 => Digest::Sha256,
                p2svpn_profile::Digest::Sha384 => Digest::Sha384,
                p2svpn_profile::Digest::Sha512 => Digest::Sha512,
            },
        },
        p2svpn_profile::Wrapping::TlsCrypt(secret) => Wrapping::TlsCrypt { key: key(secret) },
        p2svpn_profile::Wrapping::TlsCryptV2(file) => Wrapping::TlsCryptV2 {
            client_key: TlsCryptV2ClientKey::from_pem(file.as_str())
                .map_err(|error| unusable(&error))?,
        },
        _ => return Err(unusable(&"a wrapping that this version does not know")),
    })
}

/// What the certificate of one of the profile's gateways must be.
pub(super) fn server_validation(
    profile: &p2svpn_profile::ServerValidation,
    known: &TrustedRoots,
    revoked: &RevocationLists,
    server: &Server,
) -> Result<ServerValidation, Error> {
    let is_pinned = matches!(profile.trust, p2svpn_profile::ServerTrust::PinnedRoots(_));
    Ok(ServerValidation {
        trust: trust(&profile.trust, known, revoked)?,
        exception: None,
        usage: match profile.usage {
            p2svpn_profile::CertificateUsage::Server => CertificateUsage::server(),
            p2svpn_profile::CertificateUsage::Any => CertificateUsage::any(),
        },
        name: match &profile.name {
            p2svpn_profile::ServerName::Host => CertificateName::Hosts {
                names: server.certificate_names(),
                // Safe where the root is pinned and the secret is shared with this gateway only.
                wildcards: is_pinned && !matches!(profile.wrapping, p2svpn_profile::Wrapping::None),
            },
            p2svpn_profile::ServerName::Any => CertificateName::Any,
            p2svpn_profile::ServerName::Subject(subject) => {
                CertificateName::Subject(subject.clone())
            }
            p2svpn_profile::ServerName::CommonName(name) => {
                CertificateName::CommonName(name.clone())
            }
            p2svpn_profile::ServerName::CommonNamePrefix(prefix) => {
                CertificateName::CommonNamePrefix(prefix.clone())
            }
            _ => return Err(unusable(&"a name rule that this version does not know")),
        },
    })
}

fn trust(
    profile: &p2svpn_profile::ServerTrust,
    known: &TrustedRoots,
    revoked: &RevocationLists,
) -> Result<ServerTrust, Error> {
    let der = |certificate: &p2svpn_profile::Certificate| {
        CertificateDer::from(certificate.as_der().to_vec())
    };
    Ok(match profile {
        p2svpn_profile::ServerTrust::PinnedRoots(roots) => {
            let hashes: Vec<[u8; 20]> = roots
                .iter()
                .map(|root| *root.thumbprint().as_bytes())
                .collect();
            let mut certificates = known.pinned(&hashes);
            certificates.extend(roots.iter().filter_map(|root| root.certificate()).map(der));
            ServerTrust::PinnedRoots {
                hashes,
                known: certificates,
                revocation: revoked.clone(),
            }
        }
        p2svpn_profile::ServerTrust::Authorities { roots, revocation } => ServerTrust::Roots {
            roots: roots.iter().map(der).collect(),
            revocation: {
                let mut lists = match revocation {
                    Some(lists) => {
                        RevocationLists::read(lists).map_err(|error| unusable(&error))?
                    }
                    None => RevocationLists::default(),
                };
                lists.extend(revoked.clone());
                lists
            },
        },
        p2svpn_profile::ServerTrust::Fingerprints(fingerprints) => {
            let bytes = fingerprints.iter().map(|one| *one.as_bytes());
            ServerTrust::Fingerprints(bytes.collect())
        }
        _ => return Err(unusable(&"a kind of trust that this version does not know")),
    })
}

fn unusable(reason: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorCode::ProfileValueInvalid, reason.to_string())
}
