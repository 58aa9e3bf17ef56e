from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Optional, Tuple, Union

from . import _raw

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
Interface = Union[ipaddress.IPv4Interface, ipaddress.IPv6Interface]
Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


@dataclass(frozen=True)
class InterfaceAddress:
    """One address of the tunnel interface."""

    address: Interface
    """The address together with the prefix of the network it is in."""
    peer: Optional[Address]
    """Address of the other end, for point-to-point addressing."""


@dataclass(frozen=True)
class Route:
    """A network that goes through the tunnel."""

    destination: Network
    """The network."""
    gateway: Optional[Address]
    """Next hop within the tunnel."""
    metric: Optional[int]
    """Preference among routes to the same network, smaller first."""


@dataclass(frozen=True)
class NetworkConfig:
    """What a session wants of the machine's network."""

    generation: int
    """Grows with each new snapshot of a session."""
    addresses: Tuple[InterfaceAddress, ...]
    """Addresses of the tunnel interface."""
    mtu: Optional[int]
    """Largest packet the tunnel takes, in bytes."""
    routes: Tuple[Route, ...]
    """Networks that go through the tunnel."""
    excludes: Tuple[Network, ...]
    """Networks that stay outside the tunnel although a route covers them."""
    gateway: Optional[Address]
    """Address of the gateway, which must stay outside the tunnel."""
    dns_servers: Tuple[Address, ...]
    """DNS servers to ask through the tunnel, in order of preference."""
    dns_suffixes: Tuple[str, ...]
    """Domains that the DNS servers are for, without a leading dot."""
    full_tunnel: bool
    """Whether everything goes through the tunnel, or only what the routes name."""

    @classmethod
    def _from_raw(cls, raw: _raw.NetworkConfig) -> NetworkConfig:
        return cls(
            generation=raw.generation,
            addresses=tuple(
                InterfaceAddress(ipaddress.ip_interface(address.network), optional_address(address.peer))
                for address in raw.addresses
            ),
            mtu=raw.mtu,
            routes=tuple(
                Route(ipaddress.ip_network(route.destination), optional_address(route.gateway), route.metric)
                for route in raw.routes
            ),
            excludes=tuple(ipaddress.ip_network(network, strict=False) for network in raw.excludes),
            gateway=optional_address(raw.gateway),
            dns_servers=tuple(ipaddress.ip_address(server) for server in raw.dns_servers),
            dns_suffixes=tuple(raw.dns_suffixes),
            full_tunnel=raw.full_tunnel,
        )


def optional_address(text: Optional[str]) -> Optional[Address]:
    return None if text is None else ipaddress.ip_address(text)
