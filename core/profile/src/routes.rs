use std::net::{IpAddr, Ipv4Addr};

use indexmap::set::Iter;
use ipnet::IpNet;

use crate::unique::Unique;

/// Networks in order: host bits are zero, and none stands twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes(Unique<IpNet>);

impl Routes {
    /// The most networks that a profile may list, and far more than any machine's routing takes.
    pub const MOST: usize = 50_000;

    /// Makes an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a network at the end, without its host bits, and returns whether it was new.
    pub fn insert(&mut self, network: IpNet) -> bool {
        self.0.insert(network.trunc())
    }

    /// Takes a network out, and returns whether it was there.
    pub fn remove(&mut self, network: &IpNet) -> bool {
        self.0.remove(&network.trunc())
    }

    /// Keeps the networks that fulfil a condition.
    pub fn retain(&mut self, keep: impl FnMut(&IpNet) -> bool) {
        self.0.retain(keep);
    }

    /// Gives back memory that no network needs.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.0.shrink_to_fit();
    }

    /// Says whether exactly this network is in the list.
    pub fn contains(&self, network: &IpNet) -> bool {
        self.0.contains(&network.trunc())
    }

    /// Returns how many networks there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Says whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Walks the networks in order.
    pub fn iter(&self) -> Iter<'_, IpNet> {
        self.0.iter()
    }

    /// Says whether all IPv4 traffic is meant: by `0.0.0.0/0`, or by `0.0.0.0/1` and `128.0.0.0/1`.
    pub fn cover_ipv4(&self) -> bool {
        let [all, lower, upper] = HALVES_OF_IPV4.map(|(network, prefix)| {
            IpNet::new(IpAddr::V4(network), prefix).is_ok_and(|network| self.contains(&network))
        });
        all || (lower && upper)
    }

    /// Returns the fewest networks that hold the same addresses, sorted.
    #[must_use]
    pub fn aggregated(&self) -> Self {
        let networks: Vec<IpNet> = self.iter().copied().collect();
        IpNet::aggregate(&networks).into_iter().collect()
    }

    /// Returns the networks that lie inside another one of the list, each after the smallest one
    /// that holds it: `(outer, inner)`, sorted by the inner one.
    pub fn nested(&self) -> Vec<(IpNet, IpNet)> {
        let mut sorted: Vec<IpNet> = self.iter().copied().collect();
        // An outer network comes right before all that it holds.
        sorted.sort_by_key(|network| (network.network(), network.prefix_len()));
        let mut open: Vec<IpNet> = Vec::new();
        let mut nested = Vec::new();
        for network in sorted {
            while open.last().is_some_and(|outer| !outer.contains(&network)) {
                open.pop();
            }
            if let Some(outer) = open.last() {
                nested.push((*outer, network));
            }
            open.push(network);
        }
        nested
    }
}

const HALVES_OF_IPV4: [(Ipv4Addr, u8); 3] = [
    (Ipv4Addr::UNSPECIFIED, 0),
    (Ipv4Addr::UNSPECIFIED, 1),
    (Ipv4Addr::new(128, 0, 0, 0), 1),
];

impl FromIterator<IpNet> for Routes {
    /// Clears host bits and keeps the first of those that are equal.
    fn from_iter<I: IntoIterator<Item = IpNet>>(networks: I) -> Self {
        Self(
            networks
                .into_iter()
                .map(|network| network.trunc())
                .collect(),
        )
    }
}

impl Extend<IpNet> for Routes {
    fn extend<I: IntoIterator<Item = IpNet>>(&mut self, networks: I) {
        self.0
            .extend(networks.into_iter().map(|network| network.trunc()));
    }
}

impl<'a> IntoIterator for &'a Routes {
    type Item = &'a IpNet;
    type IntoIter = Iter<'a, IpNet>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn routes(texts: &[&str]) -> Routes {
        texts
            .iter()
            .map(|text| text.parse::<IpNet>().unwrap())
            .collect()
    }

    #[test]
    fn networks_are_kept_without_host_bits_and_once() {
        assert_eq!(
            routes(&["10.1.2.3/8", "10.0.0.0/8"]),
            routes(&["10.0.0.0/8"])
        );
    }

    #[test]
    fn both_forms_of_a_forced_tunnel_cover_ipv4() {
        assert!(routes(&["0.0.0.0/0"]).cover_ipv4());
        assert!(routes(&["128.0.0.0/1", "10.0.0.0/8", "0.0.0.0/1"]).cover_ipv4());
        assert!(!routes(&["0.0.0.0/1", "10.0.0.0/8"]).cover_ipv4());
        assert!(!routes(&["::/0"]).cover_ipv4());
    }

    #[test]
    fn a_network_inside_another_is_told_with_the_smallest_that_holds_it() {
        let nested =
            routes(&["10.1.0.0/16", "192.168.0.0/24", "10.0.0.0/8", "10.1.2.0/24"]).nested();

        let shown: Vec<_> = nested
            .iter()
            .map(|(outer, inner)| format!("{outer} {inner}"))
            .collect();
        assert_eq!(shown, ["10.0.0.0/8 10.1.0.0/16", "10.1.0.0/16 10.1.2.0/24"]);
    }

    #[test]
    fn aggregation_keeps_the_same_addresses_in_fewer_networks() {
        let many = routes(&["10.0.1.0/24", "10.0.0.0/24", "10.0.0.128/25", "fd00::/8"]);

        assert_eq!(many.aggregated(), routes(&["10.0.0.0/23", "fd00::/8"]));
    }
}
