use std::collections::{BTreeSet, HashMap};

use ipnet::IpNet;

/// Networks, each with something that is known of it, found by what lies inside them.
///
/// A look-up takes one step for each prefix length that occurs, however many networks there are.
#[derive(Debug)]
pub(super) struct Networks<T> {
    known: HashMap<IpNet, T>,
    lengths: BTreeSet<u8>,
}

impl<T> Networks<T> {
    /// Adds a network, unless it is there.
    pub(super) fn insert(&mut self, network: IpNet, known: T) {
        let network = network.trunc();
        self.lengths.insert(network.prefix_len());
        self.known.entry(network).or_insert(known);
    }

    /// Finds the smallest network that holds another one, or is it.
    pub(super) fn around(&self, network: &IpNet) -> Option<(IpNet, &T)> {
        self.lengths
            .range(..=network.prefix_len())
            .rev()
            .find_map(|&length| {
                let outer = IpNet::new(network.addr(), length).ok()?.trunc();
                let known = self.known.get(&outer)?;
                Some((outer, known))
            })
    }
}

impl<T> Default for Networks<T> {
    fn default() -> Self {
        Self {
            known: HashMap::new(),
            lengths: BTreeSet::new(),
        }
    }
}

impl<T> FromIterator<(IpNet, T)> for Networks<T> {
    /// Keeps the first of equal networks.
    fn from_iter<I: IntoIterator<Item = (IpNet, T)>>(networks: I) -> Self {
        let mut made = Self::default();
        for (network, known) in networks {
            made.insert(network, known);
        }
        made
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    fn around(inner: &str) -> Option<IpNet> {
        let outer = ["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "fd00::/8"];
        let networks: Networks<()> = outer.map(|text| (net(text), ())).into_iter().collect();
        networks.around(&net(inner)).map(|found| found.0)
    }

    #[test]
    fn the_smallest_network_around_another_is_found() {
        assert_eq!(around("10.1.2.0/24"), Some(net("10.1.0.0/16")));
        assert_eq!(around("10.1.0.0/16"), Some(net("10.1.0.0/16")));
        assert_eq!(around("10.0.0.0/9"), Some(net("10.0.0.0/8")));
        assert_eq!(around("8.8.8.8/32"), Some(net("0.0.0.0/0")));
    }

    #[test]
    fn versions_of_ip_are_kept_apart() {
        assert_eq!(around("fd12::1/128"), Some(net("fd00::/8")));
        assert_eq!(around("::a01:203/128"), None);
        assert_eq!(around("2001:db8::/32"), None);
    }
}
