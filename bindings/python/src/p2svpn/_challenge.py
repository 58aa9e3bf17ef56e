from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Optional

from . import _raw
from ._error import P2SVpnError, error_from_details


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
    """The gateway wants the user to sign in at a web page: open it.

    There is no answer but ``None``, which declines: the gateway learns by itself that the user has signed in, and the
    session goes on.
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
    """When the gateway stops waiting, in UTC, where that is known."""


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
        )
    return Challenge(raw.id, raw.text, raw.attempt, refusal)


def _moment(unix_time: Optional[int]) -> Optional[datetime.datetime]:
    if unix_time is None:
        return None
    return datetime.datetime.fromtimestamp(unix_time, datetime.timezone.utc)
