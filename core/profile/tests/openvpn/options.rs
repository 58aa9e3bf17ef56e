//! What single options do.

use p2svpn_profile::{
    Authentication, CertificateUsage, CompressionFraming, DataCipher, Digest, KeyDirection, MssFix,
    ServerName, ServerTrust, Transport, WarningKind, Wrapping,
};

use crate::support::{
    AZURE_2026, STATIC_KEY, ca, minimal, read, read_beside, read_silently, told, with,
};

#[test]
fn unknown_options_are_listed_and_never_fatal() {
    let text =
        with("frobnicate 7\n--twist 8\nignore-unknown-option jump\njump high\nsetenv opt hop");

    let told = told(&text, WarningKind::UnknownOption);

    assert_eq!(
        told,
        [
            "'frobnicate' is no option that is known; it is ignored",
            "'twist' is no option that is known; it is ignored"
        ]
    );
}

#[test]
fn what_could_be_a_line_of_a_secret_is_not_repeated() {
    let lines = STATIC_KEY.lines().filter(|line| !line.starts_with('-'));
    let text = with(&lines.collect::<Vec<_>>().join("\n"));

    for warning in read(&text).warnings {
        assert_eq!(warning.kind, WarningKind::UnknownOption);
        assert_eq!(
            warning.message,
            "this is no option that is known; it is ignored"
        );
    }
}

#[test]
fn a_password_below_its_option_is_not_repeated() {
    for (below, names) in [
        ("alice\nhunter2", 0),
        ("alice\ncorrect horse battery", 0),
        ("alice\nhunter2\nverb 3\nfrobnicate 7", 1),
    ] {
        let text = minimal().replace("auth-user-pass\n", &format!("auth-user-pass\n{below}\n"));

        let told = told(&text, WarningKind::UnknownOption);

        let is_nameless =
            |told: &&String| *told == "this is no option that is known; it is ignored";
        assert_eq!(told.iter().filter(is_nameless).count(), 2, "{told:?}");
        assert_eq!(told.len(), 2 + names, "{told:?}");
        for secret in ["alice", "hunter2", "correct", "horse"] {
            assert!(!told.concat().contains(secret), "{told:?}");
        }
    }
}

#[test]
fn a_word_alone_that_is_no_option_is_not_repeated() {
    let imported = read(&with("hunter2"));
    assert!(!format!("{:?}", imported.warnings).contains("hunter2"));

    let error = crate::support::failure(&with("<hunter2>"));
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn scripts_proxies_and_keepalive_are_ignored_and_what_is_lost_is_told() {
    let text =
        with("up /bin/up\nhttp-proxy 10.0.0.1 8080\nkeepalive 10 60\nroute-nopull\ntls-cipher A");

    let told = told(&text, WarningKind::IgnoredOption);

    assert_eq!(
        told,
        [
            "'up' is ignored: scripts and plugins of a configuration are never run",
            "'http-proxy' is ignored: a proxy is the host program's to choose",
            "'keepalive' is ignored: the gateway's own times count; where it announces none, an idle \
             tunnel over UDP sends nothing, and a gateway that falls silent is not noticed",
            "'route-nopull' is ignored: the routes that the gateway announces are taken all the same",
            "'tls-cipher' is ignored: TLS is spoken with the modern suites, groups and signatures \
             only",
        ]
    );
}

#[test]
fn a_server_that_any_client_could_pose_as_is_told() {
    let unchecked = minimal().replace("remote-cert-tls server\n", "");

    let imported = read(&unchecked);

    assert_eq!(imported.warnings.len(), 1);
    assert_eq!(imported.warnings[0].kind, WarningKind::UncheckedServer);
    let validation = imported.profile.server_validation;
    assert_eq!(validation.usage, CertificateUsage::Any);
    assert_eq!(validation.name, ServerName::Any);
    for check in [
        "verify-x509-name gateway name-prefix",
        "ns-cert-type server",
        "remote-cert-eku serverAuth",
    ] {
        read_silently(&format!("{unchecked}{check}\n"));
    }
}

#[test]
fn a_fingerprint_needs_no_authority() {
    let fingerprint = ["AB"; 32].join(":");
    let other = "cd".repeat(32);
    let text = minimal().replace(ca(), "");
    let text = format!(
        "{text}peer-fingerprint {fingerprint}\n<peer-fingerprint>\n# another\n{other}\n\n</peer-fingerprint>\n"
    );

    let ServerTrust::Fingerprints(found) = read_silently(&text).server_validation.trust else {
        panic!("no fingerprints");
    };

    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, [fingerprint, ["CD"; 32].join(":")]);
    let with_both = format!("{text}{}", ca());
    assert_eq!(
        told(&with_both, WarningKind::IgnoredOption),
        ["'ca' is not used: the fingerprint says whose certificate it is"]
    );
}

#[test]
fn revoked_certificates_are_kept_in_pem() {
    let pem = "-----BEGIN X509 CRL-----\nAA==\n-----END X509 CRL-----\n";
    let inline = format!("<crl-verify>\nThis is a list\r\n{pem}</crl-verify>");
    let of = |imported: p2svpn_profile::Imported| match imported.profile.server_validation.trust {
        ServerTrust::Authorities { revocation, .. } => revocation.unwrap(),
        other => panic!("{other:?}"),
    };

    assert_eq!(of(read(&with(&inline))), pem.as_bytes());
    let der: &[u8] = b"0\x03abc";
    let beside = read_beside(&with("crl-verify list"), &[("list", der)]);
    assert_eq!(
        of(beside.unwrap()),
        b"-----BEGIN X509 CRL-----\nMANhYmM=\n-----END X509 CRL-----\n"
    );
}

#[test]
fn the_direction_beside_the_key_counts_before_key_direction() {
    let beside = |lines: &str| {
        let imported = read_beside(&with(lines), &[("k", STATIC_KEY.as_bytes())]).unwrap();
        match imported.profile.server_validation.wrapping {
            Wrapping::TlsAuth {
                digest, direction, ..
            } => (digest, direction),
            other => panic!("{other:?}"),
        }
    };

    assert_eq!(beside("tls-auth k"), (Digest::Sha1, KeyDirection::Both));
    assert_eq!(
        beside("key-direction 0\ntls-auth k 1\nauth RSA-SHA384"),
        (Digest::Sha384, KeyDirection::One)
    );
    assert_eq!(
        beside("tls-auth k\nkey-direction 0\nauth sha2-512"),
        (Digest::Sha512, KeyDirection::Zero)
    );
}

#[test]
fn a_block_announced_as_inline_is_found_where_it_stands() {
    let text = minimal().replace(ca(), &format!("ca [inline]\n{}", ca()));

    read_silently(&text);
}

#[test]
fn options_after_setenv_opt_count_like_others() {
    let profile = read_silently(&with("setenv opt tun-mtu 1300\nsetenv UV_X y"));

    assert_eq!(profile.protocol.mtu, Some(1300));
}

#[test]
fn connections_override_what_stood_before_them() {
    let text = with(
        "proto tcp\nport 443\n<connection>\nremote a\n</connection>\n\
         <connection>\nremote b 80\nproto udp\nrport 81\n</connection>\nport 1\n",
    );

    let imported = read(&text);

    let servers: Vec<_> = imported
        .profile
        .servers
        .iter()
        .map(|server| (server.to_string(), server.transport()))
        .collect();
    assert_eq!(
        servers,
        [
            ("a:443".to_owned(), Transport::Tcp),
            ("b:80".to_owned(), Transport::Udp)
        ]
    );
    assert_eq!(imported.warnings.len(), 1);
    assert_eq!(imported.warnings[0].position.line, 2);
}

#[test]
fn servers_of_one_protocol_can_be_forced() {
    let profile = read_silently(&with("remote a 443 tcp\nproto-force tcp"));

    assert_eq!(profile.servers.iter().count(), 1);
    assert_eq!(profile.servers.first().host(), "a");
}

#[test]
fn a_password_beside_is_read_and_one_that_is_absent_asked_for() {
    let text = with("auth-user-pass login.txt");
    let username = |imported: &p2svpn_profile::Imported| {
        let Authentication::Password(password) = imported.profile.authentication.selected() else {
            panic!("{imported:?}");
        };
        (password.username.clone(), password.password.is_some())
    };

    let given = read_beside(&text, &[("login.txt", b"alice\r\nsecret\r\n")]).unwrap();
    assert_eq!(username(&given), (Some("alice".to_owned()), true));
    assert_eq!(given.warnings, []);
    let half = read_beside(&text, &[("login.txt", b"alice")]).unwrap();
    assert_eq!(username(&half), (Some("alice".to_owned()), false));
    let absent = read(&text);
    assert_eq!(username(&absent), (None, false));
    assert_eq!(absent.warnings.len(), 1);
    let only_name = read(&with("auth-user-pass username-only"));
    assert_eq!(only_name.warnings, []);
}

#[test]
fn a_certificate_in_the_store_of_windows_is_found_by_its_hash() {
    let digits = "00 11 22 33 44 55 66 77 88 99 AA BB CC DD EE FF 00 11 22 33";
    let profile = read_silently(&with(&format!("cryptoapicert \"THUMB:{digits}\"")));

    let Authentication::CertificateAndPassword(certificate, _) = profile.authentication.selected()
    else {
        panic!("{profile:?}");
    };

    let expected = digits.replace(' ', "").parse().unwrap();
    assert_eq!(certificate.thumbprint, Some(expected));
}

#[test]
fn without_any_sign_in_a_certificate_of_the_host_is_used() {
    let text = minimal().replace("auth-user-pass\n", "");

    let imported = read(&text);

    assert!(matches!(
        imported.profile.authentication.selected(),
        Authentication::Certificate(_)
    ));
    assert_eq!(imported.warnings[0].kind, WarningKind::IgnoredValue);
}

#[test]
fn ciphers_are_those_that_are_spoken() {
    use DataCipher::{Aes128Gcm, Aes192Gcm, Aes256Gcm, ChaCha20Poly1305};
    let cases: [(&str, &[DataCipher]); 7] = [
        ("cipher AES-256-GCM", &[]),
        (
            "cipher AES-128-GCM",
            &[Aes128Gcm, Aes256Gcm, ChaCha20Poly1305],
        ),
        ("ncp-disable\ncipher AES-128-GCM", &[Aes128Gcm]),
        ("data-ciphers aes-192-gcm\ncipher AES-128-GCM", &[Aes192Gcm]),
        (
            "data-ciphers AES-192-GCM:DEFAULT",
            &[Aes192Gcm, Aes256Gcm, Aes128Gcm, ChaCha20Poly1305],
        ),
        (
            "ncp-ciphers AES-192-GCM\ndata-ciphers-fallback AES-256-GCM",
            &[Aes192Gcm, Aes256Gcm],
        ),
        ("data-ciphers-fallback AES-128-GCM", &[]),
    ];
    for (lines, expected) in cases {
        let profile = read_silently(&with(lines));
        assert_eq!(profile.protocol.ciphers, expected, "{lines}");
    }
    assert_eq!(
        told(
            &with("data-ciphers AES-256-CBC:AES-256-GCM"),
            WarningKind::IgnoredOption
        ),
        ["'data-ciphers' names 'AES-256-CBC', which is not spoken here"]
    );
}

#[test]
fn the_marks_of_compression_are_known() {
    let cases = [
        ("comp-lzo no", CompressionFraming::LzoStub),
        ("compress", CompressionFraming::Stub),
        ("compress stub", CompressionFraming::Stub),
        ("compress stub-v2", CompressionFraming::StubV2),
        ("compress migrate", CompressionFraming::None),
        ("allow-compression no", CompressionFraming::None),
    ];
    for (line, expected) in cases {
        let profile = read_silently(&with(line));
        assert_eq!(profile.protocol.compression, expected, "{line}");
    }
}

#[test]
fn mssfix_is_known_in_its_three_meanings() {
    let cases = [
        ("mssfix", MssFix::Usual),
        ("mssfix 0", MssFix::Off),
        ("mssfix 1400", MssFix::Packet(1400)),
        ("mssfix 1400 mtu", MssFix::Mtu(1400)),
        ("mssfix 1400 fixed", MssFix::Fixed(1400)),
    ];
    for (line, expected) in cases {
        assert_eq!(read_silently(&with(line)).protocol.mssfix, expected);
    }
}

#[test]
fn routes_that_no_profile_can_have_are_told() {
    let text = with(
        "route intranet.example.org\nroute remote_host\nroute 10.1.2.3 255.0.0.0\n\
         route 10.2.0.0 255.255.0.0 10.9.9.9\nredirect-gateway block-local",
    );

    let imported = read(&text);

    let told: Vec<_> = imported
        .warnings
        .iter()
        .map(|told| &*told.message)
        .collect();
    assert_eq!(
        told,
        [
            "'route' leads to 'intranet.example.org', a name and no address; the route is left out",
            "'route' leads to 'remote_host', a name and no address; the route is left out",
            "'route' names 10.1.2.3/8, whose address has bits beyond its mask; they were cleared",
            "'route' names a gateway of its own; the route leads into the tunnel instead",
            "'redirect-gateway' wants the local network blocked ('block-local'); it stays reachable",
        ]
    );
    let routes: Vec<_> = imported
        .profile
        .include_routes
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(routes, ["10.0.0.0/8", "10.2.0.0/16", "0.0.0.0/0"]);
}

#[test]
fn redirecting_only_ipv6_leaves_ipv4_alone() {
    let profile = read_silently(&with("redirect-gateway ipv6 !ipv4\nredirect-private"));

    let routes: Vec<_> = profile
        .include_routes
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(routes, ["::/0"]);
}

#[test]
fn dns_servers_with_the_lowest_number_override_those_of_dhcp() {
    let text = with(
        "dhcp-option DNS 10.0.0.1\ndns server 2 address 10.0.0.2\n\
         dns server -1 address 10.0.0.3:53 [fd00::3]:53 [fd00::4] 10.0.0.4:5353\n\
         dns server -1 resolve-domains .corp.example lab.example\n\
         dns server -1 transport DoT\ndns server -1 dnssec yes\ndns server -1 sni dns.example\n\
         dhcp-option WINS 10.0.0.9",
    );

    let imported = read(&text);

    let servers = &imported.profile.dns_servers;
    let servers: Vec<_> = servers.iter().map(ToString::to_string).collect();
    assert_eq!(servers, ["10.0.0.3", "fd00::3", "fd00::4"]);
    let suffixes = &imported.profile.dns_suffixes;
    let suffixes: Vec<_> = suffixes.iter().map(ToString::to_string).collect();
    assert_eq!(suffixes, ["corp.example", "lab.example"]);
    let told: Vec<_> = imported
        .warnings
        .iter()
        .map(|told| &*told.message)
        .collect();
    assert_eq!(
        told,
        [
            "'dns' '10.0.0.4:5353' is left out: only port 53 is asked",
            "'dns' wants the transport 'DoT'; it is asked in plain",
            "'dns' wants DNSSEC, which is the machine's to check",
            "'dhcp-option' 'WINS' has no effect here",
        ]
    );
}

#[test]
fn a_file_with_certificate_and_key_is_parted_into_both() {
    let both = crate::variants::PIVPN
        .split_once("<cert>\n")
        .and_then(|(_, rest)| rest.split_once("</cert>"))
        .map(|(certificate, _)| {
            format!("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n{certificate}")
        })
        .unwrap();
    let text = |tag: &str| format!("<{tag}>\n{both}</{tag}>\n");
    let without = ["cert", "key"]
        .iter()
        .fold(crate::variants::PIVPN.to_owned(), |text, tag| {
            let start = text.find(&format!("<{tag}>")).unwrap();
            let end = text.find(&format!("</{tag}>")).unwrap() + tag.len() + 3;
            format!("{}{}", &text[..start], &text[end..])
        });

    let profile = read(&format!("{without}\n{}{}", text("cert"), text("key"))).profile;

    let Authentication::Certificate(certificate) = profile.authentication.selected() else {
        panic!("{:?}", profile.authentication);
    };
    let Some(p2svpn_profile::ClientIdentity::Pem { certificates, key }) = &certificate.identity
    else {
        panic!("{certificate:?}");
    };
    assert!(!certificates.contains("PRIVATE KEY"), "{certificates}");
    assert!(certificates.starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(!key.as_str().contains("CERTIFICATE"));
}

#[test]
fn a_key_among_revoked_certificates_is_not_kept() {
    let list = "-----BEGIN X509 CRL-----\nAA==\n-----END X509 CRL-----\n";
    let key = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n";

    let profile = read(&with(&format!("<crl-verify>\n{key}{list}</crl-verify>"))).profile;

    let ServerTrust::Authorities { revocation, .. } = profile.server_validation.trust else {
        panic!("no authorities");
    };
    assert_eq!(revocation.unwrap(), list.as_bytes());
}

#[test]
fn debug_prints_no_secret() {
    let shown = format!("{:?}", read(crate::support::EVERYTHING));
    assert!(!shown.contains("correct horse") && !shown.contains("PRIVATE KEY"));
    let shown = format!("{:?}", read(AZURE_2026));
    let digits = STATIC_KEY.lines().nth(1).unwrap();
    assert!(!shown.contains(digits));
}
