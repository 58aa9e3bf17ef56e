from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Optional, Union

from . import _raw
from ._external_key import ExternalKey

Source = Union[str, "os.PathLike[str]", bytes]
"""A file by its path, or what is in it as bytes."""


@dataclass(frozen=True)
class Pfx:
    """A client certificate with its key in a PFX container (PKCS#12), as a path or as bytes.

    It is read when a session prepares. Without the right password a :class:`CertificatePasswordChallenge` asks for it.
    """

    pfx: Source = field(repr=False)
    password: Optional[str] = field(default=None, repr=False)

    def _to_raw(self) -> _raw.Certificate:
        if isinstance(self.pfx, bytes):
            return _raw.Certificate.PFX(self.pfx, self.password)
        return _raw.Certificate.PFX_FILE(os.fspath(self.pfx), self.password)


@dataclass(frozen=True)
class Pem:
    """A client certificate with its key in PEM, as paths or as bytes; the key may be in the same file.

    It is read when a session prepares. If the key is encrypted, a :class:`CertificatePasswordChallenge` asks for the
    password that is missing or wrong.
    """

    certificate: Source = field(repr=False)
    key: Optional[Source] = field(default=None, repr=False)
    password: Optional[str] = field(default=None, repr=False)

    def _to_raw(self) -> _raw.Certificate:
        if isinstance(self.certificate, bytes) and (self.key is None or isinstance(self.key, bytes)):
            return _raw.Certificate.PEM(self.certificate, self.key, self.password)
        if isinstance(self.certificate, bytes) or isinstance(self.key, bytes):
            raise TypeError("certificate and key are both paths or both bytes")
        key = None if self.key is None else os.fspath(self.key)
        return _raw.Certificate.PEM_FILE(os.fspath(self.certificate), key, self.password)


Certificate = Union[Pfx, Pem, ExternalKey]
"""A client certificate with its private key."""
