//! Certificates of the lab's gateway and its clients.

use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_RSA_SHA256, RsaKeySize, date_time_ymd,
};

use crate::error::LabError;
use crate::hexadecimal::hexadecimal;

/// The kind of a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA with 2048 bits.
    Rsa2048,
    /// ECDSA on the curve P-256.
    P256,
}

/// A certificate and its key, as files in PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate.
    pub certificate: PathBuf,
    /// The private key, PKCS#8, not encrypted.
    pub key: PathBuf,
}

/// Who a certificate is for.
pub(crate) enum Purpose<'a> {
    /// A gateway that is called by this name or address.
    Server(&'a str),
    /// A client.
    Client,
}

/// A root that lives as long as the site.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Result<Self, LabError> {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = named(name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        parameters.not_before = date_time_ymd(2020, 1, 1);
        parameters.not_after = date_time_ymd(2099, 1, 1);
        let issuer = CertifiedIssuer::self_signed(parameters, generate(KeyKind::Rsa2048)?)?;
        Ok(Self { issuer })
    }

    /// Writes a new certificate and its key to `NAME.pem` and `NAME.key` in the folder.
    pub(crate) fn issue(
        &self,
        folder: &Path,
        name: &str,
        kind: KeyKind,
        purpose: &Purpose<'_>,
    ) -> Result<Identity, LabError> {
        let (names, usage) = match purpose {
            Purpose::Server(host) => (
                vec![(*host).to_owned()],
                ExtendedKeyUsagePurpose::ServerAuth,
            ),
            Purpose::Client => (Vec::new(), ExtendedKeyUsagePurpose::ClientAuth),
        };
        let mut parameters = CertificateParams::new(names)?;
        parameters.distinguished_name = named(name);
        parameters.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
        ];
        parameters.extended_key_usages = vec![usage];
        parameters.not_before = date_time_ymd(2020, 1, 1);
        parameters.not_after = date_time_ymd(2099, 1, 1);
        let key = generate(kind)?;
        let certificate = parameters.signed_by(&key, &self.issuer)?;
        Ok(Identity {
            certificate: write(folder, &format!("{name}.pem"), &certificate.pem())?,
            key: write(folder, &format!("{name}.key"), &key.serialize_pem())?,
        })
    }

    /// The root's certificate as PEM.
    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// SHA-1 of the root's certificate, by which profiles name it.
    pub(crate) fn thumbprint(&self) -> String {
        hexadecimal(digest(&SHA1_FOR_LEGACY_USE_ONLY, self.issuer.der()).as_ref())
    }
}

/// Writes a file of the site and returns its path.
pub(crate) fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, LabError> {
    let path = folder.join(name);
    match std::fs::write(&path, text) {
        Ok(()) => Ok(path),
        Err(source) => Err(LabError::Write { path, source }),
    }
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

fn generate(kind: KeyKind) -> Result<KeyPair, LabError> {
    let key = match kind {
        KeyKind::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
        KeyKind::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
    };
    Ok(key?)
}
