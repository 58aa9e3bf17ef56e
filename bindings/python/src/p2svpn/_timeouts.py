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
    """For the gateway's name, and for the gateway to take a TCP connection, at each of its addresses."""
    answer: Optional[float] = None
    """For the gateway's first answer, at each of its addresses."""
    handshake: Optional[float] = None
    """For TLS and the exchange of keys, from the first packet on."""
    push: Optional[float] = None
    """For the gateway's settings."""

    def _to_raw(self) -> _raw.Timeouts:
        return _raw.Timeouts(
            connect=duration(self.connect),
            answer=duration(self.answer),
            handshake=duration(self.handshake),
            push=duration(self.push),
        )


def duration(seconds: Optional[float]) -> Optional[datetime.timedelta]:
    """A time in seconds as the generated layer takes it."""
    if seconds is None:
        return None
    if seconds < 0:
        raise ValueError("a time is not negative")
    return datetime.timedelta(seconds=seconds)
