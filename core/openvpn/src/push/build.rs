//! Writes a push reply, for the gateway's role.

use base64ct::{Base64, Encoding};
use ipnet::IpNet;
use zeroize::Zeroizing;

use super::reply::{PushReply, Topology};
use super::tokens::quoted;

const NAME: &str = "PUSH_REPLY";

/// What the mark of continued settings takes, its value and commas included.
const MARK_LEN: usize = ",push-continuation 2".len();

impl PushReply {
    /// The messages that carry these settings, none longer than `max_len` unless a single option is.
    ///
    /// The zero byte that ends each message on the wire is not included. A text that no option can carry, because
    /// of a comma or a control character in it, is left out.
    pub(crate) fn to_messages(&self, max_len: usize) -> Zeroizing<Vec<String>> {
        let mut messages = Zeroizing::new(vec![begin(max_len)]);
        for option in self.options().iter() {
            let fits = messages.last().is_some_and(|message| {
                message.len() + 1 + option.len() + MARK_LEN <= max_len || message == NAME
            });
            if !fits {
                messages.push(begin(max_len));
            }
            if let Some(message) = messages.last_mut() {
                // Grows at most while there is only the name in it, so that no copy of a token is left behind.
                message.reserve(1 + option.len() + MARK_LEN + 1);
                message.push(',');
                message.push_str(option);
            }
        }
        if let [first @ .., last] = messages.as_mut_slice()
            && !first.is_empty()
        {
            first
                .iter_mut()
                .for_each(|message| message.push_str(",push-continuation 2"));
            last.push_str(",push-continuation 1");
        }
        messages
    }

    fn options(&self) -> Zeroizing<Vec<String>> {
        let mut options = Zeroizing::default();
        self.network_options(&mut options);
        self.dns_options(&mut options);
        self.session_options(&mut options);
        options
    }

    fn network_options(&self, options: &mut Vec<String>) {
        options.extend(self.topology.map(|topology| {
            let name = match topology {
                Topology::Subnet => "subnet",
                Topology::Net30 => "net30",
                Topology::PointToPoint => "p2p",
            };
            format!("topology {name}")
        }));
        options.extend(
            self.route_gateway
                .map(|host| format!("route-gateway {host}")),
        );
        options.extend(
            self.route_ipv6_gateway
                .map(|host| format!("route-ipv6-gateway {host}")),
        );
        options.extend(self.addresses.iter().map(|address| {
            match (address, self.peer_v4, self.peer_v6) {
                (IpNet::V4(own), Some(peer), _) => format!("ifconfig {} {peer}", own.addr()),
                (IpNet::V4(own), None, _) => format!("ifconfig {} {}", own.addr(), own.netmask()),
                (IpNet::V6(own), _, Some(peer)) => format!("ifconfig-ipv6 {own} {peer}"),
                (IpNet::V6(own), _, None) => format!("ifconfig-ipv6 {own}"),
            }
        }));
        options.extend(
            self.route_metric
                .map(|metric| format!("route-metric {metric}")),
        );
        options.extend(self.redirect_gateway.map(|redirect| redirect.to_option()));
        if self.block_ipv6 {
            options.push("block-ipv6".to_owned());
        }
        options.extend(self.tun_mtu.map(|mtu| format!("tun-mtu {mtu}")));
        options.extend(self.routes.iter().map(|route| route.to_option()));
    }

    fn dns_options(&self, options: &mut Vec<String>) {
        if self.block_outside_dns {
            options.push("block-outside-dns".to_owned());
        }
        options.extend(
            self.resolvers
                .iter()
                .map(|resolver| format!("dhcp-option DNS {resolver}")),
        );
        let domain = self
            .domain
            .iter()
            .filter_map(|domain| Some(format!("dhcp-option DOMAIN {}", quoted(domain)?)));
        options.extend(domain);
        let search = self
            .search_domains
            .iter()
            .filter_map(|domain| Some(format!("dhcp-option DOMAIN-SEARCH {}", quoted(domain)?)));
        options.extend(search);
        let search = self
            .dns_search_domains
            .iter()
            .filter_map(|domain| Some(format!("dns search-domains {}", quoted(domain)?)));
        options.extend(search);
        options.extend(
            self.dns_servers
                .iter()
                .flat_map(|server| server.to_options()),
        );
    }

    fn session_options(&self, options: &mut Vec<String>) {
        let times = [
            ("ping", self.ping),
            ("ping-restart", self.ping_restart),
            ("ping-exit", self.ping_exit),
            ("session-timeout", self.session_timeout),
        ];
        let times = times
            .into_iter()
            .filter_map(|(name, time)| Some(format!("{name} {}", time?.as_secs())));
        options.extend(times);
        options.extend(
            self.inactive
                .map(|limit| format!("inactive {} {}", limit.after.as_secs(), limit.bytes)),
        );
        options.extend(
            self.explicit_exit_notify
                .map(|times| format!("explicit-exit-notify {times}")),
        );
        options.extend(self.peer_id.map(|id| format!("peer-id {id}")));
        options.extend(
            self.cipher
                .iter()
                .filter_map(|cipher| Some(format!("cipher {}", quoted(cipher)?))),
        );
        if self.key_derivation_tls_ekm {
            options.push("key-derivation tls-ekm".to_owned());
        }
        options.extend(self.protocol_flags_option());
        options.extend(self.compression.clone());
        if let Some(auth) = &self.auth_token {
            let token = quoted(&auth.token).map(Zeroizing::new);
            options.extend(token.map(|token| ["auth-token ", &token].concat()));
            let username = auth.username.as_ref();
            options.extend(
                username.map(|name| {
                    format!("auth-token-user {}", Base64::encode_string(name.as_bytes()))
                }),
            );
        }
    }

    fn protocol_flags_option(&self) -> Option<String> {
        let flags = self.protocol_flags;
        let names = [
            ("cc-exit", flags.cc_exit),
            ("tls-ekm", flags.tls_ekm),
            ("dyn-tls-crypt", flags.dyn_tls_crypt),
            ("aead-epoch", flags.aead_epoch),
        ];
        let set: Vec<&str> = names
            .into_iter()
            .filter_map(|(name, set)| set.then_some(name))
            .collect();
        (!set.is_empty()).then(|| format!("protocol-flags {}", set.join(" ")))
    }
}

/// A message without options, with room for all that fits and the zero byte behind it.
fn begin(max_len: usize) -> String {
    let mut message = String::with_capacity(max_len + MARK_LEN + 1);
    message.push_str(NAME);
    message
}
