from __future__ import annotations

import atexit
import datetime
import os
import weakref
from types import TracebackType
from typing import AsyncIterator, Iterable, List, Optional, Type, Union

from . import _raw
from ._certificate import Certificate, Pem, Pfx
from ._certificate_store import CertificateStore
from ._device import Auto, Device
from ._error import translated
from ._event import Event
from ._event_queue import EventQueue
from ._external_key import ExternalKey
from ._http import HttpClient, RawHttpClient
from ._leak_guard import LeakGuard
from ._profiles import Profile, Profiles, profile_id
from ._server_exception import RawServerException, ServerException
from ._session import Session
from ._sign_in import Credentials, EntraMethod, RawTokenProvider, TokenProvider
from ._timeouts import Timeouts, duration


class Client:
    """The library as a program holds it: profiles, sessions, and one queue of events.

    ``async with`` closes it and waits until its sessions are over and what they changed is undone, at most 2 seconds. A
    client that is dropped without that ends its sessions in the background.
    """

    def __init__(
        self,
        *,
        event_capacity: int = 256,
        several_sessions: bool = False,
        profile_folder: Optional[Union[str, os.PathLike[str]]] = None,
        sealing_key: Optional[bytes] = None,
        unprotected_secrets: bool = False,
        authorities: Iterable[str] = (),
        login_roots: Optional[bytes] = None,
        login_proxy: Optional[str] = None,
        http: Optional[HttpClient] = None,
        journal_folder: Optional[Union[str, os.PathLike[str]]] = None,
    ) -> None:
        """Makes a client, with two threads of its own.

        ``event_capacity`` says how many events may wait, from 1 to 65,536; when more would, the oldest of the least
        important are dropped and counted. ``several_sessions`` allows more than one session at once.

        ``profile_folder`` keeps the profiles in a folder instead of in memory. Their secrets are sealed there with a
        key that the system keeps for its user: in the desktop's key ring on Linux (Secret Service), in the keychain on
        macOS, encrypted by data protection on Windows. Making the client then may take as long as a person needs to
        unlock that, two minutes at most, and raises ``STORE_UNAVAILABLE`` where there is none, as in services.
        ``sealing_key``, 32 bytes that the program keeps where secrets are kept, takes that key's place.
        ``unprotected_secrets`` keeps a key in the folder in the clear, of which a warning tells: whoever reads the
        folder reads them.

        ``authorities`` are hosts to which profiles may send their users to sign in beside Microsoft's.
        ``login_roots``: certificates, PEM, that the hosts of sign-ins may come from, beside those that the machine
        trusts. ``login_proxy``: the address of the proxy on the way to them, such as
        ``http://proxy.example:8080``; by default it is the system's. ``http`` sends the requests of sign-ins instead of
        the library's own client: a function that takes a :class:`HttpRequest` and returns the :class:`HttpResponse`,
        also as a coroutine, which runs in the event loop that the client is made in; ``login_roots`` and
        ``login_proxy`` are not for it.

        ``journal_folder`` is where is written down what sessions change on the machine and would outlast a kill; by
        default it is the machine's own, which all programs share. A client with the privilege to change the machine
        first undoes what killed processes have left there, and tells of it by a warning.
        """
        options = _raw.ClientOptions(
            event_capacity=event_capacity,
            several_sessions=several_sessions,
            profile_folder=None if profile_folder is None else os.fspath(profile_folder),
            sealing_key=sealing_key,
            unprotected_secrets=unprotected_secrets,
            authorities=list(authorities),
            login_roots=login_roots,
            login_proxy=login_proxy,
            http_client=None if http is None else RawHttpClient(http),
            journal_folder=None if journal_folder is None else os.fspath(journal_folder),
        )
        with translated():
            self._raw = _raw.Client(options)
        self._profiles = Profiles(self._raw)
        self._events = EventQueue(self._raw)
        # What waits for an event keeps the raw client alive, so dropping this object has to end that.
        weakref.finalize(self, self._raw.close).atexit = False
        _open_clients.add(self)

    @property
    def profiles(self) -> Profiles:
        """The profiles, to import, list, edit, export and explain them."""
        return self._profiles

    def connect(
        self,
        profile: Union[Profile, str],
        *,
        certificate: Union[Certificate, Iterable[Certificate], None] = None,
        certificate_stores: Iterable[CertificateStore] = (),
        username: Optional[str] = None,
        credentials: Optional[Credentials] = None,
        entra: EntraMethod = EntraMethod.BROWSER,
        token_provider: Optional[TokenProvider] = None,
        open_browser: bool = False,
        device: Device = Auto(),
        trusted_roots: Iterable[bytes] = (),
        revocation_lists: Iterable[bytes] = (),
        server_exception: Optional[ServerException] = None,
        timeouts: Optional[Timeouts] = None,
        mtu: Optional[int] = None,
        configure_machine: bool = True,
        host_confirms: bool = False,
        renegotiate_after: Optional[float] = None,
        rounds: int = 1,
        reconnect: bool = True,
        reconnect_rounds: Optional[int] = None,
        leak_guard: Optional[LeakGuard] = None,
    ) -> Session:
        """Starts a session and returns at once; :meth:`Session.connected` and the events tell how it goes.

        ``profile``: as imported, or its id. ``certificate``: :class:`Pfx`, :class:`Pem` or :class:`ExternalKey`, or
        several, of which the one that fits is taken; ``certificate_stores``: where else to look, such as
        :class:`Pkcs11`. Without any a
        challenge asks for one. ``credentials``: the user name and password that a profile asks for; if the gateway
        refuses them nobody is asked for others.

        ``username``: who connects, where the profile leaves that open. ``entra``: how to sign in with Entra ID.
        ``token_provider``: brings its tokens, and chooses :attr:`EntraMethod.TOKEN`; a function that takes a
        :class:`TokenRequest` and returns the token, also as a coroutine, which runs in the event loop of this call. A
        plain function is called on a thread of the library. ``open_browser``: whether the session opens the user's
        browser at Entra's page.

        ``trusted_roots``: certificates, PEM or DER, among which the root that the profile pins is looked for.
        ``revocation_lists``: lists of certificates that their issuers have withdrawn, PEM or DER, beside those of the
        profile. ``server_exception``: accepts gateways' certificates that the profile does not, on the program's own
        responsibility; a function that takes a :class:`RefusedCertificate` and returns at once, in a thread of the
        library, whether it is good all the same. What it accepts is told by a warning.

        ``mtu``: the largest packet inside the tunnel, from 576 to 1,500 bytes. ``configure_machine``: whether addresses
        and routes are set on the machine; if not, the program applies each :class:`NetworkConfigEvent` itself.
        ``host_confirms``: the session then waits, before it is connected, until the program has applied the first one
        and says so by :meth:`Session.network_applied`.
        ``renegotiate_after``: for how many seconds the keys that protect packets are used before the client asks for
        new ones, from 60 to 86,400; the gateway may ask earlier. ``rounds``: how often all servers of the profile are
        called before the session gives up, with growing pauses; each call in vain is told by a warning.
        ``reconnect``: whether a connection that is lost is made anew; the device, its addresses and its routes stay
        meanwhile. ``reconnect_rounds``: how often all servers are called for that before the session gives up; ``None``
        for as often as it takes. ``leak_guard``: lets nothing leave the machine beside a full tunnel; it needs a
        network device that the session itself configures.
        """
        options = _raw.ConnectOptions(
            device=device._to_raw(),
            certificates=[one._to_raw() for one in _certificates(certificate)],
            certificate_stores=[store._to_raw() for store in certificate_stores],
            username=username,
            credentials=None if credentials is None else credentials._to_raw(),
            entra_method=entra._to_raw(),
            token_provider=None if token_provider is None else RawTokenProvider(token_provider),
            open_browser=open_browser,
            trusted_roots=list(trusted_roots),
            revocation_lists=list(revocation_lists),
            server_exception=None if server_exception is None else RawServerException(server_exception),
            timeouts=None if timeouts is None else timeouts._to_raw(),
            mtu=mtu,
            configure_machine=configure_machine,
            host_confirms=host_confirms,
            renegotiate_after=duration(renegotiate_after),
            rounds=rounds,
            reconnect=reconnect,
            reconnect_rounds=reconnect_rounds,
            leak_guard=None if leak_guard is None else leak_guard._to_raw(),
        )
        with translated():
            return Session(self._raw.connect(profile_id(profile), options), self)

    async def events(self) -> AsyncIterator[Event]:
        """Iterates over the events of all sessions, until the client is closed and the last event taken.

        Each event goes to one taker: with several iterations each gets a part. Stopping loses no event.
        """
        while True:
            event = await self.next_event()
            if event is None:
                return
            yield event

    async def next_event(self) -> Optional[Event]:
        """Takes the next event as soon as there is one; ``None`` after the client was closed and the last event taken.

        Cancelling it, by :func:`asyncio.wait_for` for example, loses no event.
        """
        return await self._events.next()

    def close(self) -> None:
        """Asks every session to end and returns at once; no session can be started afterwards."""
        self._raw.close()

    async def closed(self) -> None:
        """Waits until the client is closed and its sessions are over. Sessions end within 2 seconds."""
        await self._raw.closed()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self,
        exception_type: Optional[Type[BaseException]],
        exception: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()
        await self.closed()
        await self._events.settle()


def _certificates(given: Union[Certificate, Iterable[Certificate], None]) -> List[Certificate]:
    if given is None:
        return []
    return [given] if isinstance(given, (Pfx, Pem, ExternalKey)) else list(given)


_open_clients: weakref.WeakSet[Client] = weakref.WeakSet()


def _close_all() -> None:
    """Undoes what sessions changed on the machine when the program ends without closing its clients."""
    clients = [client._raw for client in list(_open_clients)]
    for client in clients:
        client.close()
    for client in clients:
        client.wait_closed(datetime.timedelta(seconds=2))


atexit.register(_close_all)
