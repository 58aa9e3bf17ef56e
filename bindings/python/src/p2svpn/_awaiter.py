from __future__ import annotations

import asyncio
import inspect
from typing import Awaitable, Optional, TypeVar, Union

T = TypeVar("T")


class Awaiter:
    """Waits in a thread for what a program's function returned: a coroutine in the loop that this was made in."""

    def __init__(self) -> None:
        try:
            self._loop: Optional[asyncio.AbstractEventLoop] = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    def result(self, returned: Union[T, Awaitable[T]]) -> T:
        if not inspect.isawaitable(returned):
            return returned

        async def wait() -> T:
            return await returned

        if self._loop is None or self._loop.is_closed():
            return asyncio.run(wait())
        return asyncio.run_coroutine_threadsafe(wait(), self._loop).result()
