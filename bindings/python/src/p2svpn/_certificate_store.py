from __future__ import annotations

import asyncio
import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Callable, Optional, Tuple, TypeVar, Union

from . import _raw
from ._certificate import Pfx
from ._certificate_details import CertificateDetails
from ._error import translated

T = TypeVar("T")


class CertificateStore(ABC):
    """Where client certificates are kept with their keys, which sign there and are not shown.

    :meth:`Client.connect` looks there for the certificate that fits. The methods here show and change what is there;
    they need no client, and wait for as long as a token takes, or a person whom the system asks.
    """

    async def certificates(self) -> Tuple[CertificateDetails, ...]:
        """Lists the certificates that are there now and have a key, as far as can be seen without a PIN."""
        found = await _in_a_thread(lambda: _raw.list_certificates(self._to_raw()))
        return tuple(CertificateDetails._from_raw(raw) for raw in found)

    async def import_pfx(
        self, pfx: Pfx, *, token: Optional[str] = None, pin: Optional[str] = None
    ) -> CertificateDetails:
        """Puts the key of a container into the store, with its certificate and those of issuers.

        The key can sign there; but for macOS, where its user may export it, it cannot be taken out again. A certificate
        that is there already stays as it is. ``token`` names the token where several are inserted, and ``pin`` is its
        PIN, of which each wrong one counts.
        """
        raw = pfx._to_raw()
        return CertificateDetails._from_raw(
            await _in_a_thread(lambda: _raw.import_certificate(self._to_raw(), raw, token, pin))
        )

    async def remove(
        self, certificate: Union[CertificateDetails, str], *, token: Optional[str] = None, pin: Optional[str] = None
    ) -> None:
        """Removes a certificate, as listed or by its SHA-1 thumbprint, and its key. Nothing brings the key back.

        The key stays if another certificate there has the same one, and so do the certificates of issuers.
        """
        thumbprint = certificate if isinstance(certificate, str) else certificate.thumbprint
        await _in_a_thread(lambda: _raw.remove_certificate(self._to_raw(), thumbprint, token, pin))

    @abstractmethod
    def _to_raw(self) -> _raw.CertificateStore: ...


@dataclass(frozen=True)
class Pkcs11(CertificateStore):
    """The tokens of a PKCS#11 module, such as smart cards. A :class:`TokenPinChallenge` asks for the PIN."""

    module: Union[str, "os.PathLike[str]"]
    """The absolute path of the library that the tokens' maker gives. Its code runs in this process."""

    def _to_raw(self) -> _raw.CertificateStore:
        return _raw.CertificateStore.PKCS11(os.fspath(self.module))


@dataclass(frozen=True)
class CurrentUserStore(CertificateStore):
    """The user's own: ``Cert:\\CurrentUser\\My`` on Windows, the user's keychains on macOS. Linux has none."""

    def _to_raw(self) -> _raw.CertificateStore:
        return _raw.CertificateStore.CURRENT_USER()


@dataclass(frozen=True)
class LocalMachineStore(CertificateStore):
    """The machine's: ``Cert:\\LocalMachine\\My`` on Windows, the system's keychain on macOS. Linux has none.

    Often only administrators may use its keys, and only they may change it.
    """

    def _to_raw(self) -> _raw.CertificateStore:
        return _raw.CertificateStore.LOCAL_MACHINE()


async def _in_a_thread(work: Callable[[], T]) -> T:
    with translated():
        return await asyncio.to_thread(work)
