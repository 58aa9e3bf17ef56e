//! Promises of `LeakGuard`, each proven in a network namespace that the test makes for itself, by what comes out at the other end of
//! the cable.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[allow(dead_code, reason = "shared with the tests of the interface")]
mod namespace;

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use namespace::{in_namespace, ip};
use p2svpn_system::{GuardRules, GuardedGateway, Journal, LeakGuard, SystemError};
use socket2::{Domain, Protocol, Socket, Type};

const GATEWAY: &str = "203.0.113.7:443";

#[test]
fn only_the_gateway_is_reached_while_the_guard_is_up() {
    guarded(async || {
        let capture = Capture::start();
        assert_eq!(talk(&capture), everything());

        let guard = LeakGuard::raise(rules(), None).await.unwrap();
        assert_eq!(talk(&capture), ["203.0.113.7 tcp 443"]);

        guard.lower().await.unwrap();
        assert_eq!(talk(&capture), everything());
    });
}

#[test]
fn programs_are_refused_at_once() {
    guarded(async || {
        let _guard = LeakGuard::raise(rules(), None).await.unwrap();

        for address in ["198.51.100.9:80", "[2001:db8:9::9]:80"] {
            let address: SocketAddr = address.parse().unwrap();
            let error = TcpStream::connect_timeout(&address, Duration::from_secs(5)).unwrap_err();
            assert_ne!(error.kind(), ErrorKind::TimedOut, "{address}");
        }
    });
}

#[test]
fn the_tunnel_and_excluded_networks_are_open_but_for_dns() {
    guarded(async || {
        ip("link set tunnel up");
        ip("addr add 172.31.0.2/24 dev tunnel");
        let capture = Capture::start();
        let mut guard = LeakGuard::raise(rules(), None).await.unwrap();
        let with_tunnel = GuardRules {
            tunnel: Some("tunnel".to_owned()),
            excludes: vec![
                "198.51.100.0/24".parse().unwrap(),
                "2001:db8:9::/48".parse().unwrap(),
            ],
            ..rules()
        };
        assert!(send("172.31.0.9:53").is_err());

        guard.change(with_tunnel.clone()).await.unwrap();

        assert_eq!(guard.rules(), &with_tunnel);
        send("172.31.0.9:53").unwrap();
        assert_eq!(
            talk(&capture),
            [
                "198.51.100.9 tcp 80",
                "198.51.100.9 udp 9",
                "2001:db8:9::9 tcp 80",
                "2001:db8:9::9 udp 9",
                "203.0.113.7 tcp 443",
            ]
        );
    });
}

#[test]
fn the_local_network_is_open_by_option_but_for_dns() {
    guarded(async || {
        let capture = Capture::start();
        let with_local = GuardRules {
            allows_local_network: true,
            ..rules()
        };
        let mut guard = LeakGuard::raise(with_local, None).await.unwrap();
        assert_eq!(
            talk(&capture),
            [
                "192.168.1.9 tcp 80",
                "192.168.1.9 udp 9",
                "203.0.113.7 tcp 443"
            ]
        );

        guard.change(rules()).await.unwrap();

        assert_eq!(talk(&capture), ["203.0.113.7 tcp 443"]);
    });
}

#[test]
fn nothing_slips_through_while_the_rules_change() {
    guarded(async || {
        let capture = Capture::start();
        let mut guard = LeakGuard::raise(rules(), None).await.unwrap();
        let (over, sent) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(0)),
        );
        let sender = {
            let (over, sent) = (Arc::clone(&over), Arc::clone(&sent));
            let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let _ = socket.send_to(b"secret", "198.51.100.9:9");
                    sent.fetch_add(1, Ordering::Relaxed);
                }
            })
        };

        for turn in 0_u16..300 {
            let gateway = SocketAddr::new("203.0.113.7".parse().unwrap(), 1_000 + turn);
            let changed = GuardRules {
                gateways: vec![GuardedGateway {
                    address: gateway,
                    is_udp: turn % 2 == 0,
                }],
                ..rules()
            };
            guard.change(changed).await.unwrap();
        }
        over.store(true, Ordering::Relaxed);
        sender.join().unwrap();

        assert!(sent.load(Ordering::Relaxed) > 1_000);
        assert_eq!(capture.take(), Vec::<String>::new());
    });
}

#[test]
fn connections_that_were_open_before_are_held_too() {
    guarded(async || {
        let capture = Capture::start();
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        socket.connect("198.51.100.9:9").unwrap();
        socket.send(b"before").unwrap();
        assert_eq!(capture.take(), ["198.51.100.9 udp 9"]);

        let _guard = LeakGuard::raise(rules(), None).await.unwrap();

        let _ = socket.send(b"secret");
        assert_eq!(capture.take(), Vec::<String>::new());
    });
}

#[test]
fn nothing_is_forwarded_for_others_by_default() {
    guarded(async || {
        let _guard = LeakGuard::raise(rules(), None).await.unwrap();

        let listed = nft("list ruleset");

        let forward = listed.split("chain forward").nth(1).unwrap();
        assert!(forward.contains("hook forward priority filter; policy drop"));
        assert!(!forward.contains("accept"), "{forward}");
    });
}

#[test]
fn it_goes_with_its_owner_and_nobody_else_can_take_it_away() {
    guarded(async || {
        nft("add table inet of_somebody_else");
        let before = nft("list ruleset");
        let guard = LeakGuard::raise(rules(), None).await.unwrap();
        let table = nft("list tables");
        let name = table
            .lines()
            .find(|line| line.contains("p2svpn_guard"))
            .unwrap();
        let deleted = Command::new("/usr/sbin/nft")
            .args(["delete".to_owned(), name.to_owned()])
            .output()
            .unwrap();
        assert!(!deleted.status.success());

        drop(guard);

        // The kernel takes it away when the process that owns it has ended.
        while nft("list ruleset") != before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}

#[test]
fn one_that_shall_outlast_a_kill_does_until_somebody_recovers() {
    guarded(async || {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_folder(folder.path().join("journal"));
        nft("add table inet of_somebody_else");
        let before = nft("list ruleset");
        let guard = LeakGuard::raise(rules(), Some(journal.clone()))
            .await
            .unwrap();
        assert!(journal.recover().await.unwrap().is_empty(), "it is in use");
        let capture = Capture::start();

        // As a kill does: nothing is undone, and its lock is gone.
        drop(guard);

        assert_eq!(talk(&capture), ["203.0.113.7 tcp 443"]);
        let recovered = journal.recover().await.unwrap();
        assert_eq!(recovered.undone.len(), 1, "{recovered}");
        assert_eq!(nft("list ruleset"), before);
        assert_eq!(talk(&capture), everything());
        assert_eq!(std::fs::read_dir(journal.folder()).unwrap().count(), 0);
    });
}

#[test]
fn two_guards_hold_together_and_each_goes_by_itself() {
    guarded(async || {
        let capture = Capture::start();
        let first = LeakGuard::raise(rules(), None).await.unwrap();
        let second = LeakGuard::raise(GuardRules::default(), None).await.unwrap();
        assert_eq!(talk(&capture), Vec::<String>::new());

        second.lower().await.unwrap();
        assert_eq!(talk(&capture), ["203.0.113.7 tcp 443"]);
        first.lower().await.unwrap();

        assert_eq!(talk(&capture), everything());
    });
}

#[test]
fn thousands_of_excluded_networks_are_one_step() {
    guarded(async || {
        let excludes = (0..4_000).map(|number| {
            let network = format!("100.{}.{}.0/25", number / 256, number % 256);
            network.parse().unwrap()
        });
        let excluding = GuardRules {
            excludes: excludes.collect(),
            ..rules()
        };

        let guard = LeakGuard::raise(excluding, None).await.unwrap();

        assert!(nft("list ruleset").contains("100.15.159.0/25"));
        guard.lower().await.unwrap();
    });
}

#[test]
fn an_interface_whose_name_could_be_more_than_a_word_is_refused() {
    guarded(async || {
        for name in [
            "",
            "a b",
            "x\" accept; add rule inet y z accept; #",
            "a;b",
            "t\u{e9}",
        ] {
            let odd = GuardRules {
                tunnel: Some(name.to_owned()),
                ..rules()
            };
            let refused = LeakGuard::raise(odd, None).await.unwrap_err();
            assert!(matches!(refused, SystemError::Refused { .. }), "{refused}");
        }
        assert_eq!(nft("list ruleset"), "");
    });
}

#[test]
fn without_the_privilege_it_says_which_one_is_missing() {
    guarded(async || {
        namespace::drop_capabilities();

        let refused = LeakGuard::raise(rules(), None).await.unwrap_err();

        assert!(
            matches!(
                refused,
                SystemError::PermissionDenied {
                    capability: "CAP_NET_ADMIN",
                    ..
                }
            ),
            "{refused}"
        );
    });
}

fn guarded<F: AsyncFnOnce() + Send + 'static>(test: F) {
    if !p2svpn_house::require_program("nft", "the leak guard is a table of nftables") {
        return;
    }
    in_namespace(async || {
        ip("addr add 2001:db8:1::2/64 dev uplink nodad");
        ip("route add default via 2001:db8:1::1 dev uplink");
        // Whom packets go to need not be asked for.
        for neighbour in ["192.168.1.1", "192.168.1.9", "2001:db8:1::1"] {
            ip(&format!(
                "neigh add {neighbour} lladdr 02:00:00:00:00:01 dev uplink nud permanent"
            ));
        }
        test().await;
    });
}

fn rules() -> GuardRules {
    GuardRules {
        gateways: vec![GuardedGateway {
            address: GATEWAY.parse().unwrap(),
            is_udp: false,
        }],
        ..GuardRules::default()
    }
}

/// Tries to reach everybody, and returns whom the cable has seen packets to.
fn talk(capture: &Capture) -> Vec<String> {
    capture.take();
    for host in ["198.51.100.9", "192.168.1.9", "[2001:db8:9::9]"] {
        for port in [53, 9] {
            let _ = send(&format!("{host}:{port}"));
        }
        call(&format!("{host}:80"));
        call(&format!("{host}:853"));
    }
    call(GATEWAY);
    call("203.0.113.7:80");
    let _ = send(GATEWAY);
    capture.take()
}

/// What `talk` reaches where nothing is in its way.
fn everything() -> Vec<String> {
    let mut all = vec![
        "203.0.113.7 tcp 443".to_owned(),
        "203.0.113.7 tcp 80".to_owned(),
        "203.0.113.7 udp 443".to_owned(),
    ];
    for host in ["198.51.100.9", "192.168.1.9", "2001:db8:9::9"] {
        for way in ["tcp 80", "tcp 853", "udp 53", "udp 9"] {
            all.push(format!("{host} {way}"));
        }
    }
    all.sort();
    all
}

fn send(address: &str) -> std::io::Result<usize> {
    let address: SocketAddr = address.parse().unwrap();
    let any = if address.is_ipv4() {
        "0.0.0.0:0"
    } else {
        "[::]:0"
    };
    UdpSocket::bind(any)?.send_to(b"secret", address)
}

/// Sends the first packet of a TCP connection.
fn call(address: &str) {
    let address: SocketAddr = address.parse().unwrap();
    let _ = TcpStream::connect_timeout(&address, Duration::from_millis(1));
}

fn nft(words: &str) -> String {
    let output = Command::new("/usr/sbin/nft")
        .args(words.split(' '))
        .output()
        .unwrap();
    assert!(output.status.success(), "nft {words}");
    String::from_utf8(output.stdout).unwrap()
}

/// What comes out at the other end of the cable.
struct Capture {
    socket: Socket,
}

impl Capture {
    fn start() -> Self {
        // ETH_P_ALL in network order; without the link's header.
        let protocol = Protocol::from(i32::from((libc::ETH_P_ALL as u16).to_be()));
        let socket = Socket::new(Domain::PACKET, Type::DGRAM, Some(protocol)).unwrap();
        let shown = ip("-o link show router");
        let index: i32 = shown.split(':').next().unwrap().parse().unwrap();
        // SAFETY: the address is a sockaddr_ll of its own length, all of whose fields are set.
        let ((), address) = unsafe {
            socket2::SockAddr::try_init(|storage, length| {
                let link = storage.cast::<libc::sockaddr_ll>();
                link.write(libc::sockaddr_ll {
                    sll_family: libc::AF_PACKET as u16,
                    sll_protocol: (libc::ETH_P_ALL as u16).to_be(),
                    sll_ifindex: index,
                    sll_hatype: 0,
                    sll_pkttype: 0,
                    sll_halen: 0,
                    sll_addr: [0; 8],
                });
                *length = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
                Ok(())
            })
        }
        .unwrap();
        socket.bind(&address).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self { socket }
    }

    /// To whom packets came since the last call, in order, each once: address, protocol and port.
    fn take(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut packet = [std::mem::MaybeUninit::new(0_u8); 2_048];
        // A veth hands a packet over while it is sent.
        while let Ok(length) = self.socket.recv(&mut packet) {
            // SAFETY: the buffer was full of zeros, and the kernel has written over a part of them.
            let packet: Vec<u8> = packet[..length]
                .iter()
                .map(|byte| unsafe { byte.assume_init() })
                .collect();
            seen.extend(destination(&packet));
        }
        seen.into_iter().collect()
    }
}

fn destination(packet: &[u8]) -> Option<String> {
    let (address, protocol, rest): (IpAddr, u8, &[u8]) = match packet.first()? >> 4 {
        4 => {
            let address: [u8; 4] = packet.get(16..20)?.try_into().ok()?;
            (address.into(), packet[9], packet.get(20..)?)
        }
        6 => {
            let address: [u8; 16] = packet.get(24..40)?.try_into().ok()?;
            (address.into(), packet[6], packet.get(40..)?)
        }
        _ => return None,
    };
    let name = match protocol {
        6 => "tcp",
        17 => "udp",
        _ => return None,
    };
    let port = u16::from_be_bytes(rest.get(2..4)?.try_into().ok()?);
    Some(format!("{address} {name} {port}"))
}
