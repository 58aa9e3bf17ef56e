//! What is on a token, as it shows it to everyone.

use cryptoki::error::Error;
use cryptoki::object::{Attribute, AttributeType, CertificateType, ObjectClass};
use cryptoki::session::Session;
use rustls_pki_types::CertificateDer;

use super::certificate::TokenCertificate;
use super::failure::failed;
use super::token::Token;
use crate::AuthError;
use crate::candidate::Candidate;
use crate::certificate::Certificate;
use crate::chain::check_count;

impl Token {
    /// Lists the client certificates on the token, as [`Pkcs11Module::certificates`](crate::Pkcs11Module::certificates)
    /// does for all.
    pub fn certificates(&self) -> Result<Vec<TokenCertificate>, AuthError> {
        let contents = Contents::read(&self.read_only()?).map_err(failed)?;
        check_count(contents.certificates.len())?;
        let all: Vec<Certificate> = contents
            .certificates
            .iter()
            .map(|(_, certificate)| certificate.clone())
            .collect();
        contents
            .certificates
            .iter()
            .filter(|(id, certificate)| {
                let has_issued = all.iter().any(|other| other.is_issued_by(certificate));
                !id.is_empty() && (contents.keys.contains(id) || !has_issued)
            })
            .map(|(id, certificate)| {
                let others = all.iter().filter(|other| other.der != certificate.der);
                let certificates: Vec<CertificateDer<'static>> = std::iter::once(certificate)
                    .chain(others)
                    .map(|certificate| certificate.der.clone())
                    .collect();
                let source = format!("token {}", self.label());
                let mut candidate = Candidate::new(&certificates, source)?;
                if !contents.keys.is_empty() && !contents.keys.contains(id) {
                    candidate = candidate.without_key(AuthError::NoPrivateKey);
                }
                Ok(TokenCertificate {
                    token: self.clone(),
                    id: id.clone(),
                    certificates,
                    candidate,
                })
            })
            .collect()
    }
}

/// What a token shows before a PIN is given.
struct Contents {
    /// Each with its CKA_ID.
    certificates: Vec<(Vec<u8>, Certificate)>,
    /// CKA_ID of each key. Public keys are shown where private ones are not, and come with them.
    keys: Vec<Vec<u8>>,
}

impl Contents {
    fn read(session: &Session) -> Result<Self, Error> {
        let template = [
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
        ];
        let mut certificates = Vec::new();
        for attributes in read_all(
            session,
            &template,
            &[AttributeType::Id, AttributeType::Value],
        )? {
            let (mut id, mut parsed) = (Vec::new(), None);
            for attribute in attributes {
                match attribute {
                    Attribute::Id(bytes) => id = bytes,
                    Attribute::Value(der) => parsed = Certificate::parse(&der).ok(),
                    _ => {}
                }
            }
            certificates.extend(parsed.map(|certificate| (id, certificate)));
        }
        let mut keys = Vec::new();
        for class in [ObjectClass::PUBLIC_KEY, ObjectClass::PRIVATE_KEY] {
            let template = [Attribute::Class(class)];
            let attributes = read_all(session, &template, &[AttributeType::Id])?;
            keys.extend(
                attributes
                    .into_iter()
                    .flatten()
                    .filter_map(|attribute| match attribute {
                        Attribute::Id(id) => Some(id),
                        _ => None,
                    }),
            );
        }
        Ok(Self { certificates, keys })
    }
}

fn read_all(
    session: &Session,
    template: &[Attribute],
    attributes: &[AttributeType],
) -> Result<Vec<Vec<Attribute>>, Error> {
    session
        .find_objects(template)?
        .into_iter()
        .map(|object| session.get_attributes(object, attributes))
        .collect()
}
