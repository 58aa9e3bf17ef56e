//! The names of the format: what is written, in its order.
//!
//! They are a promise to files that exist. A name is never given another meaning; what is new gets a
//! new name, which older versions of this library ignore with a warning.

use serde::Serialize;
use zeroize::Zeroizing;

/// What the field `format` says.
pub(super) const FORMAT: &str = "p2svpn-profile";

/// The version of the format, which grows when older versions of this library would misunderstand a
/// profile.
pub(super) const VERSION: u32 = 1;

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_true(flag: &bool) -> bool {
    *flag
}

#[derive(Serialize)]
pub(super) struct Document<'a> {
    pub(super) format: &'static str,
    pub(super) version: u32,
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) azure_version: Option<u32>,
    pub(super) servers: Vec<Server<'a>>,
    pub(super) authentication: Choice<'a>,
    pub(super) server_validation: ServerValidation<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) include_routes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) exclude_routes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) dns_servers: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) dns_suffixes: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secondary_profile: Option<&'a str>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) always_on: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) trusted_networks: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) protocol: Option<Protocol>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) network: Option<Network<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) unknown_elements: Vec<UnknownElement<'a>>,
}

/// A secret's place.
pub(super) enum Secret<'a> {
    /// The secret itself.
    Included(&'a str),
    /// The secret, put into text.
    Encoded(Zeroizing<String>),
    /// It is the one of the bundle with this index.
    Apart(usize),
    /// It was there and is left out.
    LeftOut,
}

impl Serialize for Secret<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Apart {
            apart: usize,
        }
        match self {
            Self::Included(text) => serializer.serialize_str(text),
            Self::Encoded(text) => serializer.serialize_str(text),
            Self::Apart(apart) => Apart { apart: *apart }.serialize(serializer),
            Self::LeftOut => serializer.serialize_none(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Server<'a> {
    pub(super) host: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) transport: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) display_name: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Choice<'a> {
    pub(super) selected: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) certificate: Option<Certificate<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entra: Option<Entra<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<Password<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) certificate_and_password: Option<CertificateAndPassword<'a>>,
}

#[derive(Serialize)]
pub(super) struct Certificate<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) thumbprint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) identity: Option<Identity<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Identity<'a> {
    Pem {
        certificates: &'a str,
        key: Secret<'a>,
    },
    Pfx {
        file: Secret<'a>,
    },
}

#[derive(Serialize)]
pub(super) struct Entra<'a> {
    pub(super) tenant: &'a str,
    pub(super) audience: &'a str,
    pub(super) issuer: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) application_id: Option<&'a str>,
    #[serde(skip_serializing_if = "is_true")]
    pub(super) cache_sign_in_user: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) enable_group_token: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) disable_single_sign_on: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) enable_device_single_sign_on: bool,
}

#[derive(Serialize)]
pub(super) struct Password<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<Secret<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) static_challenge: Option<StaticChallenge<'a>>,
}

#[derive(Serialize)]
pub(super) struct StaticChallenge<'a> {
    pub(super) text: &'a str,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) echo: bool,
}

#[derive(Serialize)]
pub(super) struct CertificateAndPassword<'a> {
    pub(super) certificate: Certificate<'a>,
    pub(super) password: Password<'a>,
}

#[derive(Serialize)]
pub(super) struct ServerValidation<'a> {
    pub(super) trust: Trust,
    pub(super) name: NameForm<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) usage: Option<&'static str>,
    pub(super) wrapping: Wrapping<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Trust {
    PinnedRoots(Vec<PinnedRoot>),
    Authorities {
        roots: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        revocation: Option<String>,
    },
    Fingerprints(Vec<String>),
}

#[derive(Serialize)]
pub(super) struct PinnedRoot {
    pub(super) thumbprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) certificate: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum NameForm<'a> {
    Host,
    Any,
    Subject(&'a str),
    CommonName(&'a str),
    CommonNamePrefix(&'a str),
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Wrapping<'a> {
    None,
    TlsAuth {
        key: Secret<'a>,
        digest: &'static str,
        direction: &'static str,
    },
    TlsCrypt {
        key: Secret<'a>,
    },
    TlsCryptV2 {
        key: Secret<'a>,
    },
}

#[derive(Default, PartialEq, Serialize)]
pub(super) struct Protocol {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ciphers: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tls_versions: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) compression: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mssfix: Option<MssFix>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mtu: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) renegotiation: Option<Renegotiation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) transition_window_milliseconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) handshake_window_milliseconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) connect_timeout_milliseconds: Option<u64>,
}

#[derive(PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MssFix {
    Off,
    Mtu(u16),
    Packet(u16),
    Fixed(u16),
}

#[derive(PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Renegotiation {
    Never,
    AfterMilliseconds(u64),
}

#[derive(Default, PartialEq, Serialize)]
pub(super) struct Network<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) routes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) address_pool: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) dns_servers: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct UnknownElement<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) parent: &'a str,
    pub(super) xml: Secret<'a>,
}
