"""What the tests share: a gateway to connect to, and a web client for what is behind it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, AsyncContextManager, AsyncIterator, Callable, List, Optional, Tuple
from unittest import IsolatedAsyncioTestCase

import p2svpn

ROOT = Path(__file__).resolve().parents[3]
SERVICES = "10.1.0.4"
PASSWORD = "secret"

# Far more than anything here takes; a test that needs it has failed.
PATIENCE = 30.0


class AsyncTest(IsolatedAsyncioTestCase):
    """A test that may enter contexts which it leaves at its end, as unittest has it from Python 3.11 on."""

    async def enter(self, context: AsyncContextManager[Any]) -> Any:
        value = await context.__aenter__()
        self.addAsyncCleanup(context.__aexit__, None, None, None)
        return value


class Gateway:
    """The program p2svpn-gateway, with what it prints and the folder of what it hands out."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self._process = process
        self.folder = folder
        self.profile = folder / "azurevpnconfig.xml"
        self.pfx = folder / "client.pfx"
        self.pem = folder / "client.pem"

    @property
    def certificate(self) -> p2svpn.Pfx:
        return p2svpn.Pfx(self.pfx, PASSWORD)

    async def line(self, start: str) -> str:
        """Waits for a line of its output that starts so."""
        return await self._find(lambda line: line.startswith(start), start)

    async def line_with(self, part: str) -> str:
        """Waits for a line of its output, or of its log if that was asked for, that has this in it."""
        return await self._find(lambda line: part in line, part)

    async def _find(self, wanted: Callable[[str], bool], name: str) -> str:
        assert self._process.stdout is not None
        while True:
            line = (await asyncio.wait_for(self._process.stdout.readline(), PATIENCE)).decode()
            if wanted(line):
                return line.rstrip("\n")
            if not line:
                raise AssertionError(f"the gateway ended without saying {name!r}")

    def kill(self) -> None:
        self._process.kill()

    async def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        # Its output is read to the end, or it could not end.
        await asyncio.wait_for(self._process.communicate(), PATIENCE)


@contextlib.asynccontextmanager
async def gateway(*arguments: str, log: Optional[str] = None) -> AsyncIterator[Gateway]:
    """A gateway that runs; with `log`, its log at these levels is in its output."""
    program = os.environ.get("P2SVPN_GATEWAY", str(ROOT / "target/debug/p2svpn-gateway"))
    with tempfile.TemporaryDirectory(prefix="p2svpn-python-") as folder:
        process = await asyncio.create_subprocess_exec(
            program,
            *("--folder", folder, "--for", "300", *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=None if log is None else asyncio.subprocess.STDOUT,
            env=None if log is None else {**os.environ, "P2SVPN_LOG": log, "NO_COLOR": "1"},
        )
        started = Gateway(process, Path(folder))
        try:
            await started.line("ready")
            yield started
        finally:
            await started.stop()


@contextlib.asynccontextmanager
async def connected(client: p2svpn.Client, to: Gateway, *, reconnect: bool = True) -> AsyncIterator[p2svpn.Session]:
    """A session that is connected in userspace."""
    profile = client.profiles.import_file(to.profile)
    session = client.connect(profile, certificate=to.certificate, device=p2svpn.Userspace(), reconnect=reconnect)
    async with session:
        await within(session.connected())
        yield session


async def http(session: p2svpn.Session, path: str, body: Optional[bytes] = None, host: str = SERVICES) -> bytes:
    """Sends a request through the tunnel and returns the body of the answer."""
    reader, writer = await session.open_connection(host, 80)
    method = "GET" if body is None else "POST"
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {len(body or b'')}\r\n\r\n"
    )
    writer.write(head.encode())
    if body is not None:
        writer.write(body)
    await writer.drain()
    answer = await within(reader.read())
    writer.close()
    await writer.wait_closed()
    status, _, content = answer.partition(b"\r\n\r\n")
    assert status.startswith(b"HTTP/1.1 200 "), status
    return content


async def within(awaitable, seconds: float = PATIENCE):  # type: ignore[no-untyped-def]
    """Awaits what has to happen soon."""
    return await asyncio.wait_for(awaitable, seconds)


async def events_to_the_end(client: p2svpn.Client) -> List[p2svpn.Event]:
    """Takes events up to the end of a session, and that one."""
    events = []
    async for event in client.events():
        events.append(event)
        if isinstance(event, p2svpn.EndedEvent):
            break
    return events


async def challenge(client: p2svpn.Client) -> p2svpn.Challenge:
    """Takes events up to a challenge."""
    async for event in client.events():
        if isinstance(event, p2svpn.ChallengeEvent):
            return event.challenge
        assert not isinstance(event, p2svpn.EndedEvent), event
    raise AssertionError("the events ended without a challenge")


def states(events: List[p2svpn.Event]) -> List[p2svpn.State]:
    return [event.state for event in events if isinstance(event, p2svpn.StateEvent)]


async def run_python(*arguments: str, standard_input: bytes = b"") -> Tuple[int, str, str]:
    """Runs a Python program of its own and returns its exit code, output and errors."""
    return await run_program(sys.executable, *arguments, standard_input=standard_input)


async def run_program(*arguments: str, standard_input: bytes = b"") -> Tuple[int, str, str]:
    """Runs a program and returns its exit code, output and errors."""
    process = await asyncio.create_subprocess_exec(
        *arguments,
        cwd=ROOT / "bindings/python",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await within(process.communicate(standard_input))
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()
