"""Connect to Azure Point-to-Site VPN gateways from asyncio.

The shortest program that connects, uses the tunnel and leaves::

    import asyncio, p2svpn

    async def main():
        async with p2svpn.Client() as client:
            profile = client.profiles.import_file("azurevpnconfig.xml")
            certificate = p2svpn.Pfx("me.pfx", "secret")
            async with client.connect(profile, certificate=certificate, device=p2svpn.Userspace()) as session:
                await session.connected()                                  # raises with cause and remedy
                reader, writer = await session.open_connection("10.1.0.4", 80)
                print(session.status())

    asyncio.run(main())

What happens meanwhile is told by ``async for event in client.events()``. Errors are exceptions, one class for each
kind of reaction they call for, below :class:`P2SVpnError`. What the library logs goes to :mod:`logging` after
:func:`enable_logging`.

The objects belong to the event loop that they are used in; ``Session.disconnect`` and ``Client.close`` may be called
from any thread.
"""

from ._certificate import Certificate, Pem, Pfx
from ._certificate_details import CertificateDetails
from ._certificate_store import CertificateStore, CurrentUserStore, LocalMachineStore, Pkcs11
from ._challenge import (
    AccessTokenChallenge,
    CertificatePasswordChallenge,
    Challenge,
    ChooseCertificateChallenge,
    ClientCertificateChallenge,
    CredentialsChallenge,
    DeviceCodeChallenge,
    QuestionChallenge,
    Redirect,
    SignInPageChallenge,
    TokenPinChallenge,
)
from ._client import Client
from ._device import Auto, Device, Tun, Userspace
from ._edit_report import Duplicate, EditReport, HostBits, Nested, Overlap
from ._error import (
    BugError,
    ConfigurationError,
    ErrorDetails,
    FatalError,
    NeedsSignInError,
    P2SVpnError,
    RetryError,
    UserActionError,
    error_catalogue,
)
from ._event import (
    ChallengeEvent,
    EndedEvent,
    Event,
    NetworkConfigEvent,
    ProfileChange,
    ProfilesChangedEvent,
    StateEvent,
    WarningEvent,
)
from ._external_key import ExternalKey, KeyAlgorithm, Scheme
from ._http import HttpClient, HttpRequest, HttpResponse
from ._leak_guard import LeakGuard
from ._logging import TRACE, enable_logging
from ._network import InterfaceAddress, NetworkConfig, Route
from ._profile_details import ProfileDetails, ServerDetails, SignInDetails
from ._profile_problem import ProfileProblem
from ._profiles import ExportedProfile, ImportedProfile, Plan, Profile, Profiles, UpdatedProfile
from ._protection import Protection
from ._raw import version as _version
from ._reconnection import Reconnection
from ._recover import Recovered, recover
from ._server_exception import RefusedCertificate, ServerException
from ._session import Session
from ._sign_in import AccessToken, Credentials, EntraMethod, TokenProvider, TokenRequest
from ._state import State
from ._status import Statistics, Status
from ._timeouts import Timeouts
from ._vpn_warning import VpnWarning

__version__: str = _version()

__all__ = [
    "AccessToken",
    "AccessTokenChallenge",
    "Auto",
    "BugError",
    "Certificate",
    "CertificateDetails",
    "CertificatePasswordChallenge",
    "CertificateStore",
    "Challenge",
    "ChallengeEvent",
    "ChooseCertificateChallenge",
    "Client",
    "ClientCertificateChallenge",
    "ConfigurationError",
    "Credentials",
    "CredentialsChallenge",
    "CurrentUserStore",
    "Device",
    "DeviceCodeChallenge",
    "Duplicate",
    "EditReport",
    "EndedEvent",
    "EntraMethod",
    "ErrorDetails",
    "Event",
    "ExportedProfile",
    "ExternalKey",
    "FatalError",
    "HostBits",
    "HttpClient",
    "HttpRequest",
    "HttpResponse",
    "ImportedProfile",
    "InterfaceAddress",
    "KeyAlgorithm",
    "LocalMachineStore",
    "NeedsSignInError",
    "Nested",
    "LeakGuard",
    "NetworkConfig",
    "NetworkConfigEvent",
    "Overlap",
    "P2SVpnError",
    "Pem",
    "Pfx",
    "Pkcs11",
    "Plan",
    "Profile",
    "ProfileChange",
    "ProfileDetails",
    "ProfileProblem",
    "Profiles",
    "ProfilesChangedEvent",
    "Protection",
    "QuestionChallenge",
    "Reconnection",
    "Recovered",
    "Redirect",
    "RefusedCertificate",
    "RetryError",
    "Route",
    "Scheme",
    "ServerDetails",
    "ServerException",
    "Session",
    "SignInDetails",
    "SignInPageChallenge",
    "State",
    "StateEvent",
    "Statistics",
    "Status",
    "TRACE",
    "Timeouts",
    "TokenPinChallenge",
    "TokenProvider",
    "TokenRequest",
    "Tun",
    "UpdatedProfile",
    "UserActionError",
    "Userspace",
    "VpnWarning",
    "WarningEvent",
    "enable_logging",
    "error_catalogue",
    "recover",
]
