use crate::certificate::Certificate;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::one_or_more::OneOrMore;
use crate::pem;
use crate::position::Position;
use crate::validation::{CertificateUsage, Fingerprint, ServerName, ServerTrust};
use crate::warning::{WarningKind, Warnings};

use crate::limits::{MOST_TRUSTED, is_a_short_line};
use crate::openvpn::beside::FilesBeside;
use crate::openvpn::setting::{Setting, Source};

/// What the gateway has to prove, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Gateway<'a> {
    authorities: Option<Source<'a>>,
    revocation: Option<Source<'a>>,
    fingerprints: Vec<Fingerprint>,
    name: Option<ServerName>,
    is_for_servers: bool,
    key_usage: Option<Setting<'a>>,
}

impl<'a> Gateway<'a> {
    pub(super) fn take(
        &mut self,
        setting: Setting<'a>,
        beside: FilesBeside<'_, 'a>,
    ) -> Result<(), ImportError> {
        match setting.name {
            "ca" => self.authorities = setting.source(beside)?.or(self.authorities),
            "crl-verify" => {
                if setting.argument(1).is_some() {
                    return Err(setting.invalid(
                        "names a folder of revoked certificates; a list in a file is needed",
                    ));
                }
                self.revocation = setting.source(beside)?.or(self.revocation);
            }
            "peer-fingerprint" => self.take_fingerprints(&setting)?,
            "verify-x509-name" => self.name = Some(server_name(&setting)?),
            "remote-cert-ku" => self.key_usage = Some(setting),
            "remote-cert-eku" => {
                let usage = setting.required(0)?;
                if ![
                    "TLS Web Server Authentication",
                    "serverAuth",
                    "1.3.6.1.5.5.7.3.1",
                ]
                .contains(&usage)
                {
                    let found = Excerpt::of(usage);
                    return Err(setting.invalid(format!(
                        "is '{found}'; only certificates for servers are checked for here"
                    )));
                }
                self.is_for_servers = true;
            }
            // `remote-cert-tls` and its predecessor `ns-cert-type`.
            _ => {
                if setting.required(0)? != "server" {
                    return Err(setting.invalid("is not 'server', so this is a server's"));
                }
                self.is_for_servers = true;
            }
        }
        Ok(())
    }

    fn take_fingerprints(&mut self, setting: &Setting<'_>) -> Result<(), ImportError> {
        let lines = setting.block.unwrap_or_default().lines();
        for text in setting.words().chain(lines) {
            let text = text.split(['#', ';']).next().unwrap_or_default().trim();
            if text.is_empty() {
                continue;
            }
            let fingerprint = text.parse().map_err(|reason| ImportError::Value {
                position: setting.position,
                path: setting.name,
                reason,
            })?;
            self.fingerprints.push(fingerprint);
            if self.fingerprints.len() > MOST_TRUSTED {
                return Err(setting.invalid("lists more fingerprints than any gateway needs"));
            }
        }
        Ok(())
    }

    pub(super) fn finish(
        self,
        warnings: &mut Warnings,
    ) -> Result<(ServerTrust, ServerName, CertificateUsage), ImportError> {
        let has_fingerprints = !self.fingerprints.is_empty();
        if let (Some(key_usage), false) = (&self.key_usage, self.is_for_servers) {
            key_usage.warn(
                warnings,
                "is not checked; 'remote-cert-tls server' would be",
            );
        }
        if self.name.is_none() && !self.is_for_servers && !has_fingerprints {
            let message = format_args!(
                "nothing says whose certificate the gateway has ('verify-x509-name', \
                 'remote-cert-tls'): anybody with a certificate of the same authority can pose as it"
            );
            warnings.push(Position::START, WarningKind::UncheckedServer, message);
        }
        let trust = match OneOrMore::from_vec(self.fingerprints) {
            Some(fingerprints) => {
                if let Some(unused) = self.authorities.or(self.revocation) {
                    let message = format_args!(
                        "'{}' is not used: the fingerprint says whose certificate it is",
                        unused.option
                    );
                    warnings.push(unused.position, WarningKind::IgnoredOption, message);
                }
                ServerTrust::Fingerprints(fingerprints)
            }
            None => authorities(self.authorities, self.revocation)?,
        };
        let usage = if self.is_for_servers {
            CertificateUsage::Server
        } else {
            CertificateUsage::Any
        };
        Ok((trust, self.name.unwrap_or(ServerName::Any), usage))
    }
}

fn authorities(
    source: Option<Source<'_>>,
    revocation: Option<Source<'_>>,
) -> Result<ServerTrust, ImportError> {
    let source = source.ok_or(ImportError::Missing {
        position: Position::START,
        path: "ca",
    })?;
    let certificates =
        Certificate::from_pem(&source.pem(pem::blocks)?).map_err(|reason| ImportError::Value {
            position: source.position,
            path: source.option,
            reason,
        })?;
    if certificates.len() > MOST_TRUSTED {
        return Err(source.invalid("holds more certificates than any gateway needs"));
    }
    let roots = OneOrMore::from_vec(certificates)
        .ok_or_else(|| source.invalid("holds no certificate in PEM"))?;
    let revocation = match revocation {
        Some(list) => Some(revocation_list(&list)?),
        None => None,
    };
    Ok(ServerTrust::Authorities { roots, revocation })
}

/// Lists are kept in PEM, without what stands around them.
fn revocation_list(source: &Source<'_>) -> Result<Vec<u8>, ImportError> {
    source.check_size()?;
    let is_der = !source.is_inline && source.bytes.first() == Some(&0x30);
    if is_der {
        return Ok(pem::block("X509 CRL", source.bytes).into_bytes());
    }
    Ok(source.pem(pem::revocation_lists)?.as_bytes().to_vec())
}

fn server_name(setting: &Setting<'_>) -> Result<ServerName, ImportError> {
    let name = setting.required(0)?;
    if name.is_empty() || !is_a_short_line(name) {
        return Err(setting.invalid("has no name that a certificate could have"));
    }
    let name = name.to_owned();
    match setting.argument(1).unwrap_or("subject") {
        "subject" => Ok(ServerName::Subject(name)),
        "name" => Ok(ServerName::CommonName(name)),
        "name-prefix" => Ok(ServerName::CommonNamePrefix(name)),
        other => Err(setting.invalid(format!(
            "is of the type '{}', which is neither subject, name nor name-prefix",
            Excerpt::of(other)
        ))),
    }
}
