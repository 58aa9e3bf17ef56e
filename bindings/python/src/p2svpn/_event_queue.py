from __future__ import annotations

import asyncio
from typing import Optional

from . import _raw
from ._event import Event, event_from_raw


class EventQueue:
    """Takes events one by one, so that a taker who gives up loses none.

    One task waits for the next event, whoever wants it. It outlives a taker that is cancelled, and what it brings goes
    to the next one.
    """

    def __init__(self, raw: _raw.Client) -> None:
        self._raw = raw
        self._turn: Optional[asyncio.Lock] = None
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._waiting: Optional[asyncio.Future[Optional[_raw.Event]]] = None

    async def next(self) -> Optional[Event]:
        async with self._turn_in(asyncio.get_running_loop()):
            if self._waiting is None:
                self._waiting = asyncio.ensure_future(_wait(self._raw))
            waiting = self._waiting
            try:
                raw = await asyncio.shield(waiting)
            finally:
                # A taker that was cancelled leaves it to the next, unless the waiting itself is over.
                if waiting.cancelled():
                    self._waiting = None
            self._waiting = None
        return None if raw is None else event_from_raw(raw)

    async def settle(self) -> None:
        """Lets the waiting task end, once the client is closed; what it brings is there for later takers."""
        if self._waiting is not None:
            await asyncio.wait([self._waiting])

    def _turn_in(self, loop: asyncio.AbstractEventLoop) -> asyncio.Lock:
        if self._turn is None or self._loop is not loop:
            # The loop before, and the task that waited in it, are gone.
            self._turn = asyncio.Lock()
            self._loop = loop
            self._waiting = None
        return self._turn


async def _wait(raw: _raw.Client) -> Optional[_raw.Event]:
    return await raw.next_event()
