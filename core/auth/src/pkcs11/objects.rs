//! A key and its certificates as the objects of PKCS#11 (version 2.40, sections 4.6 to 4.9, and of its mechanisms 2.1 and
//! 2.3).

use cryptoki::object::{Attribute, CertificateType, KeyType, ObjectClass};
use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::asn1::{AnyRef, OctetStringRef, UintRef};
use pkcs8::der::{self, Decode, Encode, Reader, SliceReader};
use pkcs8::spki::SubjectPublicKeyInfoRef;
use zeroize::Zeroize;

use crate::AuthError;
use crate::certificate::{Certificate, sha1};
use crate::chain::Chain;
use crate::key::KeyDer;
use crate::scheme::KeyAlgorithm;

/// What goes on a token, in the order of its creation: the private key first, since it is what tokens refuse.
pub(super) struct Objects(Vec<Object>);

/// One object, wiped when dropped.
pub(super) struct Object {
    /// What finds it again; the others follow.
    attributes: Vec<Attribute>,
    known_by: usize,
}

impl Objects {
    pub(super) fn new(chain: &Chain, key: &KeyDer) -> Result<Self, AuthError> {
        let leaf = &chain.leaf;
        let unusable = |_| AuthError::PrivateKey;
        let public = SubjectPublicKeyInfoRef::try_from(leaf.public_key.as_slice());
        let public = public.map_err(|_| AuthError::PrivateKey)?;
        let point = public.subject_public_key.raw_bytes();
        // The key identifier of RFC 5280 section 4.2.1.2, method 1, which other software takes as well.
        let id = sha1(point).to_vec();
        let info = PrivateKeyInfoRef::try_from(key.secret_der());
        let secret = info.map_err(|_| AuthError::PrivateKey)?.private_key;
        let (kind, public, private) = match leaf.key_algorithm {
            Some(KeyAlgorithm::Rsa) => rsa(secret.as_bytes()).map_err(unusable)?,
            Some(KeyAlgorithm::EcdsaP256 | KeyAlgorithm::EcdsaP384 | KeyAlgorithm::EcdsaP521) => {
                let curve = public.algorithm.parameters.ok_or(AuthError::PrivateKey)?;
                ecdsa(curve, point, secret.as_bytes()).map_err(unusable)?
            }
            _ => return Err(AuthError::PrivateKey),
        };
        let mut objects = vec![
            Object::private_key(&id, kind, private),
            Object::public_key(&id, kind, public),
        ];
        objects.push(Object::certificate(&id, leaf));
        objects.extend(
            chain
                .issuers
                .iter()
                .map(|issuer| Object::certificate(&[], issuer)),
        );
        Ok(Self(objects))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Object> {
        self.0.iter()
    }
}

impl Object {
    fn private_key(id: &[u8], kind: KeyType, material: Vec<Attribute>) -> Self {
        Self::new(
            vec![
                Attribute::Class(ObjectClass::PRIVATE_KEY),
                Attribute::Id(id.to_vec()),
            ],
            [
                Attribute::KeyType(kind),
                Attribute::Token(true),
                Attribute::Private(true),
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
                Attribute::Sign(true),
            ]
            .into_iter()
            .chain(material),
        )
    }

    /// Tokens show it before the PIN is given, which tells that the private key is there.
    fn public_key(id: &[u8], kind: KeyType, material: Vec<Attribute>) -> Self {
        Self::new(
            vec![
                Attribute::Class(ObjectClass::PUBLIC_KEY),
                Attribute::Id(id.to_vec()),
            ],
            [
                Attribute::KeyType(kind),
                Attribute::Token(true),
                Attribute::Private(false),
                Attribute::Verify(true),
            ]
            .into_iter()
            .chain(material),
        )
    }

    /// Without an `id` for an issuer, whose key is elsewhere.
    fn certificate(id: &[u8], certificate: &Certificate) -> Self {
        let id = (!id.is_empty()).then(|| Attribute::Id(id.to_vec()));
        Self::new(
            [
                Attribute::Class(ObjectClass::CERTIFICATE),
                Attribute::Value(certificate.der.to_vec()),
            ]
            .into_iter()
            .chain(id)
            .collect(),
            [
                Attribute::CertificateType(CertificateType::X_509),
                Attribute::Token(true),
                Attribute::Private(false),
                Attribute::Subject(certificate.subject.clone()),
                Attribute::Issuer(certificate.issuer.clone()),
            ],
        )
    }

    fn new(known_by: Vec<Attribute>, others: impl IntoIterator<Item = Attribute>) -> Self {
        let count = known_by.len();
        Self {
            attributes: known_by.into_iter().chain(others).collect(),
            known_by: count,
        }
    }

    /// The attributes that find the object where it exists already.
    pub(super) fn known_by(&self) -> &[Attribute] {
        self.attributes.get(..self.known_by).unwrap_or_default()
    }

    /// The attributes that create it.
    pub(super) fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        for attribute in &mut self.attributes {
            match attribute {
                Attribute::Value(secret)
                | Attribute::PrivateExponent(secret)
                | Attribute::Prime1(secret)
                | Attribute::Prime2(secret)
                | Attribute::Exponent1(secret)
                | Attribute::Exponent2(secret)
                | Attribute::Coefficient(secret) => secret.zeroize(),
                _ => {}
            }
        }
    }
}

/// The kind of a key, what its public half is made of, and its private half.
type Material = (KeyType, Vec<Attribute>, Vec<Attribute>);

/// Reads an RSAPrivateKey (RFC 8017 section A.1.2).
fn rsa(der: &[u8]) -> der::Result<Material> {
    let mut reader = SliceReader::new(der)?;
    let private = reader.sequence(|reader| {
        let _version = u8::decode(reader)?;
        let mut next = || Ok::<_, der::Error>(UintRef::decode(reader)?.as_bytes().to_vec());
        Ok::<_, der::Error>(vec![
            Attribute::Modulus(next()?),
            Attribute::PublicExponent(next()?),
            Attribute::PrivateExponent(next()?),
            Attribute::Prime1(next()?),
            Attribute::Prime2(next()?),
            Attribute::Exponent1(next()?),
            Attribute::Exponent2(next()?),
            Attribute::Coefficient(next()?),
        ])
    })?;
    let public = private.iter().take(2).cloned().collect();
    Ok((KeyType::RSA, public, private))
}

/// Reads an ECPrivateKey (RFC 5915 section 3).
fn ecdsa(curve: AnyRef<'_>, point: &[u8], der: &[u8]) -> der::Result<Material> {
    let mut reader = SliceReader::new(der)?;
    let secret = reader.sequence(|reader| {
        let _version = u8::decode(reader)?;
        let secret = <&OctetStringRef>::decode(reader)?.as_bytes().to_vec();
        while !reader.is_finished() {
            AnyRef::decode(reader)?;
        }
        Ok::<_, der::Error>(secret)
    })?;
    let curve = Attribute::EcParams(curve.to_der()?);
    let point = Attribute::EcPoint(OctetStringRef::new(point)?.to_der()?);
    Ok((
        KeyType::EC,
        vec![curve.clone(), point],
        vec![curve, Attribute::Value(secret)],
    ))
}
