from __future__ import annotations

import asyncio
import datetime
import ipaddress
from types import TracebackType
from typing import Callable, Optional, Tuple, Type, TypeVar, Union

from . import _raw
from ._certificate import Certificate, Pem, Pfx
from ._certificate_details import CertificateDetails
from ._challenge import Challenge, ChooseCertificateChallenge, Redirect
from ._error import P2SVpnError, error_from_details, translated
from ._external_key import ExternalKey
from ._network import NetworkConfig
from ._sign_in import AccessToken, Credentials
from ._status import Statistics, Status
from ._transport import TunnelTransport

_Protocol = TypeVar("_Protocol", bound=asyncio.BaseProtocol)
Answer = Union[Certificate, str, int, CertificateDetails, Credentials, AccessToken, Redirect, None]
"""What answers a challenge."""
Host = Union[str, ipaddress.IPv4Address, ipaddress.IPv6Address]


class Session:
    """A session, as :meth:`Client.connect` starts it.

    ``async with`` disconnects it and waits until it is over and what it changed is undone. A session that is dropped
    without that is disconnected in the background. A session keeps its client alive.
    """

    def __init__(self, raw: _raw.Session, client: object) -> None:
        self._raw = raw
        self._client = client

    @property
    def id(self) -> int:
        """The number that the session's events carry as ``session_id``."""
        return self._raw.id()

    async def connected(self) -> None:
        """Waits until the session is connected.

        Raises why the session ended instead; the error ``CANCELLED`` if it was disconnected. It waits as long as it
        takes, also for answers to challenges: :func:`asyncio.wait_for` sets a limit.
        """
        with translated():
            await self._raw.connected()

    async def closed(self) -> Optional[P2SVpnError]:
        """Waits until the session is over and undone, and returns why: ``None`` when it was disconnected."""
        details = await self._raw.closed()
        return None if details is None else error_from_details(details)

    def disconnect(self) -> None:
        """Asks for the end, in whatever state the session is, and returns at once. It ends within 2 seconds."""
        self._raw.disconnect()

    def network_applied(self, config: NetworkConfig, failure: Optional[str] = None) -> None:
        """Says that the program has applied a network configuration, or why it could not, which ends the session.

        A session that was made with ``host_confirms`` waits for it.
        """
        self._raw.network_applied(config.generation, failure)

    def notify_network_change(self) -> None:
        """Says that the machine's network has changed: another address, route or link.

        The session looks whether its way to the gateway is still the same, and connects anew if not; one that waits to
        connect again does so now. On Linux it also notices by itself.
        """
        self._raw.notify_network_change()

    def notify_sleep(self) -> None:
        """Says that the machine is about to sleep; :meth:`notify_wake` follows."""
        self._raw.notify_sleep()

    def notify_wake(self) -> None:
        """Says that the machine woke up. After more than a short nap the session connects anew."""
        self._raw.notify_wake()

    def answer(self, challenge: Union[Challenge, int], answer: Answer) -> None:
        """Answers a challenge with what its class names, or with ``None``, which cancels the sign-in.

        One of several certificates is named by its place in the list, or taken from a
        :class:`ChooseCertificateChallenge`. An answer of the wrong kind raises ``ANSWER_MISMATCH``, and the challenge
        still waits.
        """
        number = challenge.id if isinstance(challenge, Challenge) else challenge
        with translated():
            self._raw.answer(number, _answer_to_raw(challenge, answer))

    def status(self) -> Status:
        """Returns how the session stands now."""
        return Status._from_raw(self._raw.status())

    def statistics(self) -> Statistics:
        """Returns what went through until now."""
        return Statistics._from_raw(self._raw.statistics())

    async def open_connection(
        self, host: Host, port: int, *, timeout: float = 20.0, limit: int = 2**16
    ) -> Tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connects through the tunnel by TCP, like :func:`asyncio.open_connection`; for the userspace device.

        ``host`` is an IP address: the names of the virtual network are not looked up yet. ``timeout`` is in seconds.
        """
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=limit, loop=loop)
        transport, protocol = await self.create_connection(
            lambda: asyncio.StreamReaderProtocol(reader, loop=loop), host, port, timeout=timeout
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def create_connection(
        self, protocol_factory: Callable[[], _Protocol], host: Host, port: int, *, timeout: float = 20.0
    ) -> Tuple[asyncio.Transport, _Protocol]:
        """Connects through the tunnel by TCP, like ``create_connection`` of an event loop; for the userspace device."""
        with translated():
            stream = await self._raw.dial(str(host), port, datetime.timedelta(seconds=timeout))
        protocol = protocol_factory()
        return TunnelTransport(asyncio.get_running_loop(), stream, protocol), protocol

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(
        self,
        exception_type: Optional[Type[BaseException]],
        exception: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.disconnect()
        await self.closed()


def _answer_to_raw(challenge: Union[Challenge, int], answer: Answer) -> _raw.Answer:
    if answer is None:
        return _raw.Answer.CANCEL()
    if isinstance(answer, (Pfx, Pem, ExternalKey)):
        return _raw.Answer.CERTIFICATE(answer._to_raw())
    if isinstance(answer, Credentials):
        return _raw.Answer.CREDENTIALS(answer._to_raw())
    if isinstance(answer, AccessToken):
        return _raw.Answer.ACCESS_TOKEN(answer._to_raw())
    if isinstance(answer, Redirect):
        return _raw.Answer.REDIRECT(answer.address)
    if isinstance(answer, CertificateDetails):
        if not isinstance(challenge, ChooseCertificateChallenge):
            raise TypeError("a certificate is chosen from its challenge")
        return _raw.Answer.CHOICE(challenge.certificates.index(answer))
    if isinstance(answer, int):
        return _raw.Answer.CHOICE(answer)
    return _raw.Answer.SECRET(answer)
