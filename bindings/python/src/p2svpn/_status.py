from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass, field
from typing import Optional, Tuple

from . import _raw
from ._network import Address, Interface, Network
from ._protection import Protection
from ._reconnection import Reconnection
from ._state import State


@dataclass(frozen=True)
class Statistics:
    """What went through a session, since it began."""

    sent_bytes: int
    """Bytes of the packets sent into the tunnel, without the tunnel's own overhead."""
    sent_packets: int
    """Packets sent into the tunnel."""
    received_bytes: int
    """Bytes of the packets received from the tunnel, without the tunnel's own overhead."""
    received_packets: int
    """Packets received from the tunnel."""
    wire_sent_bytes: int
    """Bytes sent to the gateway, with everything above TCP or UDP."""
    wire_received_bytes: int
    """Bytes received from the gateway, with everything above TCP or UDP."""
    dropped_packets: int
    """Packets of either direction that were dropped, whatever the cause."""
    rekeys: int
    """How often the keys that protect packets were replaced by new ones."""
    reconnects: int
    """How often a lost connection was got back."""

    @classmethod
    def _from_raw(cls, raw: _raw.Statistics) -> Statistics:
        return cls(
            sent_bytes=raw.sent_bytes,
            sent_packets=raw.sent_packets,
            received_bytes=raw.received_bytes,
            received_packets=raw.received_packets,
            wire_sent_bytes=raw.wire_sent_bytes,
            wire_received_bytes=raw.wire_received_bytes,
            dropped_packets=raw.dropped_packets,
            rekeys=raw.rekeys,
            reconnects=raw.reconnects,
        )


@dataclass(frozen=True)
class Status:
    """How a session stands at one moment. What is not known yet is empty or ``None``.

    ``print(status)`` shows a table, like that of Azure's own client.
    """

    state: State
    """The state."""
    since: datetime.datetime
    """When the session reached the state, in UTC."""
    duration: datetime.timedelta
    """How long it has been in the state."""
    statistics: Statistics
    """What went through."""
    addresses: Tuple[Interface, ...]
    """The addresses of this machine inside the tunnel."""
    gateway_name: Optional[str]
    """The gateway's name, as in the profile."""
    gateway_address: Optional[Tuple[Address, int]]
    """The gateway's address and port, as connected to."""
    routes: Tuple[Network, ...]
    """The networks that go through the tunnel."""
    excluded_routes: Tuple[Network, ...]
    """The networks that stay outside the tunnel."""
    dns_servers: Tuple[Address, ...]
    """The DNS servers inside the tunnel."""
    dns_suffixes: Tuple[str, ...]
    """The domains that those servers are for."""
    device: Optional[str]
    """The network device's name; ``None`` with the userspace device."""
    mtu: Optional[int]
    """The largest packet inside the tunnel, in bytes."""
    cipher: Optional[str]
    """The cipher that protects packets, such as ``AES-256-GCM``."""
    tls_version: Optional[str]
    """The version of TLS, such as ``TLSv1.3``."""
    protection: Protection
    """What becomes now of the traffic that the session is for."""
    reconnection: Optional[Reconnection]
    """The attempt to get a lost connection back, while there is none."""
    _table: str = field(repr=False)

    def __str__(self) -> str:
        return self._table.rstrip("\n")

    @classmethod
    def _from_raw(cls, raw: _raw.Status) -> Status:
        return cls(
            state=State[raw.state.name],
            since=datetime.datetime.fromtimestamp(raw.since, datetime.timezone.utc),
            duration=raw.duration,
            statistics=Statistics._from_raw(raw.statistics),
            addresses=tuple(ipaddress.ip_interface(address) for address in raw.addresses),
            gateway_name=raw.gateway_name,
            gateway_address=None if raw.gateway_address is None else socket_address(raw.gateway_address),
            routes=tuple(ipaddress.ip_network(route, strict=False) for route in raw.routes),
            excluded_routes=tuple(ipaddress.ip_network(route, strict=False) for route in raw.excluded_routes),
            dns_servers=tuple(ipaddress.ip_address(server) for server in raw.dns_servers),
            dns_suffixes=tuple(raw.dns_suffixes),
            device=raw.device,
            mtu=raw.mtu,
            cipher=raw.cipher,
            tls_version=raw.tls_version,
            protection=Protection[raw.protection.name],
            reconnection=Reconnection._from_raw(raw.reconnection),
            _table=raw.table,
        )


def socket_address(text: str) -> Tuple[Address, int]:
    """Reads ``1.2.3.4:443`` and ``[2001:db8::1]:443``."""
    host, _, port = text.rpartition(":")
    return ipaddress.ip_address(host.strip("[]")), int(port)
