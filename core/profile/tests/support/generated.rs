//! Profiles of every shape, for property tests.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;
use p2svpn_profile::{
    Authentication, AuthenticationChoice, Authority, Certificate, CertificateAuthentication,
    CertificateUsage, ClientIdentity, CompressionFraming, DataCipher, Digest, DnsSuffix,
    EntraAuthentication, Fingerprint, KeyDirection, MssFix, OneOrMore, PasswordAuthentication,
    PinnedRoot, Profile, ProfileName, ProtocolOptions, Renegotiation, Routes, SecretBytes,
    SecretText, Server, ServerName, ServerSecret, ServerTrust, ServerValidation, StaticChallenge,
    Thumbprint, TlsVersions, Transport, Unique, UnknownElement, VirtualNetwork, Wrapping,
};
use proptest::collection::{hash_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use zeroize::Zeroizing;

use super::ROOT;

/// Where an unknown element may stand in every `azurevpnconfig.xml`.
const PARENTS: [&str; 7] = [
    "",
    "clientauth",
    "clientconfig",
    "protocolconfig/sslprotocolConfig",
    "serverlist/ServerEntry",
    "servervalidation",
    "servervalidation/cert",
];

/// Any profile that the model can hold: those that an `azurevpnconfig.xml` can express, and those with
/// all that only other formats know.
pub(crate) fn any_profile() -> impl Strategy<Value = Profile> {
    let network = (
        option::of(line()),
        option::of(guid()),
        routes(),
        routes(),
        addresses(),
    )
        .prop_map(
            |(name, id, routes, address_pool, dns_servers)| VirtualNetwork {
                name,
                id,
                routes,
                address_pool,
                dns_servers,
            },
        );
    (
        any_azure_profile(),
        (name(), option::of(name())),
        vec(server(any_transport().boxed()), 1..4),
        any_choice(),
        any_validation(),
        any_protocol(),
        network,
        (any::<bool>(), suffixes()),
    )
        .prop_map(
            |(
                mut profile,
                (name, secondary),
                servers,
                authentication,
                server_validation,
                protocol,
                network,
                (always_on, trusted_networks),
            )| {
                profile.name = name;
                profile.secondary_profile = secondary;
                profile.servers = OneOrMore::from_vec(servers).unwrap();
                profile.authentication = authentication;
                profile.server_validation = server_validation;
                profile.protocol = protocol;
                profile.network = network;
                profile.always_on = always_on;
                profile.trusted_networks = trusted_networks;
                profile
            },
        )
}

/// Any profile that an `azurevpnconfig.xml` expresses whole.
pub(crate) fn any_azure_profile() -> impl Strategy<Value = Profile> {
    let servers =
        any_transport().prop_flat_map(|transport| vec(server(Just(transport).boxed()), 1..4));
    let lists = (routes(), routes(), addresses(), suffixes());
    let extras = vec(unknown_element(), 0..4);
    (
        plain_name(),
        any::<u32>(),
        option::of(plain_name()),
        servers,
        azure_choice(),
        azure_validation(),
        lists,
        extras,
    )
        .prop_map(
            |(name, version, secondary, servers, authentication, validation, lists, mut extras)| {
                let servers = OneOrMore::from_vec(servers).unwrap();
                let mut profile = Profile::new(
                    name,
                    servers.first().clone(),
                    authentication.selected().clone(),
                    validation,
                );
                profile.version = version;
                profile.servers = servers;
                profile.authentication = authentication;
                profile.secondary_profile = secondary;
                (
                    profile.include_routes,
                    profile.exclude_routes,
                    profile.dns_servers,
                    profile.dns_suffixes,
                ) = lists;
                extras.sort_by(|one, other| place(one).cmp(&place(other)));
                profile.unknown_elements = extras;
                profile
            },
        )
}

/// A line that no reader trims, with what XML, JSON and OpenVPN configurations have to escape.
pub(crate) fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9][A-Za-z0-9 ._()-]{0,20}[A-Za-z0-9]",
        "[&<>'\"\\\\#;$éß漢😀]{1,12}",
    ]
}

/// A secret text with anything in it but control characters.
fn secret_text() -> impl Strategy<Value = SecretText> {
    line().prop_map(|text| SecretText::new(Zeroizing::new(text)))
}

fn plain_name() -> impl Strategy<Value = ProfileName> {
    line().prop_map(|text| text.parse().unwrap())
}

/// A name with anything that the model allows.
fn name() -> impl Strategy<Value = ProfileName> {
    let odd = "\\PC{1,30}".prop_filter_map("no name", |text: String| text.parse().ok());
    prop_oneof![3 => plain_name(), 1 => odd]
}

fn guid() -> impl Strategy<Value = String> {
    "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
}

fn domain() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9]{0,8}(\\.[a-z][a-z0-9]{0,8}){1,3}"
}

fn any_transport() -> impl Strategy<Value = Transport> {
    select(&[Transport::Tcp, Transport::Udp][..])
}

fn server(transport: BoxedStrategy<Transport>) -> impl Strategy<Value = Server> {
    let host = prop_oneof![
        domain(),
        (guid(), "[0-9a-f]{12}")
            .prop_map(|(guid, digits)| format!("azuregateway-{guid}-{digits}.vpn.azure.com")),
        any::<std::net::Ipv4Addr>().prop_map(|address| address.to_string()),
        any::<std::net::Ipv6Addr>().prop_map(|address| format!("[{address}]")),
    ];
    let port = prop_oneof![Just(Server::DEFAULT_PORT), 1..=u16::MAX];
    (host, port, transport, option::of(line())).prop_map(|(host, port, transport, display_name)| {
        let server: Server = format!("{host}:{port}").parse().unwrap();
        let server = server.with_transport(transport);
        match display_name {
            Some(name) => server.with_display_name(name),
            None => server,
        }
    })
}

fn thumbprint() -> impl Strategy<Value = Thumbprint> {
    any::<[u8; 20]>().prop_map(Thumbprint::new)
}

fn azure_certificate() -> impl Strategy<Value = CertificateAuthentication> {
    (option::of(thumbprint()), option::of(thumbprint())).prop_map(|(thumbprint, issuer)| {
        CertificateAuthentication {
            thumbprint,
            issuer,
            identity: None,
        }
    })
}

fn any_certificate() -> impl Strategy<Value = CertificateAuthentication> {
    let identity = prop_oneof![
        vec(any::<u8>(), 1..40)
            .prop_map(|bytes| ClientIdentity::Pfx(SecretBytes::new(Zeroizing::new(bytes)))),
        Just(ClientIdentity::Pem {
            certificates: "-----BEGIN CERTIFICATE-----\nMIIDjjCCAnagAwIBAgIQAzrx5qcR\n-----END CERTIFICATE-----\n"
                .to_owned(),
            key: SecretText::new(Zeroizing::new(
                "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIBBB\n-----END PRIVATE KEY-----\n"
                    .to_owned(),
            )),
        }),
    ];
    (azure_certificate(), option::of(identity)).prop_map(|(certificate, identity)| {
        CertificateAuthentication {
            identity,
            ..certificate
        }
    })
}

fn entra() -> impl Strategy<Value = EntraAuthentication> {
    let host = prop_oneof![
        Just("login.microsoftonline.com".to_owned()),
        domain(),
        (domain(), 1u16..).prop_map(|(host, port)| format!("{host}:{port}")),
    ];
    (host, guid(), guid(), option::of(guid()), any::<[bool; 4]>()).prop_map(
        |(host, tenant, audience, application_id, flags)| {
            let authority: Authority = format!("https://{host}/{tenant}/").parse().unwrap();
            let issuer = format!("https://sts.windows.net/{tenant}/");
            let mut entra = EntraAuthentication::new(authority, audience, issuer);
            entra.application_id = application_id;
            [
                entra.cache_sign_in_user,
                entra.enable_group_token,
                entra.disable_single_sign_on,
                entra.enable_device_single_sign_on,
            ] = flags;
            entra
        },
    )
}

fn azure_password() -> impl Strategy<Value = PasswordAuthentication> {
    (option::of(line()), option::of(secret_text())).prop_map(|(username, password)| {
        PasswordAuthentication {
            username,
            password,
            static_challenge: None,
        }
    })
}

fn any_password() -> impl Strategy<Value = PasswordAuthentication> {
    let challenge = (line(), any::<bool>()).prop_map(|(text, echo)| StaticChallenge { text, echo });
    (azure_password(), option::of(challenge)).prop_map(|(password, static_challenge)| {
        PasswordAuthentication {
            static_challenge,
            ..password
        }
    })
}

/// A choice of which each further way has a value, so that its section is not taken for an empty one.
fn azure_choice() -> impl Strategy<Value = AuthenticationChoice> {
    let certificate = azure_certificate().prop_map(Authentication::Certificate);
    let password = azure_password().prop_map(Authentication::Password);
    let selected = prop_oneof![
        certificate,
        entra().prop_map(Authentication::Entra),
        password
    ];
    let full_certificate = thumbprint().prop_map(|issuer| {
        Authentication::Certificate(CertificateAuthentication {
            issuer: Some(issuer),
            ..CertificateAuthentication::default()
        })
    });
    let full_password = line().prop_map(|username| {
        Authentication::Password(PasswordAuthentication {
            username: Some(username),
            ..PasswordAuthentication::default()
        })
    });
    let further = prop_oneof![
        full_certificate,
        entra().prop_map(Authentication::Entra),
        full_password
    ];
    (selected, vec(further, 0..3)).prop_map(choice)
}

fn any_choice() -> impl Strategy<Value = AuthenticationChoice> {
    let way = || {
        prop_oneof![
            any_certificate().prop_map(Authentication::Certificate),
            entra().prop_map(Authentication::Entra),
            any_password().prop_map(Authentication::Password),
            (any_certificate(), any_password()).prop_map(|(certificate, password)| {
                Authentication::CertificateAndPassword(certificate, password)
            }),
        ]
    };
    (way(), vec(way(), 0..3)).prop_map(choice)
}

fn choice((selected, further): (Authentication, Vec<Authentication>)) -> AuthenticationChoice {
    let mut choice = AuthenticationChoice::new(selected);
    for way in further {
        if choice.get(way.kind()).is_none() {
            choice.offer(way);
        }
    }
    choice
}

fn static_key() -> impl Strategy<Value = ServerSecret> {
    any::<u64>().prop_map(|seed| {
        ServerSecret::new(&std::array::from_fn(|index| {
            seed.to_le_bytes()[index % 8].wrapping_add(u8::try_from(index).unwrap())
        }))
    })
}

fn azure_validation() -> impl Strategy<Value = ServerValidation> {
    let roots = hash_set(any::<[u8; 20]>(), 1..3).prop_map(|hashes| {
        let roots = hashes.into_iter().map(Thumbprint::new);
        OneOrMore::from_vec(roots.map(PinnedRoot::from).collect()).unwrap()
    });
    (roots, static_key()).prop_map(|(roots, secret)| ServerValidation::azure(roots, secret))
}

fn any_validation() -> impl Strategy<Value = ServerValidation> {
    let root = || Certificate::from_der(ROOT).unwrap();
    let trust = prop_oneof![
        thumbprint().prop_map(|hash| ServerTrust::PinnedRoots(OneOrMore::new(hash.into()))),
        Just(ServerTrust::PinnedRoots(OneOrMore::new(root().into()))),
        option::of(vec(any::<u8>(), 1..40)).prop_map(move |revocation| ServerTrust::Authorities {
            roots: OneOrMore::new(root()),
            revocation,
        }),
        any::<[u8; 32]>()
            .prop_map(|hash| ServerTrust::Fingerprints(OneOrMore::new(Fingerprint::new(hash)))),
    ];
    let name = prop_oneof![
        Just(ServerName::Host),
        Just(ServerName::Any),
        domain().prop_map(|name| ServerName::Subject(format!("C=KG, O=Example, CN={name}"))),
        domain().prop_map(ServerName::CommonName),
        domain().prop_map(ServerName::CommonNamePrefix),
    ];
    let usage = select(&[CertificateUsage::Server, CertificateUsage::Any][..]);
    (trust, name, usage, wrapping()).prop_map(|(trust, name, usage, wrapping)| {
        let mut validation = ServerValidation::new(trust, wrapping);
        validation.name = name;
        validation.usage = usage;
        validation
    })
}

fn wrapping() -> impl Strategy<Value = Wrapping> {
    let direction = select(&[KeyDirection::Both, KeyDirection::Zero, KeyDirection::One][..]);
    prop_oneof![
        Just(Wrapping::None),
        (static_key(), select(&Digest::ALL[..]), direction).prop_map(|(key, digest, direction)| {
            Wrapping::TlsAuth {
                key,
                digest,
                direction,
            }
        }),
        static_key().prop_map(Wrapping::TlsCrypt),
        Just(Wrapping::TlsCryptV2(SecretText::new(Zeroizing::new(
            "-----BEGIN OpenVPN tls-crypt-v2 client key-----\nAAAA\n-----END OpenVPN tls-crypt-v2 client key-----\n"
                .to_owned()
        )))),
    ]
}

fn seconds() -> impl Strategy<Value = Duration> {
    (1u64..100_000).prop_map(Duration::from_secs)
}

fn any_protocol() -> impl Strategy<Value = ProtocolOptions> {
    let ciphers = proptest::sample::subsequence(&DataCipher::ALL[..], 0..4);
    let versions = select(&[TlsVersions::Any, TlsVersions::Only12, TlsVersions::Only13][..]);
    let compression = select(
        &[
            CompressionFraming::None,
            CompressionFraming::LzoStub,
            CompressionFraming::Stub,
            CompressionFraming::StubV2,
        ][..],
    );
    let mssfix = prop_oneof![
        Just(MssFix::Usual),
        Just(MssFix::Off),
        (576u16..9_000).prop_map(MssFix::Mtu),
        (576u16..9_000).prop_map(MssFix::Packet),
        (576u16..9_000).prop_map(MssFix::Fixed),
    ];
    let renegotiation = prop_oneof![
        Just(Renegotiation::Usual),
        Just(Renegotiation::Never),
        seconds().prop_map(Renegotiation::After),
    ];
    (
        ciphers,
        versions,
        compression,
        mssfix,
        option::of(576u16..9_000),
        renegotiation,
        [
            option::of(seconds()),
            option::of(seconds()),
            option::of(seconds()),
        ],
    )
        .prop_map(
            |(ciphers, tls_versions, compression, mssfix, mtu, renegotiation, times)| {
                let mut protocol = ProtocolOptions::default();
                protocol.ciphers = ciphers;
                protocol.tls_versions = tls_versions;
                protocol.compression = compression;
                protocol.mssfix = mssfix;
                protocol.mtu = mtu;
                protocol.renegotiation = renegotiation;
                [
                    protocol.transition_window,
                    protocol.handshake_window,
                    protocol.connect_timeout,
                ] = times;
                protocol
            },
        )
}

fn routes() -> impl Strategy<Value = Routes> {
    let v4 = (any::<std::net::Ipv4Addr>(), 0..=32u8)
        .prop_map(|(address, prefix)| IpNet::new(address.into(), prefix).unwrap());
    let v6 = (any::<std::net::Ipv6Addr>(), 0..=128u8)
        .prop_map(|(address, prefix)| IpNet::new(address.into(), prefix).unwrap());
    vec(prop_oneof![v4, v6], 0..5).prop_map(|networks| networks.into_iter().collect())
}

fn addresses() -> impl Strategy<Value = Unique<IpAddr>> {
    vec(any::<IpAddr>(), 0..4).prop_map(|addresses| addresses.into_iter().collect())
}

fn suffixes() -> impl Strategy<Value = Unique<DnsSuffix>> {
    vec(domain(), 0..4).prop_map(|domains| {
        let suffixes = domains.iter().map(|domain| domain.parse().unwrap());
        suffixes.collect()
    })
}

/// In which order the reader keeps unknown elements: by parent and name.
fn place(element: &UnknownElement) -> (&str, &str) {
    let name = element.xml.as_str().split([' ', '>']).next().unwrap();
    (&element.parent, name)
}

/// An element as the reader keeps it.
fn unknown_element() -> impl Strategy<Value = UnknownElement> {
    let xml = prop_oneof![
        Just("<vendor />".to_owned()),
        Just("<vendor i:nil=\"true\" />".to_owned()),
        "[a-z0-9]{1,8}".prop_map(|text| format!("<Vendor.1>{text} &amp; &lt;co&gt;</Vendor.1>")),
        "[a-z0-9]{1,8}".prop_map(|text| format!("<vendor><a>{text}</a><b /></vendor>")),
    ];
    (select(&PARENTS[..]), xml).prop_map(|(parent, xml)| UnknownElement {
        parent: parent.to_owned(),
        xml: SecretText::new(Zeroizing::new(xml)),
    })
}
