from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Union

from . import _raw


@dataclass(frozen=True)
class Auto:
    """A TUN device where the process may make one, else the userspace stack, which a :class:`WarningEvent` tells of."""

    def _to_raw(self) -> _raw.Device:
        return _raw.Device.AUTO()


@dataclass(frozen=True)
class Tun:
    """A network device of the operating system. It needs privilege: ``CAP_NET_ADMIN`` on Linux."""

    name: Optional[str] = None
    """Its name; the system's choice of ``p2svpn0``, ``p2svpn1``, ... if ``None``."""

    def _to_raw(self) -> _raw.Device:
        return _raw.Device.TUN(self.name)


@dataclass(frozen=True)
class Userspace:
    """A network stack inside the process: it needs no privilege and changes nothing on the machine.

    Connections go through :meth:`Session.open_connection`.
    """

    def _to_raw(self) -> _raw.Device:
        return _raw.Device.USERSPACE()


Device = Union[Auto, Tun, Userspace]
"""Where a session's packets come from and go to."""
