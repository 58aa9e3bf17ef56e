from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Optional

from . import _raw
from ._error import P2SVpnError, error_from_details


@dataclass(frozen=True)
class Reconnection:
    """One attempt to get a lost connection back."""

    cause: P2SVpnError
    """Why there is no connection: how it was lost, or what came of the attempt before."""
    attempt: int
    """Counts the attempts since the connection was lost, from 1."""
    next: datetime.datetime
    """When the attempt begins, in UTC; earlier when the machine's network changes, or the machine wakes up."""

    @classmethod
    def _from_raw(cls, raw: Optional[_raw.Reconnection]) -> Optional[Reconnection]:
        if raw is None:
            return None
        moment = datetime.datetime.fromtimestamp(raw.next, datetime.timezone.utc)
        return cls(error_from_details(raw.cause), raw.attempt, moment)
