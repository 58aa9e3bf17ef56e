from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from . import _raw
from ._error import P2SVpnError, error_from_details


@dataclass(frozen=True)
class Challenge:
    """A question that a session needs answered before it goes on; :meth:`Session.answer` takes the answer.

    The session waits in :attr:`State.SIGNING_IN` for as long as it takes; disconnecting withdraws the question.
    """

    id: int
    """The id to answer by."""
    text: str
    """The question for people, in English."""
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


def challenge_from_raw(raw: _raw.Challenge) -> Challenge:
    refusal = None if raw.refusal is None else error_from_details(raw.refusal)
    kind = raw.kind
    if isinstance(kind, _raw.ChallengeKind.CLIENT_CERTIFICATE):
        return ClientCertificateChallenge(raw.id, raw.text, raw.attempt, refusal, kind.thumbprint, kind.issuer)
    if isinstance(kind, _raw.ChallengeKind.CERTIFICATE_PASSWORD):
        return CertificatePasswordChallenge(raw.id, raw.text, raw.attempt, refusal, kind.label)
    return Challenge(raw.id, raw.text, raw.attempt, refusal)
