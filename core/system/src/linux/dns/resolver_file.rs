use std::fs::File;
use std::io::Read;
use std::net::IpAddr;

/// Where programs read which servers to ask (resolv.conf(5)).
const PATH: &str = "/etc/resolv.conf";

/// More of it is not read.
const LARGEST: u64 = 64 * 1024;

/// Where systemd-resolved listens for programs that do not know it (systemd-resolved.service(8)).
const STUBS: [IpAddr; 2] = [
    IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 53)),
    IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 54)),
];

/// Whether programs of this machine ask systemd-resolved. This reads a file.
pub(super) fn leads_to_resolved() -> bool {
    let mut text = String::new();
    let read = File::open(PATH).and_then(|file| file.take(LARGEST).read_to_string(&mut text));
    read.is_ok() && names_resolved(&text)
}

fn names_resolved(text: &str) -> bool {
    let mut servers = text.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        (words.next() == Some("nameserver")).then(|| words.next())?
    });
    servers.any(|server| {
        let address = server.parse::<IpAddr>();
        address.is_ok_and(|address| STUBS.contains(&address))
    })
}

#[cfg(test)]
mod tests {
    use super::names_resolved;

    #[test]
    fn the_stubs_of_resolved_are_known() {
        for text in [
            "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n",
            "# comment\n\tnameserver\t127.0.0.54",
            "nameserver 10.0.0.1\nnameserver 127.0.0.53",
        ] {
            assert!(names_resolved(text), "{text:?}");
        }
    }

    #[test]
    fn other_servers_are_not_it() {
        for text in [
            "",
            "nameserver",
            "nameserver 127.0.0.1",
            "#nameserver 127.0.0.53",
            "search 127.0.0.53",
            "nameserver 127.0.0.530",
        ] {
            assert!(!names_resolved(text), "{text:?}");
        }
    }
}
