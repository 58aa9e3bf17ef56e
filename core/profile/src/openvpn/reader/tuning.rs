use std::time::Duration;

use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::protocol::{
    CompressionFraming, DataCipher, MssFix, ProtocolOptions, Renegotiation, TlsVersions,
};
use crate::warning::Warnings;

use crate::openvpn::limits::SMALLEST_MTU;
use crate::openvpn::setting::Setting;

/// The data ciphers that OpenVPN 2.6 and later offer by themselves.
const USUAL_CIPHERS: [DataCipher; 3] = [
    DataCipher::Aes256Gcm,
    DataCipher::Aes128Gcm,
    DataCipher::ChaCha20Poly1305,
];

/// How the protocol is spoken, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Tuning<'a> {
    options: ProtocolOptions,
    cipher: Option<Setting<'a>>,
    fallback: Option<DataCipher>,
    is_negotiation_off: bool,
    excludes_tls12: bool,
    excludes_tls13: bool,
}

impl<'a> Tuning<'a> {
    pub(super) fn take(
        &mut self,
        setting: Setting<'a>,
        warnings: &mut Warnings,
    ) -> Result<(), ImportError> {
        let options = &mut self.options;
        match setting.name {
            "cipher" => {
                setting.required(0)?;
                self.cipher = Some(setting);
            }
            "data-ciphers" | "ncp-ciphers" => options.ciphers = ciphers(&setting, warnings)?,
            "data-ciphers-fallback" => {
                self.fallback = DataCipher::of_name(setting.required(0)?);
                if self.fallback.is_none() {
                    setting.warn(warnings, NOT_SPOKEN);
                }
            }
            "ncp-disable" => self.is_negotiation_off = true,
            "tls-version-min" => {
                self.excludes_tls12 = match setting.required(0)? {
                    "1.0" | "1.1" | "1.2" => false,
                    "1.3" => setting.argument(1) != Some("or-highest"),
                    _ => return Err(setting.invalid("names no version of TLS")),
                };
            }
            "tls-version-max" => {
                self.excludes_tls13 = match setting.required(0)? {
                    "1.2" => true,
                    "1.3" => false,
                    "1.0" | "1.1" => {
                        return Err(
                            setting.invalid("allows only versions of TLS that are no longer safe")
                        );
                    }
                    _ => return Err(setting.invalid("names no version of TLS")),
                };
            }
            "comp-lzo" => {
                options.compression = match setting.argument(0) {
                    Some("no") => CompressionFraming::LzoStub,
                    _ => return Err(setting.invalid(COMPRESSES)),
                };
            }
            "compress" => {
                options.compression = match setting.argument(0) {
                    None | Some("stub") => CompressionFraming::Stub,
                    Some("stub-v2") => CompressionFraming::StubV2,
                    Some("migrate") => CompressionFraming::None,
                    Some(_) => return Err(setting.invalid(COMPRESSES)),
                };
            }
            "mssfix" => options.mssfix = mssfix(&setting)?,
            "tun-mtu" => {
                let size = setting.size(0)?;
                if size < SMALLEST_MTU {
                    return Err(setting.invalid("is smaller than 100 bytes"));
                }
                options.mtu = Some(size);
            }
            "reneg-sec" => {
                let after = setting.seconds(0)?;
                options.renegotiation = if after.is_zero() {
                    Renegotiation::Never
                } else {
                    Renegotiation::After(after)
                };
            }
            "tran-window" => options.transition_window = Some(setting.seconds(0)?),
            "hand-window" => options.handshake_window = Some(some_time(&setting)?),
            // `server-poll-timeout` and its older name `connect-timeout`.
            _ => options.connect_timeout = Some(some_time(&setting)?),
        }
        Ok(())
    }

    pub(super) fn finish(self, warnings: &mut Warnings) -> Result<ProtocolOptions, ImportError> {
        let mut options = self.options;
        options.tls_versions = match (self.excludes_tls12, self.excludes_tls13) {
            (false, false) => TlsVersions::Any,
            (false, true) => TlsVersions::Only12,
            (true, false) => TlsVersions::Only13,
            (true, true) => {
                return Err(ImportError::Missing {
                    position: crate::position::Position::START,
                    path: "a version of TLS between tls-version-min and tls-version-max",
                });
            }
        };
        if let Some(setting) = &self.cipher
            && options.ciphers.is_empty()
        {
            options.ciphers = of_single(setting, self.is_negotiation_off, warnings)?;
        }
        if let Some(fallback) = self.fallback
            && !options.ciphers.is_empty()
            && !options.ciphers.contains(&fallback)
        {
            options.ciphers.push(fallback);
        }
        Ok(options)
    }
}

const NOT_SPOKEN: &str = "names a cipher that is not spoken here";
const COMPRESSES: &str = "compresses, which makes encrypted traffic readable by its size; ask the \
                          administrator to switch it off";

fn some_time(setting: &Setting<'_>) -> Result<Duration, ImportError> {
    let time = setting.seconds(0)?;
    if time.is_zero() {
        return Err(setting.invalid("is no time at all"));
    }
    Ok(time)
}

/// Reads the ciphers of a list that are spoken here.
fn ciphers(setting: &Setting<'_>, warnings: &mut Warnings) -> Result<Vec<DataCipher>, ImportError> {
    let mut ciphers = Vec::new();
    for name in setting.required(0)?.split(':') {
        let (name, is_optional) = match name.strip_prefix('?') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let named = match DataCipher::of_name(name) {
            Some(cipher) => &[cipher][..],
            None if name == "DEFAULT" => &USUAL_CIPHERS,
            None => {
                if !is_optional {
                    let name = Excerpt::of(name);
                    setting.warn(
                        warnings,
                        format_args!("names '{name}', which is not spoken here"),
                    );
                }
                continue;
            }
        };
        for &cipher in named {
            if !ciphers.contains(&cipher) {
                ciphers.push(cipher);
            }
        }
    }
    if ciphers.is_empty() {
        return Err(setting.invalid(ONLY_OLD));
    }
    Ok(ciphers)
}

const ONLY_OLD: &str = "allows only ciphers that are not spoken here; those that are, are AES-GCM and \
                        CHACHA20-POLY1305";

/// Reads `cipher`, which is what a gateway uses that does not negotiate.
fn of_single(
    setting: &Setting<'_>,
    is_negotiation_off: bool,
    warnings: &mut Warnings,
) -> Result<Vec<DataCipher>, ImportError> {
    match DataCipher::of_name(setting.required(0)?) {
        Some(cipher) if is_negotiation_off => Ok(vec![cipher]),
        // It is the first one anyway.
        Some(DataCipher::Aes256Gcm) => Ok(Vec::new()),
        Some(cipher) => {
            let others = USUAL_CIPHERS.into_iter().filter(|&usual| usual != cipher);
            Ok(std::iter::once(cipher).chain(others).collect())
        }
        None if is_negotiation_off => Err(setting.invalid(ONLY_OLD)),
        None => {
            setting.warn(
                warnings,
                format_args!("{NOT_SPOKEN}; the gateway is offered the usual ones"),
            );
            Ok(Vec::new())
        }
    }
}

fn mssfix(setting: &Setting<'_>) -> Result<MssFix, ImportError> {
    if setting.argument(0).is_none() {
        return Ok(MssFix::Usual);
    }
    match (setting.size(0)?, setting.argument(1)) {
        (0, _) => Ok(MssFix::Off),
        (size, None) => Ok(MssFix::Packet(size)),
        (size, Some("mtu")) => Ok(MssFix::Mtu(size)),
        (size, Some("fixed")) => Ok(MssFix::Fixed(size)),
        (_, Some(other)) => Err(setting.invalid(format!(
            "is meant as '{}', which is neither mtu nor fixed",
            Excerpt::of(other)
        ))),
    }
}
