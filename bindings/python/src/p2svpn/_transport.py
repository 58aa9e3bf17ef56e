from __future__ import annotations

import asyncio
from typing import Any, Optional, Tuple

from . import _raw
from ._status import socket_address

# More at a time is not faster, and holds up the event loop longer.
_LARGEST_READ = 64 * 1024
_LARGEST_WRITE = 64 * 1024
_HIGH_WATER = 64 * 1024


class TunnelTransport(asyncio.Transport):
    """Carries an asyncio protocol over a TCP connection through the tunnel."""

    def __init__(self, loop: asyncio.AbstractEventLoop, stream: _raw.Stream, protocol: asyncio.BaseProtocol) -> None:
        host, port = socket_address(stream.peer_address())
        super().__init__({"peername": (str(host), port)})
        self._loop = loop
        self._protocol = protocol
        self._closing = False
        self._lost = False

        self._may_read = asyncio.Event()
        self._may_read.set()

        self._unwritten = bytearray()
        self._written_by_task = 0
        self._writing = asyncio.Event()
        self._end_wanted = False
        self._set_limits(None, None)
        self._paused_protocol = False

        self._tasks: Tuple[asyncio.Task[None], ...] = ()
        protocol.connection_made(self)
        if not self._lost:
            self._tasks = (loop.create_task(self._read(stream)), loop.create_task(self._write(stream)))

    # ---- reading ----

    def is_reading(self) -> bool:
        return self._may_read.is_set() and not self._closing

    def pause_reading(self) -> None:
        self._may_read.clear()

    def resume_reading(self) -> None:
        self._may_read.set()

    async def _read(self, stream: _raw.Stream) -> None:
        try:
            while True:
                await self._may_read.wait()
                data = await stream.read(_LARGEST_READ)
                # The protocol may have paused in the meantime, to be replaced by another.
                await self._may_read.wait()
                if self._closing:
                    return
                if not data:
                    break
                self._deliver(data)
            if not self._protocol.eof_received():  # type: ignore[attr-defined]
                self.close()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._fail(error)

    def _deliver(self, data: bytes) -> None:
        protocol = self._protocol
        if not isinstance(protocol, asyncio.BufferedProtocol):
            protocol.data_received(data)  # type: ignore[attr-defined]
            return
        left = memoryview(data)
        while left:
            room = memoryview(protocol.get_buffer(len(left)))
            length = min(len(room), len(left))
            if length == 0:
                raise RuntimeError("get_buffer() returned an empty buffer")
            room[:length] = left[:length]
            protocol.buffer_updated(length)
            left = left[length:]

    # ---- writing ----

    def write(self, data: Any) -> None:
        if self._end_wanted:
            raise RuntimeError("Cannot call write() after write_eof()")
        if self._closing:
            return
        self._unwritten += data
        self._writing.set()
        if not self._paused_protocol and self.get_write_buffer_size() > self._high:
            self._paused_protocol = True
            self._protocol.pause_writing()

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self._end_wanted = True
        self._writing.set()

    def get_write_buffer_size(self) -> int:
        return len(self._unwritten) + self._written_by_task

    def get_write_buffer_limits(self) -> Tuple[int, int]:
        return self._low, self._high

    def set_write_buffer_limits(self, high: Optional[int] = None, low: Optional[int] = None) -> None:
        self._set_limits(high, low)

    def _set_limits(self, high: Optional[int], low: Optional[int]) -> None:
        if high is None:
            high = _HIGH_WATER if low is None else 4 * low
        if low is None:
            low = high // 4
        if not high >= low >= 0:
            raise ValueError(f"high ({high!r}) must be >= low ({low!r}) must be >= 0")
        self._high = high
        self._low = low

    async def _write(self, stream: _raw.Stream) -> None:
        try:
            while True:
                if not self._unwritten:
                    if self._end_wanted or self._closing:
                        break
                    self._writing.clear()
                    await self._writing.wait()
                    continue
                piece = bytes(self._unwritten[:_LARGEST_WRITE])
                del self._unwritten[: len(piece)]
                self._written_by_task = len(piece)
                await stream.write(piece)
                self._written_by_task = 0
                if self._paused_protocol and self.get_write_buffer_size() <= self._low:
                    self._paused_protocol = False
                    self._protocol.resume_writing()
            await stream.end_writing()
            while not self._closing:
                self._writing.clear()
                await self._writing.wait()
            self._lose(None)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._fail(error)

    # ---- the end ----

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        """Writes what is to be written, then closes."""
        self._closing = True
        self._writing.set()

    def abort(self) -> None:
        """Closes at once."""
        self._lose(None)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._protocol

    def _fail(self, error: Exception) -> None:
        error = _as_os_error(error)
        if not isinstance(error, OSError):
            # It comes out of the protocol, so it is nobody's but the program's.
            message = "the protocol of a connection through the tunnel failed"
            context = {"message": message, "exception": error, "transport": self, "protocol": self._protocol}
            self._loop.call_exception_handler(context)
        self._lose(error)

    def _lose(self, error: Optional[Exception]) -> None:
        if self._lost:
            return
        self._lost = True
        self._closing = True
        self._unwritten.clear()
        # The stream closes when nobody has it any more, and the traceback of a cancelled task has it.
        tasks, self._tasks = self._tasks, ()
        current = asyncio.current_task(self._loop)
        for task in tasks:
            if task is not current:
                task.cancel()
        self._loop.call_soon(self._protocol.connection_lost, error)


def _as_os_error(error: Exception) -> Exception:
    """Names a failed stream as sockets do, so that code written for sockets knows what to do."""
    if isinstance(error, _raw.StreamError.Reset):
        return ConnectionResetError("the connection was reset by the other side")
    if isinstance(error, _raw.StreamError.SessionEnded):
        return ConnectionAbortedError("the session has ended")
    if isinstance(error, _raw.StreamError.WritingEnded):
        return BrokenPipeError("the connection was written to after the end of writing")
    if isinstance(error, _raw.StreamError.Failed):
        return OSError(error.reason)
    return error
