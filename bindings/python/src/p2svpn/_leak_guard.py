from __future__ import annotations

from dataclasses import dataclass

from . import _raw


@dataclass(frozen=True)
class LeakGuard:
    """Lets nothing leave the machine beside a full tunnel, from the first call of a gateway to the session's end.

    That holds for this machine's programs and for what it forwards, over IPv4 and IPv6, DNS included, also while a lost
    connection is got back. Allowed are the gateway, loopback, DHCP, the discovery of IPv6, and the networks that the
    profile or the gateway excludes. On Linux, with the program ``nft``.
    """

    allow_local_network: bool = False
    """Whether the local network stays reachable, but for DNS."""
    stay_after_kill: bool = False
    """Whether it stays when the program is killed, until a client starts again or :func:`recover` is called."""

    def _to_raw(self) -> _raw.LeakGuard:
        return _raw.LeakGuard(allow_local_network=self.allow_local_network, stay_after_kill=self.stay_after_kill)
