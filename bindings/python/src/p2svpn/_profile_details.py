from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple

from . import _raw


@dataclass(frozen=True)
class ServerDetails:
    """A gateway of a profile."""

    host: str
    """Its DNS name or IP address."""
    port: int
    """Its port."""
    transport: str
    """What carries the tunnel to it: ``tcp`` or ``udp``."""
    display_name: Optional[str]
    """Its name for people."""

    @classmethod
    def _from_raw(cls, raw: _raw.ServerDetails) -> ServerDetails:
        return cls(
            host=raw.host,
            port=raw.port,
            transport=raw.transport,
            display_name=raw.display_name,
        )


@dataclass(frozen=True)
class SignInDetails:
    """A way to sign in that a profile offers."""

    kind: str
    """Which way it is: ``certificate``, ``entra``, ``password`` or ``certificate_and_password``."""
    certificate_thumbprint: Optional[str]
    """The SHA-1 thumbprint of the client certificate that is asked for; any if absent."""
    certificate_issuer: Optional[str]
    """The SHA-1 thumbprint of the root that the client certificate has to come from."""
    has_certificate: bool
    """Whether the profile brings a client certificate with its key along."""
    tenant: Optional[str]
    """The address of the Entra tenant."""
    audience: Optional[str]
    """The application that the Entra token is for."""
    client_id: Optional[str]
    """The OAuth client to sign in to Entra as."""
    username: Optional[str]
    """The user's name, where the profile knows it."""
    has_password: bool
    """Whether the profile knows the password."""

    @classmethod
    def _from_raw(cls, raw: _raw.SignInDetails) -> SignInDetails:
        return cls(
            kind=raw.kind,
            certificate_thumbprint=raw.certificate_thumbprint,
            certificate_issuer=raw.certificate_issuer,
            has_certificate=raw.has_certificate,
            tenant=raw.tenant,
            audience=raw.audience,
            client_id=raw.client_id,
            username=raw.username,
            has_password=raw.has_password,
        )


@dataclass(frozen=True)
class ProfileDetails:
    """Everything that a program shows of one profile beside what :class:`Profile` says.

    It holds no secret: of passwords and keys it says only that they are there.
    """

    servers: Tuple[ServerDetails, ...]
    """The gateways, in the order to try them."""
    sign_ins: Tuple[SignInDetails, ...]
    """The ways to sign in that it offers, the one that is used first."""
    pinned_roots: Tuple[str, ...]
    """The SHA-1 thumbprints of the roots that the gateway's certificate has to come from, where it names such."""
    include_routes: Tuple[str, ...]
    """The networks to reach through the tunnel, beside those that the gateway announces."""
    exclude_routes: Tuple[str, ...]
    """The networks to reach outside the tunnel."""
    dns_servers: Tuple[str, ...]
    """The DNS servers to use instead of those that the gateway announces."""
    dns_suffixes: Tuple[str, ...]
    """The domains whose names the DNS servers answer."""
    trusted_networks: Tuple[str, ...]
    """The domains of networks in which an always-on profile does not connect."""
    secondary_profile: Optional[str]
    """The name of another profile to fail over to."""
    network_name: Optional[str]
    """The virtual network's name, where the package tells."""
    announced_routes: Tuple[str, ...]
    """The networks that the gateway announces, as the package tells."""
    address_pool: Tuple[str, ...]
    """The networks from which clients get their addresses, as the package tells."""

    @classmethod
    def _from_raw(cls, raw: _raw.ProfileDetails) -> ProfileDetails:
        return cls(
            servers=tuple(ServerDetails._from_raw(server) for server in raw.servers),
            sign_ins=tuple(SignInDetails._from_raw(sign_in) for sign_in in raw.sign_ins),
            pinned_roots=tuple(raw.pinned_roots),
            include_routes=tuple(raw.include_routes),
            exclude_routes=tuple(raw.exclude_routes),
            dns_servers=tuple(raw.dns_servers),
            dns_suffixes=tuple(raw.dns_suffixes),
            trusted_networks=tuple(raw.trusted_networks),
            secondary_profile=raw.secondary_profile,
            network_name=raw.network_name,
            announced_routes=tuple(raw.announced_routes),
            address_pool=tuple(raw.address_pool),
        )
