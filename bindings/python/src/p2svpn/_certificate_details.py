from __future__ import annotations

import datetime
from dataclasses import dataclass

from . import _raw
from ._moment import utc


@dataclass(frozen=True)
class CertificateDetails:
    """A client certificate as a program shows it."""

    subject: str
    """Whose it is, for example ``CN=alice, O=Example``."""
    issuer: str
    """Who issued it."""
    not_before: datetime.datetime
    """Start of its validity, in UTC."""
    not_after: datetime.datetime
    """End of its validity, in UTC."""
    thumbprint: str
    """SHA-1 hash in upper-case hexadecimal."""
    source: str
    """Where it was found, for people."""

    @classmethod
    def _from_raw(cls, raw: _raw.CertificateDetails) -> CertificateDetails:
        return cls(raw.subject, raw.issuer, utc(raw.not_before), utc(raw.not_after), raw.thumbprint, raw.source)
