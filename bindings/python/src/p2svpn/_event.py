from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Optional, Tuple

from . import _raw
from ._challenge import Challenge, challenge_from_raw
from ._error import P2SVpnError, error_from_details
from ._network import NetworkConfig
from ._reconnection import Reconnection
from ._state import State
from ._vpn_warning import VpnWarning


@dataclass(frozen=True)
class Event:
    """Something that happened; its class tells what. It holds no secret."""

    sequence: int
    """Counts the events of the client, from 1. A gap is where events were dropped."""
    dropped: int
    """How many events were dropped so far because nobody took them."""
    session_id: Optional[int]
    """The session it happened to: :attr:`Session.id`."""
    time: datetime.datetime
    """When it happened, in UTC, to the second."""


@dataclass(frozen=True)
class StateEvent(Event):
    """The session reached another state."""

    state: State
    """The state it is in now."""
    reason: str
    """Why, for people; may be empty."""
    reconnection: Optional[Reconnection] = None
    """Which attempt it is, in :attr:`State.RECONNECTING`: each one is told by an event of its own."""


@dataclass(frozen=True)
class ChallengeEvent(Event):
    """The session waits for an answer."""

    challenge: Challenge
    """The question; :meth:`Session.answer` takes it with the answer."""


@dataclass(frozen=True)
class NetworkConfigEvent(Event):
    """What the session wants of the machine's network, whether the library applies it or the program does."""

    config: NetworkConfig
    """The snapshot, which replaces those before it."""


@dataclass(frozen=True)
class WarningEvent(Event):
    """Something odd that ends nothing."""

    warning: VpnWarning
    """What it is."""


@dataclass(frozen=True)
class EndedEvent(Event):
    """The session is over and what it changed is undone. It is the session's last event."""

    error: Optional[P2SVpnError]
    """Why it ended; ``None`` when the program disconnected it."""


@dataclass(frozen=True)
class ProfileChange:
    """Something that became different among the profiles."""

    kind: str
    """``added``, ``changed``, ``removed`` or ``reordered``."""
    profile_id: Optional[str]
    """The profile it is about; ``None`` for a new order."""


@dataclass(frozen=True)
class ProfilesChangedEvent(Event):
    """Profiles were added, changed, removed or put into another order, here or by another process."""

    changes: Tuple[ProfileChange, ...]
    """What became different."""


def event_from_raw(raw: _raw.Event) -> Event:
    time = datetime.datetime.fromtimestamp(raw.unix_time, datetime.timezone.utc)
    head = (raw.sequence, raw.dropped, raw.session, time)
    kind = raw.kind
    if isinstance(kind, _raw.EventKind.STATE):
        return StateEvent(*head, State[kind.state.name], kind.reason, Reconnection._from_raw(kind.reconnection))
    if isinstance(kind, _raw.EventKind.CHALLENGE):
        return ChallengeEvent(*head, challenge_from_raw(kind.challenge))
    if isinstance(kind, _raw.EventKind.NETWORK_CONFIG):
        return NetworkConfigEvent(*head, NetworkConfig._from_raw(kind.config))
    if isinstance(kind, _raw.EventKind.WARNING):
        return WarningEvent(*head, VpnWarning._from_raw(kind.warning))
    if isinstance(kind, _raw.EventKind.PROFILES_CHANGED):
        return ProfilesChangedEvent(*head, tuple(ProfileChange(one.kind, one.profile) for one in kind.changes))
    if isinstance(kind, _raw.EventKind.ENDED):
        return EndedEvent(*head, None if kind.error is None else error_from_details(kind.error))
    return Event(*head)
