use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

/// The addresses that clients get; the first one is the gateway's own.
#[derive(Debug)]
pub(crate) struct AddressPool {
    network: Ipv4Net,
    given: BTreeSet<Ipv4Addr>,
}

impl AddressPool {
    pub(crate) fn new(network: Ipv4Net) -> Self {
        Self {
            network: network.trunc(),
            given: BTreeSet::new(),
        }
    }

    /// The gateway's own address; none in a network without hosts.
    pub(crate) fn gateway(&self) -> Option<Ipv4Addr> {
        self.network.hosts().next()
    }

    /// The lowest free address, with the prefix of the network; none when all are given.
    pub(crate) fn take(&mut self) -> Option<Ipv4Net> {
        let address = self
            .network
            .hosts()
            .skip(1)
            .find(|address| !self.given.contains(address))?;
        self.given.insert(address);
        Ipv4Net::new(address, self.network.prefix_len()).ok()
    }

    pub(crate) fn give_back(&mut self, address: Ipv4Addr) {
        self.given.remove(&address);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_client_gets_its_own_address_until_none_is_left() {
        let mut pool = AddressPool::new("172.16.201.77/29".parse().unwrap());

        let taken: Vec<String> = std::iter::from_fn(|| pool.take())
            .map(|net| net.to_string())
            .collect();

        assert_eq!(pool.gateway(), Some(Ipv4Addr::new(172, 16, 201, 73)));
        assert_eq!(
            taken,
            [
                "172.16.201.74/29",
                "172.16.201.75/29",
                "172.16.201.76/29",
                "172.16.201.77/29",
                "172.16.201.78/29"
            ]
        );
    }

    #[test]
    fn an_address_that_came_back_is_given_again() {
        let mut pool = AddressPool::new("10.0.0.0/24".parse().unwrap());
        let first = pool.take().unwrap();
        let second = pool.take().unwrap();

        pool.give_back(first.addr());

        assert_eq!(pool.take(), Some(first));
        assert_ne!(pool.take(), Some(second));
    }
}
