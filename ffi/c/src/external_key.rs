use std::ffi::c_void;
use std::mem::size_of;
use std::sync::mpsc::RecvTimeoutError;

use p2svpn_client::{Error, ExternalKey, KeyAlgorithm, LONGEST_SIGNATURE, Scheme, SigningError};

use crate::input::{Versioned, bytes, invalid, structure};
use crate::signature_request::p2svpn_signature_request;
use crate::userdata::Userdata;

/// The kind of a private key.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_key_algorithms {
    /// RSA.
    P2SVPN_KEY_RSA = 1,
    /// ECDSA on the curve P-256.
    P2SVPN_KEY_ECDSA_P256 = 2,
    /// ECDSA on the curve P-384.
    P2SVPN_KEY_ECDSA_P384 = 3,
    /// ECDSA on the curve P-521.
    P2SVPN_KEY_ECDSA_P521 = 4,
    /// Ed25519.
    P2SVPN_KEY_ED25519 = 5,
}

/// Ways of signing, by the numbers of TLS (RFC 8446 section 4.2.3). The salt of RSA-PSS is as long as the hash.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_schemes {
    /// RSA with PKCS#1 version 1.5 and SHA-256: for TLS 1.2 only, as the next two.
    P2SVPN_SCHEME_RSA_PKCS1_SHA256 = 0x0401,
    /// RSA with PKCS#1 version 1.5 and SHA-384.
    P2SVPN_SCHEME_RSA_PKCS1_SHA384 = 0x0501,
    /// RSA with PKCS#1 version 1.5 and SHA-512.
    P2SVPN_SCHEME_RSA_PKCS1_SHA512 = 0x0601,
    /// RSA-PSS with SHA-256.
    P2SVPN_SCHEME_RSA_PSS_SHA256 = 0x0804,
    /// RSA-PSS with SHA-384.
    P2SVPN_SCHEME_RSA_PSS_SHA384 = 0x0805,
    /// RSA-PSS with SHA-512.
    P2SVPN_SCHEME_RSA_PSS_SHA512 = 0x0806,
    /// ECDSA on P-256 with SHA-256.
    P2SVPN_SCHEME_ECDSA_P256_SHA256 = 0x0403,
    /// ECDSA on P-384 with SHA-384.
    P2SVPN_SCHEME_ECDSA_P384_SHA384 = 0x0503,
    /// ECDSA on P-521 with SHA-512.
    P2SVPN_SCHEME_ECDSA_P521_SHA512 = 0x0603,
    /// Ed25519, which signs the message itself.
    P2SVPN_SCHEME_ED25519 = 0x0807,
}

/// A private key that the host keeps to itself: on a card, in a key store, behind a service. Set all of it to zero, `size`
/// to the structure's size, and every field but `userdata` and `free_userdata`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct p2svpn_external_key {
    /// The size of this structure in bytes.
    pub size: usize,
    /// The kind of the key: one of #p2svpn_key_algorithms.
    pub algorithm: u32,
    /// How many ways of signing there are.
    pub scheme_count: u32,
    /// The ways in which it signs, the preferred one first: numbers of #p2svpn_schemes. Without one of RSA-PSS an RSA key
    /// signs in TLS 1.2 only. They are copied.
    pub schemes: *const u16,
    /// Asks for a signature, when a session connects and at each change of keys. It owns the request.
    ///
    /// It is called on a thread of the library's own, which it may block; the session goes on meanwhile. Several sessions may
    /// call it at once. It may not end by an exception or `longjmp`.
    pub on_sign:
        Option<extern "C" fn(request: Box<p2svpn_signature_request>, userdata: *mut c_void)>,
    /// What `on_sign` is given; the library does not look at it.
    pub userdata: *mut c_void,
    /// Is called once, from any thread, when `on_sign` will be called no more, also if the function that took the key fails;
    /// NULL for nothing. It is not called for a structure whose size is wrong.
    pub free_userdata: Option<extern "C" fn(userdata: *mut c_void)>,
}

// SAFETY: integers and pointers; a function is called by the rules for callers only.
unsafe impl Versioned for p2svpn_external_key {
    const FIRST_SIZE: usize = size_of::<Self>();
}

/// The host's key, as the library calls it.
pub(crate) struct HostKey {
    algorithm: KeyAlgorithm,
    schemes: Vec<Scheme>,
    on_sign: extern "C" fn(request: Box<p2svpn_signature_request>, userdata: *mut c_void),
    userdata: Userdata,
}

impl HostKey {
    /// Reads a caller's key; none for NULL.
    ///
    /// # Safety
    /// The pointer is NULL or points to a key whose pointers hold to the rules.
    pub(crate) unsafe fn read(pointer: *const p2svpn_external_key) -> Result<Option<Self>, Error> {
        // SAFETY: as the caller of this function promises.
        let Some(given) = (unsafe { structure(pointer, "external_key") })? else {
            return Ok(None);
        };
        // From here on it is freed whatever happens.
        let userdata = Userdata::new(given.userdata, given.free_userdata);
        let on_sign = given
            .on_sign
            .ok_or_else(|| invalid("external_key: on_sign is NULL"))?;
        let count = usize::try_from(given.scheme_count).unwrap_or(usize::MAX);
        if count == 0 || count > Scheme::ALL.len() {
            return Err(invalid("external_key: there are 1 to 10 schemes"));
        }
        // SAFETY: the buffers of a key hold to the rules; numbers of 16 bits are read byte by byte.
        let numbers = unsafe { bytes(given.schemes.cast::<u8>(), count * 2, "schemes") }?;
        let schemes = numbers.unwrap_or_default().chunks_exact(2).map(|number| {
            let number = u16::from_ne_bytes(number.try_into().unwrap_or_default());
            let scheme = Scheme::from_number(number);
            scheme.ok_or_else(|| invalid("external_key: there is no such scheme"))
        });
        Ok(Some(Self {
            algorithm: algorithm(given.algorithm)?,
            schemes: schemes.collect::<Result<_, _>>()?,
            on_sign,
            userdata,
        }))
    }
}

impl ExternalKey for HostKey {
    fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    fn supported_schemes(&self) -> Vec<Scheme> {
        self.schemes.clone()
    }

    fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let (request, told) = p2svpn_signature_request::new(scheme, message);
        (self.on_sign)(Box::new(request), self.userdata.pointer());
        match told.recv_timeout(LONGEST_SIGNATURE) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => Err(SigningError::TimedOut),
            Err(RecvTimeoutError::Disconnected) => Err(SigningError::Failed {
                reason: "the request was freed without an answer".to_owned(),
            }),
        }
    }
}

fn algorithm(number: u32) -> Result<KeyAlgorithm, Error> {
    const RSA: u32 = p2svpn_key_algorithms::P2SVPN_KEY_RSA as u32;
    const ECDSA_P256: u32 = p2svpn_key_algorithms::P2SVPN_KEY_ECDSA_P256 as u32;
    const ECDSA_P384: u32 = p2svpn_key_algorithms::P2SVPN_KEY_ECDSA_P384 as u32;
    const ECDSA_P521: u32 = p2svpn_key_algorithms::P2SVPN_KEY_ECDSA_P521 as u32;
    const ED25519: u32 = p2svpn_key_algorithms::P2SVPN_KEY_ED25519 as u32;
    match number {
        RSA => Ok(KeyAlgorithm::Rsa),
        ECDSA_P256 => Ok(KeyAlgorithm::EcdsaP256),
        ECDSA_P384 => Ok(KeyAlgorithm::EcdsaP384),
        ECDSA_P521 => Ok(KeyAlgorithm::EcdsaP521),
        ED25519 => Ok(KeyAlgorithm::Ed25519),
        _ => Err(invalid("external_key: there is no such algorithm")),
    }
}
