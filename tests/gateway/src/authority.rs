//! Throw-away certificate authorities.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer,
    DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RevokedCertParams, RsaKeySize,
    SerialNumber, date_time_ymd,
};
use rustls_pki_types::CertificateDer;
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::error::GatewayError;

/// A certificate authority whose keys exist only in this process.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// The certificates from this authority's own up to the root.
    chain: Vec<CertificateDer<'static>>,
}

/// What a certificate shall be.
pub(crate) struct Request<'a> {
    pub(crate) common_name: &'a str,
    /// Host names and IP addresses.
    pub(crate) names: Vec<String>,
    pub(crate) usage: ExtendedKeyUsagePurpose,
    pub(crate) key: KeyKind,
    pub(crate) validity: Validity,
}

/// The kind of a private key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyKind {
    /// ECDSA on the curve P-256.
    #[default]
    P256,
    /// RSA with 2048 bits, which Azure's own instructions lead to.
    Rsa2048,
}

/// When a certificate is valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Validity {
    #[default]
    Now,
    Past,
    Future,
    /// For ten days yet.
    Ending,
}

/// A certificate, the chain above it up to the root, and its key.
pub(crate) struct Issued {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) certificate_pem: String,
    pub(crate) key: KeyPair,
}

impl Authority {
    /// Makes a root.
    pub(crate) fn root(name: &str) -> Result<Self, GatewayError> {
        let issuer =
            CertifiedIssuer::self_signed(authority_parameters(name), generate(KeyKind::P256)?)?;
        let chain = vec![issuer.der().clone()];
        Ok(Self { issuer, chain })
    }

    /// Makes an authority below this one.
    pub(crate) fn intermediate(&self, name: &str) -> Result<Self, GatewayError> {
        let key = generate(KeyKind::P256)?;
        let issuer = CertifiedIssuer::signed_by(authority_parameters(name), key, &self.issuer)?;
        let chain = [vec![issuer.der().clone()], self.chain.clone()].concat();
        Ok(Self { issuer, chain })
    }

    /// Issues a certificate with a new key.
    pub(crate) fn issue(&self, request: &Request<'_>) -> Result<Issued, GatewayError> {
        let mut parameters = CertificateParams::new(request.names.clone())?;
        parameters.distinguished_name = named(request.common_name);
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![request.usage.clone()];
        parameters.use_authority_key_identifier_extension = true;
        (parameters.not_before, parameters.not_after) = match request.validity {
            Validity::Now => (date_time_ymd(2020, 1, 1), date_time_ymd(2099, 1, 1)),
            Validity::Past => (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1)),
            Validity::Future => (date_time_ymd(2098, 1, 1), date_time_ymd(2099, 1, 1)),
            Validity::Ending => (
                date_time_ymd(2020, 1, 1),
                OffsetDateTime::now_utc() + Duration::days(10),
            ),
        };
        let key = generate(request.key)?;
        let certificate = parameters.signed_by(&key, &self.issuer)?;
        Ok(Issued {
            chain: [vec![certificate.der().clone()], self.chain.clone()].concat(),
            certificate_pem: certificate.pem(),
            key,
        })
    }

    /// A list, PEM, of what the authority has withdrawn: the certificate of another one, if it has.
    pub(crate) fn revocation_list(&self, withdrawn: Option<&Self>) -> Result<String, GatewayError> {
        let mut revoked_certs = Vec::new();
        if let Some(withdrawn) = withdrawn {
            let (_, certificate) = X509Certificate::from_der(withdrawn.certificate())
                .map_err(|error| GatewayError::Certificate(error.to_string()))?;
            revoked_certs.push(RevokedCertParams {
                serial_number: SerialNumber::from_slice(certificate.raw_serial()),
                revocation_time: date_time_ymd(2021, 1, 1),
                reason_code: None,
                invalidity_date: None,
            });
        }
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 1, 1),
            next_update: date_time_ymd(2099, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(list.signed_by(&self.issuer)?.pem()?)
    }

    /// The authority's own certificate.
    pub(crate) fn certificate(&self) -> &CertificateDer<'static> {
        self.issuer.der()
    }

    /// The authority's own certificate as PEM.
    pub(crate) fn certificate_pem(&self) -> String {
        self.issuer.pem()
    }

    /// SHA-1 of the authority's own certificate, by which profiles name roots, in upper-case hexadecimal digits.
    pub(crate) fn thumbprint(&self) -> String {
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, self.certificate());
        hash.as_ref()
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect()
    }
}

fn authority_parameters(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = named(name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = date_time_ymd(2099, 1, 1);
    parameters
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

fn generate(kind: KeyKind) -> Result<KeyPair, GatewayError> {
    let key = match kind {
        KeyKind::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
        KeyKind::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
    };
    Ok(key?)
}
