from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Optional, Tuple

from . import _raw
from ._certificate_details import CertificateDetails
from ._error import P2SVpnError, error_from_details
from ._moment import utc
from ._sign_in import TokenRequest


@dataclass(frozen=True)
class Challenge:
    """A question that a session needs answered before it goes on; :meth:`Session.answer` takes the answer.

    The session waits in :attr:`State.SIGNING_IN`; disconnecting withdraws the question. Questions of its own wait for
    as long as it takes. Those of the gateway wait for as long as the gateway does, and are withdrawn when it goes on or
    asks another. A gateway may also ask while the session is connected, which it stays.
    """

    id: int
    """The id to answer by."""
    text: str
    """The question for people: in English, or in the words of the gateway that asks, without control characters."""
    attempt: int
    """How often it was asked before in this session, from 0. After three refused answers the session ends."""
    refusal: Optional[P2SVpnError]
    """Why the answer before was refused; ``None`` at the first attempt."""


@dataclass(frozen=True)
class ClientCertificateChallenge(Challenge):
    """Asks for a client certificate: answer with :class:`Pfx` or :class:`Pem`."""

    thumbprint: Optional[str]
    """SHA-1 hash of the certificate that the profile names, in upper-case hexadecimal, if it names one."""
    issuer: Optional[str]
    """SHA-1 hash of the root below which the certificate was issued, if the profile names one."""


@dataclass(frozen=True)
class CertificatePasswordChallenge(Challenge):
    """Asks for the password that opens the certificate's key: answer with a ``str``."""

    label: str
    """What the password opens, for people: a file's name, for example."""


@dataclass(frozen=True)
class QuestionChallenge(Challenge):
    """The gateway's own question, such as for a one-time code: answer with a ``str``."""

    masked: bool
    """The answer must not be shown while it is typed."""
    response_required: bool
    """The gateway waits for the answer. Otherwise showing the text is all, and an answer may be given."""
    expires: Optional[datetime.datetime]
    """When the gateway stops waiting, in UTC, where that is known."""


@dataclass(frozen=True)
class SignInPageChallenge(Challenge):
    """The user has to sign in at a web page, Entra's or one that the gateway names: open it.

    That the user has signed in is learned without the program, and the session goes on. So there is no answer but
    ``None``, which declines, and :class:`Redirect` where there is a ``redirect_uri``.
    """

    url: str = field(repr=False)
    """The address, ``https`` or ``http`` in printable ASCII. Whoever knows it may be able to sign in."""
    embedded_url: str = field(repr=False)
    """The address for a view inside the program's own window."""
    hidden: bool
    """The page may need nobody: open it without showing it, and show it if it does not end by itself."""
    external: bool
    """The page wants the user's own browser rather than a view in the program's window."""
    expires: Optional[datetime.datetime]
    """When the sign-in is given up, in UTC, where that is known."""
    redirect_uri: Optional[str]
    """Where Entra sends the browser in the end, which the session waits for. A program that shows the page in a view of
    its own may catch that address there and answer with :class:`Redirect`; ``None`` for the gateway's pages."""


@dataclass(frozen=True)
class Redirect:
    """The address at which a sign-in in the program's own view ended, with everything behind it."""

    address: str = field(repr=False)


@dataclass(frozen=True)
class ChooseCertificateChallenge(Challenge):
    """Several client certificates fit: answer with one of them."""

    certificates: Tuple[CertificateDetails, ...]


@dataclass(frozen=True)
class TokenPinChallenge(Challenge):
    """Asks for the PIN of the token that holds the certificate's key: answer with a ``str``.

    Each wrong one counts, so nothing but a person may answer anew.
    """

    token: str
    """The token's name, as its owner chose it."""
    last_try: bool
    """The next wrong PIN locks the token."""


@dataclass(frozen=True)
class CredentialsChallenge(Challenge):
    """Asks for a user name with its password: answer with :class:`Credentials`."""

    username: Optional[str]
    """The user name that is known already, to be suggested."""


@dataclass(frozen=True)
class DeviceCodeChallenge(Challenge):
    """The user has to type a code at a web page, on any device.

    There is no answer but ``None``, which declines: the session learns by itself that the user has signed in.
    """

    page: str
    """The address of the page, ``https``."""
    code: str = field(repr=False)
    """What is typed there. Whoever knows it may be able to sign in."""
    expires: datetime.datetime
    """When the code expires, in UTC."""


@dataclass(frozen=True)
class AccessTokenChallenge(Challenge):
    """Asks for an access token of Entra ID: answer with :class:`AccessToken`.

    It is asked for again ahead of its end, while the session is connected.
    """

    request: TokenRequest


def challenge_from_raw(raw: _raw.Challenge) -> Challenge:
    refusal = None if raw.refusal is None else error_from_details(raw.refusal)
    kind = raw.kind
    if isinstance(kind, _raw.ChallengeKind.CLIENT_CERTIFICATE):
        return ClientCertificateChallenge(raw.id, raw.text, raw.attempt, refusal, kind.thumbprint, kind.issuer)
    if isinstance(kind, _raw.ChallengeKind.CERTIFICATE_PASSWORD):
        return CertificatePasswordChallenge(raw.id, raw.text, raw.attempt, refusal, kind.label)
    if isinstance(kind, _raw.ChallengeKind.QUESTION):
        expires = _moment(kind.expires)
        return QuestionChallenge(raw.id, raw.text, raw.attempt, refusal, kind.masked, kind.response_required, expires)
    if isinstance(kind, _raw.ChallengeKind.SIGN_IN_PAGE):
        return SignInPageChallenge(
            *(raw.id, raw.text, raw.attempt, refusal),
            url=kind.url,
            embedded_url=kind.embedded_url,
            hidden=kind.hidden,
            external=kind.external,
            expires=_moment(kind.expires),
            redirect_uri=kind.redirect_uri,
        )
    if isinstance(kind, _raw.ChallengeKind.CHOOSE_CERTIFICATE):
        certificates = tuple(CertificateDetails._from_raw(one) for one in kind.certificates)
        return ChooseCertificateChallenge(raw.id, raw.text, raw.attempt, refusal, certificates)
    if isinstance(kind, _raw.ChallengeKind.TOKEN_PIN):
        return TokenPinChallenge(raw.id, raw.text, raw.attempt, refusal, kind.token, kind.last_try)
    if isinstance(kind, _raw.ChallengeKind.CREDENTIALS):
        return CredentialsChallenge(raw.id, raw.text, raw.attempt, refusal, kind.username)
    if isinstance(kind, _raw.ChallengeKind.DEVICE_CODE):
        expires = utc(kind.expires)
        return DeviceCodeChallenge(raw.id, raw.text, raw.attempt, refusal, kind.page, kind.code, expires)
    if isinstance(kind, _raw.ChallengeKind.ACCESS_TOKEN):
        request = TokenRequest._from_raw(kind.request)
        return AccessTokenChallenge(raw.id, raw.text, raw.attempt, refusal, request)
    return Challenge(raw.id, raw.text, raw.attempt, refusal)


def _moment(unix_time: Optional[int]) -> Optional[datetime.datetime]:
    return None if unix_time is None else utc(unix_time)
