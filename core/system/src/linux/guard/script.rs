use std::fmt::{Display, Write};

use ipnet::IpNet;

use crate::guard_rules::{GuardRules, GuardedGateway};

/// Ports of DNS and of DNS over TLS (RFC 1035, RFC 7858).
const DNS: &str = "meta l4proto { tcp, udp } th dport { 53, 853 }";

/// What a link needs: DHCP (RFC 2131, RFC 8415), and the discovery of IPv6, which routers do not pass on (RFC 4861, RFC 3810).
const LINK: [&str; 4] = [
    "udp sport 68 udp dport 67",
    "ip6 daddr { fe80::/10, ff02::1:2 } udp sport 546 udp dport 547",
    "ip6 hoplimit 255 icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert }",
    "ip6 daddr ff02::/16 icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report }",
];

/// Private and link-local addresses and multicast on the link (RFC 1918, RFC 3927, RFC 4193, RFC 5771).
const LOCAL: [&str; 2] = [
    "ip daddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16, 224.0.0.0/24, 239.255.255.250, 255.255.255.255 }",
    "ip6 daddr { fe80::/10, fc00::/7, ff02::/16 }",
];

/// The line that makes a table with these rules, all or nothing.
pub(super) fn make(table: &str, rules: &GuardRules, is_owned: bool) -> String {
    let flags = if is_owned { "{ flags owner; }" } else { "" };
    let mut line = format!("add table inet {table} {flags}");
    for hook in ["output", "forward"] {
        let _ = write!(
            line,
            "; add chain inet {table} {hook} {{ type filter hook {hook} priority filter; policy drop; }}"
        );
    }
    add_rules(&mut line, table, rules);
    line
}

/// The line that gives a table other rules, all or nothing: there is no moment without any.
pub(super) fn change(table: &str, rules: &GuardRules) -> String {
    let mut line = format!("flush table inet {table}");
    add_rules(&mut line, table, rules);
    line
}

pub(super) fn delete(table: &str) -> String {
    format!("delete table inet {table}")
}

fn add_rules(line: &mut String, table: &str, rules: &GuardRules) {
    let mut output = vec!["oifname \"lo\" accept".to_owned()];
    let mut forward = Vec::new();
    if let Some(tunnel) = &rules.tunnel {
        output.push(format!("oifname \"{tunnel}\" accept"));
        // What comes out of the tunnel for a container, and what containers send into it.
        forward.push(format!("oifname \"{tunnel}\" accept"));
        forward.push(format!("iifname \"{tunnel}\" accept"));
    }
    output.extend(rules.gateways.iter().map(|gateway| accept(&to(gateway))));
    output.extend(LINK.iter().map(accept));
    let mut beside = vec![format!("{DNS} counter reject")];
    beside.extend(excluded(&rules.excludes).iter().map(accept));
    if rules.allows_local_network {
        beside.extend(LOCAL.iter().map(accept));
    }
    output.extend(beside.iter().cloned());
    forward.extend(beside);
    for last in [&mut output, &mut forward] {
        // Refused and not only dropped, so that programs need not wait for nothing.
        last.push("meta l4proto tcp counter reject with tcp reset".to_owned());
        last.push("counter reject with icmpx admin-prohibited".to_owned());
    }
    for (hook, rules) in [("output", output), ("forward", forward)] {
        for rule in rules {
            let _ = write!(line, "; add rule inet {table} {hook} {rule}");
        }
    }
}

fn accept(what: &impl Display) -> String {
    format!("{what} counter accept")
}

fn to(gateway: &GuardedGateway) -> String {
    let GuardedGateway { address, is_udp } = gateway;
    let family = if address.is_ipv4() { "ip" } else { "ip6" };
    let transport = if *is_udp { "udp" } else { "tcp" };
    format!(
        "{family} daddr {} {transport} dport {}",
        address.ip(),
        address.port()
    )
}

/// A condition for each family that has networks; they are merged, as sets must not overlap.
fn excluded(networks: &[IpNet]) -> Vec<String> {
    let mut conditions = Vec::new();
    for (family, is_v4) in [("ip", true), ("ip6", false)] {
        let of_family: Vec<IpNet> = networks
            .iter()
            .filter(|network| network.addr().is_ipv4() == is_v4)
            .map(IpNet::trunc)
            .collect();
        let merged = IpNet::aggregate(&of_family);
        if !merged.is_empty() {
            let list: Vec<String> = merged.iter().map(ToString::to_string).collect();
            conditions.push(format!("{family} daddr {{ {} }}", list.join(", ")));
        }
    }
    conditions
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_may_leave_is_said_rule_by_rule() {
        let rules = GuardRules {
            tunnel: Some("p2svpn0".to_owned()),
            gateways: vec![GuardedGateway {
                address: "203.0.113.7:443".parse().unwrap(),
                is_udp: false,
            }],
            excludes: vec![
                "198.51.100.9/24".parse().unwrap(),
                "198.51.100.0/25".parse().unwrap(),
                "2001:db8::/48".parse().unwrap(),
            ],
            allows_local_network: false,
        };

        let text = change("guard", &rules).replace("; ", "\n");

        assert_eq!(
            text,
            "\
flush table inet guard
add rule inet guard output oifname \"lo\" accept
add rule inet guard output oifname \"p2svpn0\" accept
add rule inet guard output ip daddr 203.0.113.7 tcp dport 443 counter accept
add rule inet guard output udp sport 68 udp dport 67 counter accept
add rule inet guard output ip6 daddr { fe80::/10, ff02::1:2 } udp sport 546 udp dport 547 counter accept
add rule inet guard output ip6 hoplimit 255 icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } counter accept
add rule inet guard output ip6 daddr ff02::/16 icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report } counter accept
add rule inet guard output meta l4proto { tcp, udp } th dport { 53, 853 } counter reject
add rule inet guard output ip daddr { 198.51.100.0/24 } counter accept
add rule inet guard output ip6 daddr { 2001:db8::/48 } counter accept
add rule inet guard output meta l4proto tcp counter reject with tcp reset
add rule inet guard output counter reject with icmpx admin-prohibited
add rule inet guard forward oifname \"p2svpn0\" accept
add rule inet guard forward iifname \"p2svpn0\" accept
add rule inet guard forward meta l4proto { tcp, udp } th dport { 53, 853 } counter reject
add rule inet guard forward ip daddr { 198.51.100.0/24 } counter accept
add rule inet guard forward ip6 daddr { 2001:db8::/48 } counter accept
add rule inet guard forward meta l4proto tcp counter reject with tcp reset
add rule inet guard forward counter reject with icmpx admin-prohibited"
        );
    }
}
