use std::collections::BTreeMap;
use std::fs;

use base64ct::{Base64, Encoding as _};
use serde_json::Value;

use super::folder;
use crate::fuzz::TARGETS;
use crate::fuzz::keys::client_key;
use crate::packet::{AckList, ControlPacket, KeyId, Opcode, Role, SessionId};
use crate::wrap::{Wrapper, Wrapping};

const CAPTURES: &str = include_str!("../../../tests/vectors/openvpn-live.json");

/// By target and name.
type Seeds = BTreeMap<(&'static str, String), Vec<u8>>;

/// `P2SVPN_BLESS=1 cargo test -p p2svpn-openvpn seeds` writes them.
#[test]
fn the_committed_seeds_are_those_made_here() {
    let root = folder().join("seeds");
    let seeds = seeds();
    if std::env::var_os("P2SVPN_BLESS").is_some() {
        for ((target, name), bytes) in &seeds {
            fs::create_dir_all(root.join(target)).unwrap();
            fs::write(root.join(target).join(name), bytes).unwrap();
        }
    }
    for target in TARGETS.iter().map(|target| target.name) {
        for entry in fs::read_dir(root.join(target)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let made = seeds.get(&(target, name));
            let is_so = made.is_some_and(|made| *made == fs::read(&path).unwrap());
            assert!(is_so, "{}: make it anew, or delete it", path.display());
        }
    }
    for (target, name) in seeds.keys() {
        let path = root.join(target).join(name);
        assert!(path.is_file(), "{} is missing", path.display());
    }
}

#[test]
fn the_seeds_are_small() {
    let together: usize = seeds().values().map(Vec::len).sum();
    assert!(together < 300 * 1024, "{together} bytes");
}

fn seeds() -> Seeds {
    let mut seeds = Seeds::new();
    for capture in serde_json::from_str::<Vec<Value>>(CAPTURES).unwrap() {
        add_capture(&mut seeds, &capture);
    }
    add_streams(&mut seeds);
    add_texts(&mut seeds);
    add_key_files(&mut seeds);
    add_operations(&mut seeds);
    // The first segment of a TCP connection that announces 1460 bytes, over IPv4 and behind a header of IPv6.
    let segment = "9c400050000000010000000070020000aaaa0000020405b401010402";
    let over_ipv4 = format!("450000300001400040060000c0a80001c0a80002{segment}");
    let over_ipv6 = format!(
        "6000000000240040{}0600000000000000{segment}",
        "fd".repeat(32)
    );
    for (name, packet) in [
        ("ipv4-syn", over_ipv4.as_str()),
        ("ipv6-syn-behind-options", &over_ipv6),
        ("ping", "2a187bf3641eb4cb07ed2d0a981fc748"),
        ("exit", "287f346bd4ef7a812d56b8d3afc5459c06"),
        ("not-ip", "501000"),
    ] {
        add_tunnel(&mut seeds, name, &unhex(&packet.into()));
    }
    add_sessions(&mut seeds);
    seeds
}

/// What a captured session holds for each target.
fn add_capture(seeds: &mut Seeds, capture: &Value) {
    let name = capture["name"].as_str().unwrap();
    let mut add = |target, suffix: String, bytes| {
        seeds.insert((target, format!("{name}{suffix}")), bytes);
    };
    let packets = capture["first_control_packets"].as_array().unwrap();
    let packets: Vec<Vec<u8>> = packets.iter().map(|packet| unhex(&packet[1])).collect();
    if capture["wrap"] == "none" {
        for (number, packet) in packets.iter().enumerate() {
            add("packet", format!("-{number}"), packet.clone());
        }
    }
    let stream = packets.iter().flat_map(|packet| block(packet)).collect();
    add("frame", String::new(), stream);
    let foreign = packets
        .iter()
        .flat_map(|packet| [vec![0], block(packet)].concat());
    let kind = match capture["wrap"].as_str().unwrap() {
        "none" => 0,
        "auth" => 1,
        _ if capture.get("wkc").is_some() => 7,
        _ => 5,
    };
    add(
        "unwrap",
        String::new(),
        [kind].into_iter().chain(foreign).collect(),
    );

    for side in ["client", "server"] {
        let message = unhex(&capture[format!("key_method2_{side}_plaintext")]);
        let text = String::from_utf8_lossy(&message[69..]).into_owned();
        add("text", format!("-{side}"), text.into_bytes());
        add("key_method", format!("-{side}"), message);
    }
    let push = capture["push_reply"].as_str().unwrap();
    add("push_reply", String::new(), push.as_bytes().to_vec());
    add(
        "control_message",
        String::new(),
        [&[40], push.as_bytes(), &[0]].concat(),
    );
    let sealed = ["data_client_to_server", "data_server_to_client"]
        .iter()
        .flat_map(|way| capture[way].as_array().unwrap())
        .flat_map(|pair| [vec![0], block(&unhex(&pair[0]))].concat());
    let is_epoch = capture["epoch_format"].as_bool().unwrap();
    let kind = u8::from(!capture["peer_id"].is_null()) | u8::from(is_epoch) << 1;
    add(
        "data",
        String::new(),
        [kind].into_iter().chain(sealed).collect(),
    );
}

/// IP packets, with the byte that stands for the format and the size that the tunnel takes.
fn add_tunnel(seeds: &mut Seeds, name: &str, packet: &[u8]) {
    for kind in [0x00, 0x12, 0x21, 0x33, 0x0c] {
        let bytes = [&[kind, 0x02, 0x58], packet].concat();
        seeds.insert(("tunnel", format!("{name}-{kind:02x}")), bytes);
    }
}

fn add_streams(seeds: &mut Seeds) {
    for (name, bytes) in [
        ("one-byte-packets", &[0, 1, 7, 0, 1, 8, 0, 1, 9][..]),
        ("cut-in-the-length", &[0, 2, 1, 2, 0]),
        ("cut-in-the-packet", &[0, 9, 1]),
        ("out-of-step", &[0, 1, 7, 0, 0, 5]),
        ("longest", &[0xff, 0xff, 1, 2, 3]),
    ] {
        seeds.insert(("frame", name.to_owned()), bytes.to_vec());
    }
}

fn add_texts(seeds: &mut Seeds) {
    for (name, lines) in [
        (
            "routes",
            "PUSH_REPLY,route 10.1.0.0 255.255.0.0 vpn_gateway 5,route-ipv6 fd00::/8 fe80::1 3,route-metric 7,redirect-gateway def1 bypass-dhcp ipv6 block-local,redirect-private def1,block-ipv6,route-gateway dhcp,route-ipv6-gateway fe80::1",
        ),
        (
            "addresses",
            "PUSH_REPLY,ifconfig 10.8.0.6 10.8.0.5,ifconfig-ipv6 fd00::2/64 fd00::1,topology net30,tun-mtu 1400,peer-id 16777214",
        ),
        (
            "names",
            "PUSH_REPLY,dhcp-option DNS 10.0.0.53,dhcp-option DNS6 fd00::53,dhcp-option DOMAIN example.com,dhcp-option DOMAIN-SEARCH a.example,dhcp-option ADAPTER_DOMAIN_SUFFIX b.example,dns search-domains c.example,dns server 1 address 10.0.0.1:5353 [fd00::1]:53,dns server 1 resolve-domains d.example,dns server 1 dnssec optional,dns server 1 transport DoT,dns server 1 sni dns.example,block-outside-dns",
        ),
        (
            "times",
            "PUSH_REPLY,ping 10,ping-restart 60,ping-exit 120,inactive 600 1000,session-timeout 3600,explicit-exit-notify 2,reneg-sec 0,tran-window 60,echo x,setenv a b",
        ),
        (
            "keys",
            "PUSH_REPLY,cipher AES-256-GCM,auth SHA256,key-derivation tls-ekm,protocol-flags cc-exit tls-ekm dyn-tls-crypt aead-epoch,auth-token SESS_ID_AA==,auth-token-user YWxpY2U=,comp-lzo no,compress stub-v2,compress lz4",
        ),
        (
            "parts",
            "PUSH_REPLY,route 10.0.0.0,push-continuation 2\nPUSH_REPLY,ifconfig 10.8.0.2 255.255.255.0,push-continuation 1",
        ),
        (
            "quotes",
            "PUSH_REPLY,dhcp-option DOMAIN \"a b\",dhcp-option DOMAIN 'a\\,b',route \"10.0.0.0\" ,, ifconfig\\ x",
        ),
        (
            "update",
            "PUSH_UPDATE,-route,?dns server 0 address 1.1.1.1,ifconfig 10.8.0.3 255.255.255.0,push-continuation 1",
        ),
    ] {
        seeds.insert(("push_reply", name.to_owned()), lines.into());
        let message = [&[7], lines.replace('\n', "\0").as_bytes(), &[0]].concat();
        seeds.insert(("control_message", name.to_owned()), message);
    }
    for (name, message) in [
        ("failed", "AUTH_FAILED"),
        ("failed-why", "AUTH_FAILED,your account is locked"),
        (
            "failed-temporarily",
            "AUTH_FAILED,TEMP[backoff 42,advance addr]: no room",
        ),
        ("failed-session", "AUTH_FAILED,SESSION:Session expired"),
        (
            "challenge",
            "AUTH_FAILED,CRV1:R,E:Om01u7Fh4LrGBS7uh0SWmzwabUiGiW6l:Y3Ix:Please enter token",
        ),
        ("pending", "AUTH_PENDING,timeout 120"),
        ("restart", "RESTART,[P]:server restarts"),
        ("halt", "HALT,[N]:go away"),
        ("exit", "EXIT"),
        (
            "info",
            "INFO,hello\0INFO_PRE,CR_TEXT:R,E:Enter your token\0INFO_PRE,WEB_AUTH::https://sso.example/x\0INFO_PRE,OPEN_URL:https://sso.example/y",
        ),
        ("response", "CR_RESPONSE,MTIzNDU2"),
        ("request", "PUSH_REQUEST"),
    ] {
        let plaintext = [&[3], message.as_bytes(), &[0]].concat();
        seeds.insert(("control_message", name.to_owned()), plaintext);
        let text = message.strip_prefix("AUTH_FAILED,").unwrap_or(message);
        seeds.insert(("text", name.to_owned()), text.into());
    }
    seeds.insert(
        ("text", "peer-info".to_owned()),
        b"IV_VER=2.7.0\nIV_PLAT=linux\nIV_NCP=2\nIV_TCPNL=1\nIV_MTU=1600\nIV_CIPHERS=AES-256-GCM:CHACHA20-POLY1305\nIV_PROTO=8094\nIV_SSO=webauth,crtext\n".into(),
    );
    seeds.insert(
        ("text", "options".to_owned()),
        b"V4,dev-type tun,link-mtu 1543,tun-mtu 1500,proto TCPv4_CLIENT,keydir 1,cipher AES-256-GCM,auth SHA256,keysize 256,tls-auth,key-method 2,tls-client".into(),
    );
}

fn add_key_files(seeds: &mut Seeds) {
    let digits: String = static_bytes(1)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let lines: Vec<&str> = digits
        .as_bytes()
        .chunks(32)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let pem = |label: &str, body: &str| {
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n").into_bytes()
    };
    let wrapped = wrapped_client_key();
    let client = [&static_bytes(11)[..], &wrapped].concat();
    let server: [u8; 128] = std::array::from_fn(|index| index as u8);
    for (name, bytes) in [
        ("static", pem("OpenVPN Static key V1", &lines.join("\n"))),
        ("hex", digits.clone().into_bytes()),
        (
            "tls-crypt-v2-client",
            pem(
                "OpenVPN tls-crypt-v2 client key",
                &Base64::encode_string(&client),
            ),
        ),
        (
            "tls-crypt-v2-server",
            pem(
                "OpenVPN tls-crypt-v2 server key",
                &Base64::encode_string(&server),
            ),
        ),
        ("wrapped", wrapped),
        (
            "no-end",
            b"-----BEGIN OpenVPN Static key V1-----\n00".to_vec(),
        ),
    ] {
        seeds.insert(("key_file", name.to_owned()), bytes);
    }
}

/// What a client of tls-crypt-v2 puts behind its first packet.
fn wrapped_client_key() -> Vec<u8> {
    let wrapping = Wrapping::TlsCryptV2 {
        client_key: client_key(b"seed"),
    };
    let mut wrapper = Wrapper::new(&wrapping, Role::Client);
    let reset = ControlPacket {
        opcode: Opcode::HardResetClientV3,
        key_id: KeyId::FIRST,
        session_id: SessionId::from_bytes([1; 8]).unwrap(),
        acks: AckList::default(),
        peer_session_id: None,
        message_id: Some(0),
        payload: &[],
    };
    let mut wire = Vec::new();
    wrapper.wrap(&reset, 1, &mut wire).unwrap();
    wire.split_off(wire.len() - wrapper.client_key_len())
}

/// Streams of operations, as the targets read them.
fn add_operations(seeds: &mut Seeds) {
    for kind in 0..8 {
        for receiving in [0, 0x80] {
            // A packet that brings a key, one with acknowledgements, an acknowledgement, a change, a repetition.
            let mut bytes = vec![kind | receiving];
            for opcode in [2, 0, 1, 4] {
                bytes.extend([2, opcode, 0, 0, 0, 0, 0, opcode]);
                bytes.extend(block(b"payload"));
                bytes.extend([0x60, 0, 0, 1]);
            }
            bytes.extend([2, 6, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0x60, 0, 0, 1]);
            bytes.extend([3, 4, 0, 0, 0, 0, 0, 9, 0, 0, 0x60, 0, 0, 1, 0, 30, 1]);
            bytes.extend([1, 0, 1, 1]);
            let side = if receiving == 0 { "client" } else { "gateway" };
            seeds.insert(("unwrap", format!("kind-{kind}-{side}")), bytes);
        }
        let bytes = [
            &[kind << 1 & 0x0f | kind & 1][..],
            &[
                2, 20, 3, 0, 2, 100, 5, 0x15, 0x25, 5, 0x18, 0, 20, 1, 0x0a, 0, 9, 14, 5,
            ],
            &[
                11, 1, 12, 1, 2, 9, 5, 11, 2, 12, 2, 13, 1, 2, 9, 5, 0x15, 0x75,
            ],
        ]
        .concat();
        seeds.insert(("data", format!("kind-{kind}")), bytes);
    }
    for (name, bytes) in [
        ("in-order", &[0, 0, 0, 0, 3, 3, 3, 5, 5, 5, 0x29, 0x0a][..]),
        (
            "reversed",
            &[0, 0, 1, 2, 0, 3, 3, 3, 3, 0x35, 0x25, 0x15, 5, 0x89, 10],
        ),
        (
            "lost",
            &[
                1, 0, 0, 3, 3, 8, 8, 12, 0x10, 0, 3, 3, 5, 5, 0x49, 11, 12, 4, 0, 3, 5,
            ],
        ),
        ("repeated", &[0, 0, 3, 7, 7, 7, 0x19, 0x19, 10, 10, 10]),
        (
            "foreign",
            &[
                0, 0, 3, 14, 0, 0, 1, 0, 14, 255, 255, 255, 255, 13, 0, 0, 0, 0, 15, 3,
            ],
        ),
    ] {
        seeds.insert(("reliability", name.to_owned()), bytes.to_vec());
    }
}

/// Sessions of every wrapping, and what may befall them.
fn add_sessions(seeds: &mut Seeds) {
    for kind in 0..=0x3f {
        let features = [0, 3, 12, 16, 32, 0x44, 0x82, 1][usize::from(kind & 7)];
        // Established, packets both ways, two keepalives, more packets.
        let bytes = [
            &[kind, features, 0x65],
            &[0, 20, 0x94, 0, 16, 0, 11, 16, 0, 11][..],
            &[0, 20, 0x94, 0],
        ]
        .concat();
        seeds.insert(("session", format!("kind-{kind:02x}")), bytes);
    }
    let hard = |kind, steps: &[u8]| [&[kind, 0, 0][..], steps].concat();
    for (name, bytes) in [
        (
            "every-other-lost",
            hard(
                2,
                &[
                    3, 6, 0x83, 0x86, 17, 3, 6, 0x83, 0x86, 17, 3, 6, 0x83, 17, 17, 0,
                ],
            ),
        ),
        (
            "repeated",
            hard(2, &[7, 0x87, 7, 0x87, 7, 0x87, 12, 0, 12, 1, 0x8c, 1, 0]),
        ),
        (
            "reordered",
            hard(10, &[3, 0x83, 8, 0x88, 8, 0x88, 3, 3, 3, 0x83, 0x83, 0]),
        ),
        (
            "changed",
            hard(
                2,
                &[3, 0x89, 0, 9, 1, 9, 0, 40, 0x80, 0x89, 0, 60, 4, 17, 0],
            ),
        ),
        ("cut", hard(0, &[3, 0x8b, 0, 13, 11, 0, 20, 17, 17, 0])),
        (
            "made-up",
            hard(
                0,
                &[
                    &[14][..],
                    &block(&[0x38, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0]),
                    &[0x8e],
                    &block(&[0x40, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0]),
                    &[0],
                ]
                .concat(),
            ),
        ),
        ("silent", hard(3, &[6, 17, 6, 17, 6, 17, 6, 17])),
        ("refused", hard(2, &[22, 1, 0])),
        ("hesitant", hard(2, &[22, 2, 0, 16, 0, 30, 22, 0, 0])),
        ("closed", hard(3, &[0, 25, 2, 0, 25, 3])),
        ("lost-transport", hard(3, &[3, 0x83, 25, 3, 0])),
        ("admitted-twice", hard(2, &[0, 0x99, 6, 0])),
        (
            "rekey-by-client",
            hard(2, &[0, 26, 0, 20, 0x94, 0, 16, 0, 100, 0, 20, 0x94, 0]),
        ),
        (
            "rekey-by-both-with-loss",
            hard(
                2,
                &[
                    0, 26, 0x9a, 6, 0x83, 20, 6, 17, 3, 0x83, 0x86, 17, 0, 0x94, 0,
                ],
            ),
        ),
        (
            "rekey-repeated",
            hard(4, &[0, 26, 7, 0x87, 7, 26, 12, 9, 12, 0, 0, 20, 0x94, 0]),
        ),
        (
            "rekey-often",
            hard(
                15,
                &[
                    0, 26, 0, 16, 0, 70, 0x9a, 0, 16, 0, 70, 26, 0, 20, 0, 16, 0, 70, 26, 0, 0x94,
                    0,
                ],
            ),
        ),
        (
            "rekey-by-the-clock",
            [
                &[6, 0, 0x0d][..],
                &[
                    0, 16, 0, 10, 0, 20, 0x94, 0, 16, 0, 10, 0, 17, 0, 17, 0, 17, 0,
                ],
            ]
            .concat(),
        ),
        ("exhausted", hard(2, &[0, 25, 5, 0])),
    ] {
        seeds.insert(("session", name.to_owned()), bytes);
    }
    for (name, message) in [
        ("restart", &b"RESTART,[N]\0"[..]),
        ("halt", b"HALT\0"),
        ("exit", b"EXIT\0"),
        ("auth-failed", b"AUTH_FAILED,CRV1:R:S:dQ==:t\0"),
        (
            "second-push",
            b"PUSH_REPLY,ifconfig 10.9.0.2 255.255.255.0\0",
        ),
        ("update", b"PUSH_UPDATE,-route,ping 5\0"),
        ("unended", b"PUSH_REPLY,route"),
        ("key-exchange-again", b"\0\0\0\0\x02"),
    ] {
        let bytes = [
            &[2, 0, 0, 0, 0x97][..],
            &block(message),
            &[0, 23],
            &block(message),
            &[0],
        ]
        .concat();
        seeds.insert(("session", format!("says-{name}")), bytes);
        let early = [
            &[2, 0, 0, 3, 0x83, 3, 0x83, 0x97][..],
            &block(message),
            &[0],
        ]
        .concat();
        seeds.insert(("session", format!("says-early-{name}")), early);
    }
}

/// Behind its length of two bytes.
fn block(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes(), bytes].concat()
}

fn unhex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap().as_bytes();
    let digit = |digit: u8| char::from(digit).to_digit(16).unwrap() as u8;
    digits
        .chunks(2)
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

fn static_bytes(seed: u8) -> [u8; 256] {
    std::array::from_fn(|index| (index as u8).wrapping_mul(7).wrapping_add(seed))
}
