from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Callable, Tuple

from . import _raw
from ._error import P2SVpnError, error_from_details


@dataclass(frozen=True)
class RefusedCertificate:
    """A gateway's certificate that was refused. Names come from it and are not to be trusted."""

    subject: str
    """Whose it is; empty where the certificate cannot be read."""
    issuer: str
    """Who issued it; empty where the certificate cannot be read."""
    fingerprint: str
    """SHA-256 hash in upper-case hexadecimal: what a decision should stand on."""
    chain: Tuple[bytes, ...] = field(repr=False)
    """The certificates that the gateway showed, DER, its own first."""
    refusal: P2SVpnError
    """Why it was refused, one of the 5xx numbers."""


ServerException = Callable[[RefusedCertificate], bool]
"""Says whether a certificate is good all the same, at once and the same each time."""


class RawServerException(_raw.ServerException):  # type: ignore[misc]  # the generated module has no types
    """Calls the program's function; what it raises is logged and a no."""

    def __init__(self, accepts: ServerException) -> None:
        self._accepts = accepts

    def accepts(self, certificate: _raw.RefusedCertificate) -> bool:
        try:
            refused = RefusedCertificate(
                certificate.subject,
                certificate.issuer,
                certificate.fingerprint,
                tuple(certificate.chain),
                error_from_details(certificate.refusal),
            )
            return self._accepts(refused) is True
        except Exception:
            logging.getLogger("p2svpn").exception("the program's server_exception failed")
            return False
