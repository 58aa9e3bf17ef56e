use std::net::IpAddr;

use ipnet::IpNet;

use crate::dns_suffix::DnsSuffix;
use crate::profile::Profile;
use crate::unique::Unique;

use super::draft::Draft;

/// Writes what the tunnel carries, and who answers for names.
pub(super) fn write_network(profile: &Profile, draft: &mut Draft<'_>) {
    write_included(profile, draft);
    for network in profile.exclude_routes.iter() {
        write_route(network, " net_gateway", draft);
    }
    let mut excluded = profile.exclude_routes.iter();
    if excluded.any(|network| matches!(network, IpNet::V6(_))) {
        draft.note("OpenVPN itself does not keep networks of IPv6 out of the tunnel.");
    }
    write_names(&profile.dns_servers, &profile.dns_suffixes, draft);
}

/// What `redirect-gateway` stands for, with its flags, the longest first.
const REDIRECTIONS: [(&[&str], &str); 5] = [
    (&["0.0.0.0/1", "128.0.0.0/1", "::/0"], " def1 ipv6"),
    (&["0.0.0.0/1", "128.0.0.0/1"], " def1"),
    (&["0.0.0.0/0", "::/0"], " ipv6"),
    (&["0.0.0.0/0"], ""),
    (&["::/0"], " ipv6 !ipv4"),
];

/// Networks that are all traffic are written as `redirect-gateway`, which also keeps the way to the
/// server itself out of the tunnel.
fn write_included(profile: &Profile, draft: &mut Draft<'_>) {
    let networks: Vec<IpNet> = profile.include_routes.iter().copied().collect();
    let mut is_redirected = false;
    let mut rest = networks.as_slice();
    while let Some((network, after)) = rest.split_first() {
        let redirection = REDIRECTIONS
            .iter()
            .filter(|_| !is_redirected)
            .find(|(all, _)| begins_with(rest, all));
        if let Some((all, flags)) = redirection {
            is_redirected = true;
            draft.lines.push(format_args!("redirect-gateway{flags}"));
            rest = rest.get(all.len()..).unwrap_or_default();
        } else {
            write_route(network, "", draft);
            rest = after;
        }
    }
    if profile.include_routes.cover_ipv4() && !is_redirected {
        // The halves of IPv4 stand apart; the server has to stay reachable all the same.
        draft.lines.push("redirect-private");
    }
}

fn begins_with(networks: &[IpNet], all: &[&str]) -> bool {
    networks.len() >= all.len()
        && networks
            .iter()
            .zip(all)
            .all(|(network, expected)| network.to_string() == *expected)
}

fn write_route(network: &IpNet, gateway: &str, draft: &mut Draft<'_>) {
    match network {
        IpNet::V4(network) => draft.lines.push(format_args!(
            "route {} {}{gateway}",
            network.network(),
            network.netmask()
        )),
        IpNet::V6(network) => draft
            .lines
            .push(format_args!("route-ipv6 {network}{gateway}")),
    }
}

/// `dhcp-option` is known to every OpenVPN, `dns` only since 2.6, but it takes more.
fn write_names(servers: &Unique<IpAddr>, suffixes: &Unique<DnsSuffix>, draft: &mut Draft<'_>) {
    const MOST_DHCP_SERVERS: usize = 4;
    const MOST_SERVERS: usize = 8;
    const MOST_DHCP_SUFFIXES: usize = 11;
    let ipv4 = servers.iter().filter(|server| server.is_ipv4()).count();
    let ipv6 = servers.len().saturating_sub(ipv4);
    let are_many =
        ipv4 > MOST_DHCP_SERVERS || ipv6 > MOST_DHCP_SERVERS || suffixes.len() > MOST_DHCP_SUFFIXES;
    if are_many {
        if servers.len() > MOST_SERVERS {
            draft.note("Only the first eight DNS servers are in the file; OpenVPN takes no more.");
        }
        let addresses: String = servers
            .iter()
            .take(MOST_SERVERS)
            .map(|server| format!(" {server}"))
            .collect();
        if !addresses.is_empty() {
            draft
                .lines
                .push(format_args!("setenv opt dns server 1 address{addresses}"));
        }
        for suffix in suffixes {
            draft
                .lines
                .push(format_args!("setenv opt dns search-domains {suffix}"));
        }
        return;
    }
    for server in servers {
        let kind = if server.is_ipv4() { "DNS" } else { "DNS6" };
        draft
            .lines
            .push(format_args!("dhcp-option {kind} {server}"));
    }
    for (index, suffix) in suffixes.iter().enumerate() {
        let kind = if index == 0 {
            "DOMAIN"
        } else {
            "DOMAIN-SEARCH"
        };
        draft
            .lines
            .push(format_args!("dhcp-option {kind} {suffix}"));
    }
}
