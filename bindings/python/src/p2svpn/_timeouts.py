from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Optional

from . import _raw


@dataclass(frozen=True)
class Timeouts:
    """How long each part of connecting may take, in seconds, each counted from its own start.

    ``None`` leaves the choice to the library: 20 s to connect and for the first answer, 60 s for each of the others.
    """

    connect: Optional[float] = None
    """For the gateway to take the TCP connection, with all its addresses tried."""
    answer: Optional[float] = None
    """For the gateway's first answer."""
    handshake: Optional[float] = None
    """For TLS and the exchange of keys, from the first packet on."""
    push: Optional[float] = None
    """For the gateway's settings."""

    def _to_raw(self) -> _raw.Timeouts:
        return _raw.Timeouts(
            connect=_duration(self.connect),
            answer=_duration(self.answer),
            handshake=_duration(self.handshake),
            push=_duration(self.push),
        )


def _duration(seconds: Optional[float]) -> Optional[datetime.timedelta]:
    if seconds is None:
        return None
    if seconds < 0:
        raise ValueError("a timeout is not negative")
    return datetime.timedelta(seconds=seconds)
