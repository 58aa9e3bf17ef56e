from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Callable, List, Sequence

from . import _raw


class KeyAlgorithm(enum.Enum):
    """The kind of a private key."""

    RSA = "RSA"
    ECDSA_P256 = "ECDSA_P256"
    ECDSA_P384 = "ECDSA_P384"
    ECDSA_P521 = "ECDSA_P521"
    ED25519 = "ED25519"


class Scheme(enum.Enum):
    """A way of signing, by the names of TLS. The salt of RSA-PSS is as long as the hash."""

    RSA_PKCS1_SHA256 = "RSA_PKCS1_SHA256"
    """For TLS 1.2 only, as the next two."""
    RSA_PKCS1_SHA384 = "RSA_PKCS1_SHA384"
    RSA_PKCS1_SHA512 = "RSA_PKCS1_SHA512"
    RSA_PSS_SHA256 = "RSA_PSS_SHA256"
    RSA_PSS_SHA384 = "RSA_PSS_SHA384"
    RSA_PSS_SHA512 = "RSA_PSS_SHA512"
    ECDSA_P256_SHA256 = "ECDSA_P256_SHA256"
    ECDSA_P384_SHA384 = "ECDSA_P384_SHA384"
    ECDSA_P521_SHA512 = "ECDSA_P521_SHA512"
    ED25519 = "ED25519"


@dataclass(frozen=True)
class ExternalKey:
    """A client certificate whose private key the program keeps to itself: in a vault, on a card, behind a service.

    ``sign(scheme, message)`` is called on a thread of the library, when a session connects and at each change of keys;
    it hashes the message as the scheme says, and may take a minute. The signature of RSA is as long as the modulus, and
    that of ECDSA is DER. What it raises ends the session, or the change of keys, as ``KEY_FAILED``.

    Without a scheme of RSA-PSS an RSA key signs in TLS 1.2 only.
    """

    certificates: bytes = field(repr=False)
    """The certificate and its intermediates, the certificate first, as PEM or the DER of one."""
    algorithm: KeyAlgorithm
    schemes: Sequence[Scheme]
    """The ways in which it signs, the preferred one first."""
    sign: Callable[[Scheme, bytes], bytes] = field(repr=False)

    def _to_raw(self) -> _raw.Certificate:
        return _raw.Certificate.EXTERNAL(self.certificates, _RawKey(self))


class _RawKey(_raw.ExternalKey):  # type: ignore[misc]  # the generated module has no types
    def __init__(self, key: ExternalKey) -> None:
        self._key = key

    def algorithm(self) -> _raw.KeyAlgorithm:
        return _raw.KeyAlgorithm[self._key.algorithm.name]

    def supported_schemes(self) -> List[_raw.Scheme]:
        return [_raw.Scheme[scheme.name] for scheme in self._key.schemes]

    def sign(self, scheme: _raw.Scheme, message: bytes) -> bytes:
        try:
            return bytes(self._key.sign(Scheme[scheme.name], message))
        except Exception as error:
            raise _raw.SigningError.Failed(f"{type(error).__name__}: {error}") from error
