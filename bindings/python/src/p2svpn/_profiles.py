from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, List, Optional, Tuple, Union

from . import _raw
from ._device import Auto, Device
from ._edit_report import EditReport
from ._error import translated
from ._profile_details import ProfileDetails
from ._profile_problem import ProfileProblem
from ._vpn_warning import VpnWarning


@dataclass(frozen=True)
class Profile:
    """What a program shows of a profile. It holds no secret."""

    id: str
    """The id to connect by: 16 hexadecimal digits that follow from the profile's bytes."""
    name: str
    """The name for people."""
    servers: Tuple[str, ...]
    """The gateways as ``host:port``, in the order to try them."""
    sign_in: str
    """How it signs in: ``certificate``, ``entra``, ``password`` or ``certificate_and_password``."""
    sign_ins: Tuple[str, ...]
    """All ways to sign in that it offers, the one that is used first."""
    full_tunnel: bool
    """Whether all IPv4 traffic belongs into the tunnel."""
    always_on: bool
    """Whether it is meant to be connected always."""
    network_id: Optional[str]
    """The id of the virtual network gateway, where its address tells."""
    edited: bool
    """Whether it was changed since it was imported."""


@dataclass(frozen=True)
class ImportedProfile(Profile):
    """A profile that was imported, and what had to be forgiven to read it."""

    warnings: Tuple[VpnWarning, ...]
    """What was ignored or repaired, in the order of the file; at most 200."""
    warnings_left_out: int
    """How many warnings there were beyond those kept."""
    update_of: Optional[str]
    """The id of another profile that calls the same gateway, of which this is probably a newer version.

    Offer the user to :meth:`~Profiles.update` that one instead, which keeps the edits and removes this one.
    """


@dataclass(frozen=True)
class UpdatedProfile(Profile):
    """A profile that was brought up to date with a newer package of its gateway."""

    kept: Tuple[str, ...]
    """The fields that the user had edited and that stayed."""
    conflicts: Tuple[str, ...]
    """The fields that the user had edited and that the newer package changes otherwise: somebody should look."""
    removed: Optional[str]
    """The id of the profile that an import of the newer package had made, if it was removed: nobody had edited it."""
    warnings: Tuple[VpnWarning, ...]
    """What was ignored or repaired in the newer package; at most 200."""
    warnings_left_out: int
    """How many warnings there were beyond those kept."""


@dataclass(frozen=True)
class ExportedProfile:
    """A profile as the text of a file."""

    text: str = field(repr=False)
    """What the file holds; with its secrets it is as secret as the profile, and nobody can wipe a Python string."""
    notes: Tuple[str, ...]
    """What the profile says and the file does not, a sentence each."""


@dataclass(frozen=True)
class Plan:
    """What a profile needs and what it would change on this machine; ``str()`` of it is a text for people."""

    text: str = field(repr=False)
    """The plan for people."""
    data: Dict[str, Any] = field(repr=False)
    """The plan for programs, as the documentation of the JSON names it."""
    warnings: Tuple[VpnWarning, ...] = ()
    """What had to be forgiven to read the profile, for one that is not kept; at most 200."""
    warnings_left_out: int = 0
    """How many warnings there were beyond those kept."""

    def __str__(self) -> str:
        return self.text

    @classmethod
    def _from_raw(cls, raw: _raw.Plan) -> Plan:
        return cls(raw.text, json.loads(raw.json), _warnings(raw.warnings), raw.warnings_left_out)


Path = Union[str, os.PathLike[str]]
"""Where a file is."""

Entries = Union[str, Iterable[str]]
"""Entries of a list: a text with commas or lines between them, or several texts."""


class Profiles:
    """The profiles of a client: :attr:`Client.profiles`.

    They are kept in memory for the life of the client, or in the folder that the client was made with. Calls read and
    write files and block for as long as that takes, usually milliseconds.
    """

    def __init__(self, raw: _raw.Client) -> None:
        self._raw = raw

    def import_file(self, path: Path) -> ImportedProfile:
        """Reads a file with one profile and keeps it, whatever kind it is.

        The zip package of the Azure portal as it comes, ``azurevpnconfig.xml``, what Microsoft's client exports, an
        Intune policy, an OpenVPN configuration with the files beside it that it names, or a profile in this library's
        JSON. The kind is told from what the file holds. What was imported before is not kept twice: it is the profile
        that it became, with the user's edits.
        """
        with translated():
            return _imported(self._raw.import_profile_file(os.fspath(path)))

    def import_files(self, paths: Iterable[Path]) -> List[ImportedProfile]:
        """Reads files that explain each other or hold several profiles, and keeps all profiles in them."""
        with translated():
            return [_imported(raw) for raw in self._raw.import_profile_files(_paths(paths))]

    def import_bytes(self, data: bytes, name: Optional[str] = None) -> ImportedProfile:
        """Reads one profile from the bytes of a file and keeps the profile, under a name of its own if one is given.

        Importing the same bytes again changes nothing but the name, and gives the same id.
        """
        with translated():
            return _imported(self._raw.import_profile(data, name))

    def list(self) -> List[Profile]:
        """Returns every profile, in the order of the user."""
        return [Profile(**_fields(summary)) for summary in self._raw.profiles()]

    def get(self, profile: Union[Profile, str]) -> Profile:
        """Returns one profile as it is now, by its id or by what it was before."""
        with translated():
            return Profile(**_fields(self._raw.profile(profile_id(profile))))

    def details(self, profile: Union[Profile, str]) -> ProfileDetails:
        """Returns everything that a program shows of one profile beside what :class:`Profile` says."""
        with translated():
            return ProfileDetails._from_raw(self._raw.profile_details(profile_id(profile)))

    def edit(
        self,
        profile: Union[Profile, str],
        *,
        name: Optional[str] = None,
        servers: Optional[Iterable[str]] = None,
        add_servers: Iterable[str] = (),
        remove_servers: Iterable[str] = (),
        server_order: Optional[Iterable[str]] = None,
        transport: Optional[str] = None,
        sign_in: Optional[str] = None,
        client_certificate: Optional[str] = None,
        certificate_issuer: Optional[str] = None,
        user_name: Optional[str] = None,
        include_routes: Optional[Entries] = None,
        add_include_routes: Optional[Entries] = None,
        remove_include_routes: Optional[Entries] = None,
        exclude_routes: Optional[Entries] = None,
        add_exclude_routes: Optional[Entries] = None,
        remove_exclude_routes: Optional[Entries] = None,
        aggregate_include_routes: bool = False,
        aggregate_exclude_routes: bool = False,
        dns_servers: Optional[Entries] = None,
        add_dns_servers: Optional[Entries] = None,
        remove_dns_servers: Optional[Entries] = None,
        dns_suffixes: Optional[Entries] = None,
        add_dns_suffixes: Optional[Entries] = None,
        remove_dns_suffixes: Optional[Entries] = None,
        trusted_networks: Optional[Entries] = None,
        add_trusted_networks: Optional[Entries] = None,
        remove_trusted_networks: Optional[Entries] = None,
        forced_tunnel: Optional[bool] = None,
        always_on: Optional[bool] = None,
        secondary_profile: Optional[str] = None,
    ) -> EditReport:
        """Changes a profile, all or nothing, and returns what came of it.

        What is absent stays. ``include_routes`` and the other lists replace what is there, an empty one clears it;
        ``remove_`` and then ``add_`` change parts. Networks are ``10.0.0.0/8``, ``10.0.0.0 255.0.0.0`` or single
        addresses, in a text with commas or lines between them or in several; ``aggregate_`` joins them to the fewest.
        Servers are ``host``, ``host:port`` or ``host:port/udp``; ``server_order`` names each once, and ``transport``,
        ``tcp`` or ``udp``, is for all. An empty ``client_certificate``, ``certificate_issuer``, ``user_name`` or
        ``secondary_profile`` clears it. A ``client_certificate`` takes the place of another one that the profile
        brought along, which is taken out with its private key. A refused edit raises ``EDIT_REFUSED`` with the reason.
        """
        edit = _raw.ProfileEdit(
            name=name,
            servers=None if servers is None else list(servers),
            add_servers=list(add_servers),
            remove_servers=list(remove_servers),
            server_order=None if server_order is None else list(server_order),
            transport=transport,
            sign_in=sign_in,
            client_certificate=client_certificate,
            certificate_issuer=certificate_issuer,
            user_name=user_name,
            include_routes=_list(include_routes, remove_include_routes, add_include_routes),
            exclude_routes=_list(exclude_routes, remove_exclude_routes, add_exclude_routes),
            aggregate_include_routes=aggregate_include_routes,
            aggregate_exclude_routes=aggregate_exclude_routes,
            dns_servers=_list(dns_servers, remove_dns_servers, add_dns_servers),
            dns_suffixes=_list(dns_suffixes, remove_dns_suffixes, add_dns_suffixes),
            trusted_networks=_list(trusted_networks, remove_trusted_networks, add_trusted_networks),
            forced_tunnel=forced_tunnel,
            always_on=always_on,
            secondary_profile=secondary_profile,
        )
        with translated():
            return EditReport._from_raw(self._raw.edit_profile(profile_id(profile), edit))

    def update(self, profile: Union[Profile, str], path: Path, *others: Path) -> UpdatedProfile:
        """Brings a profile up to date with the file of a newer package, and keeps what the user edited.

        Several files have to explain each other. A profile that an import of the same package made before is removed,
        unless it was edited.
        """
        with translated():
            return _updated(self._raw.update_profile_files(profile_id(profile), _paths([path, *others])))

    def update_bytes(self, profile: Union[Profile, str], data: bytes) -> UpdatedProfile:
        """Brings a profile up to date with the bytes of a newer package, as :meth:`update` does."""
        with translated():
            return _updated(self._raw.update_profile(profile_id(profile), data))

    def duplicate(self, profile: Union[Profile, str], name: str) -> Profile:
        """Copies a profile with its secrets under another name, after all others."""
        with translated():
            return Profile(**_fields(self._raw.duplicate_profile(profile_id(profile), name)))

    def move_to(self, profile: Union[Profile, str], index: int) -> None:
        """Moves a profile to a place in the list, counted from 0; beyond the end is the end."""
        with translated():
            self._raw.move_profile(profile_id(profile), index)

    def export(
        self, profile: Union[Profile, str], format: str = "azure_xml", *, secrets: bool = False
    ) -> ExportedProfile:
        """Writes a profile as ``azure_xml``, ``json`` or ``openvpn``; without its secrets unless they are asked for."""
        with translated():
            raw = self._raw.export_profile(profile_id(profile), format, secrets)
        return ExportedProfile(raw.text, tuple(raw.notes))

    def problems(self) -> List[ProfileProblem]:
        """Returns what is wrong in the folder of the profiles, such as a damaged file that was set aside."""
        return [ProfileProblem._from_raw(raw) for raw in self._raw.profile_problems()]

    def discard(self, problem: Union[ProfileProblem, str]) -> bool:
        """Deletes a damaged file that was set aside, with its secrets, and returns whether it was there.

        It takes the problem, or the name in :attr:`ProfileProblem.set_aside`.
        """
        name = problem.set_aside if isinstance(problem, ProfileProblem) else problem
        if name is None:
            raise ValueError("only a file that was set aside can be discarded")
        with translated():
            return self._raw.discard_profile_file(name)

    def refresh(self) -> None:
        """Looks at what other programs did to the folder of the profiles.

        This happens by itself every few seconds; what this call does beside it is to try again what could not be used.
        """
        with translated():
            self._raw.refresh_profiles()

    def explain(self, profile: Union[Profile, str], *, device: Device = Auto(), configure_machine: bool = True) -> Plan:
        """Tells what a profile needs and what it would change on this machine, before anything is connected.

        ``device`` and ``configure_machine`` are what it would be connected with: :meth:`Client.connect` tells of them.
        """
        options = _raw.ConnectOptions(device=device._to_raw(), configure_machine=configure_machine)
        with translated():
            return Plan._from_raw(self._raw.explain(profile_id(profile), options))

    def explain_files(
        self, paths: Iterable[Path], *, device: Device = Auto(), configure_machine: bool = True
    ) -> List[Plan]:
        """Tells the same of the profiles in files, without keeping them."""
        options = _raw.ConnectOptions(device=device._to_raw(), configure_machine=configure_machine)
        with translated():
            return [Plan._from_raw(raw) for raw in self._raw.explain_files(_paths(paths), options)]

    def signed_in(self, profile: Union[Profile, str]) -> List[str]:
        """Returns the user names that have signed in with Entra ID for a profile, the last one first.

        What one profile remembers is shared by all of the same application.
        """
        with translated():
            return self._raw.signed_in(profile_id(profile))

    def sign_out(self, profile: Union[Profile, str], username: Optional[str] = None) -> None:
        """Forgets the sign-in of a user with Entra ID, or those of all users of the profile's application.

        The next session asks for a sign-in. Entra itself and the browser do not learn of it.
        """
        with translated():
            self._raw.sign_out(profile_id(profile), username)

    def remove(self, profile: Union[Profile, str]) -> None:
        """Forgets a profile; sessions that use it go on."""
        with translated():
            self._raw.remove_profile(profile_id(profile))


def profile_id(profile: Union[Profile, str]) -> str:
    return profile.id if isinstance(profile, Profile) else profile


def _paths(paths: Iterable[Path]) -> List[str]:
    return [os.fspath(path) for path in paths]


def _list(replace: Optional[Entries], remove: Optional[Entries], add: Optional[Entries]) -> Optional[_raw.ListEdit]:
    if replace is None and remove is None and add is None:
        return None
    return _raw.ListEdit(replace=_text(replace), remove=_text(remove), add=_text(add))


def _text(entries: Optional[Entries]) -> Optional[str]:
    if entries is None or isinstance(entries, str):
        return entries
    return "\n".join(entries)


def _imported(raw: _raw.ImportedProfile) -> ImportedProfile:
    return ImportedProfile(
        **_fields(raw.summary),
        warnings=_warnings(raw.warnings),
        warnings_left_out=raw.warnings_left_out,
        update_of=raw.update_of,
    )


def _updated(raw: _raw.UpdatedProfile) -> UpdatedProfile:
    return UpdatedProfile(
        **_fields(raw.summary),
        kept=tuple(raw.kept),
        conflicts=tuple(raw.conflicts),
        removed=raw.removed,
        warnings=_warnings(raw.warnings),
        warnings_left_out=raw.warnings_left_out,
    )


def _warnings(raw: Iterable[_raw.Warning]) -> Tuple[VpnWarning, ...]:
    return tuple(VpnWarning._from_raw(warning) for warning in raw)


def _fields(summary: _raw.ProfileSummary) -> Dict[str, Any]:
    return {
        "id": summary.id,
        "name": summary.name,
        "servers": tuple(summary.servers),
        "sign_in": summary.sign_in,
        "sign_ins": tuple(summary.sign_ins),
        "full_tunnel": summary.full_tunnel,
        "always_on": summary.always_on,
        "network_id": summary.network_id,
        "edited": summary.edited,
    }
