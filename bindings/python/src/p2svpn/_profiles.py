from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple, Union

from . import _raw
from ._error import translated
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
    """How it signs in: ``certificate``, ``entra`` or ``password``."""
    full_tunnel: bool
    """Whether all IPv4 traffic belongs into the tunnel."""


@dataclass(frozen=True)
class ImportedProfile(Profile):
    """A profile that was imported, and what had to be forgiven to read it."""

    warnings: Tuple[VpnWarning, ...]
    """What was ignored or repaired, in the order of the file; at most 200."""
    warnings_left_out: int
    """How many warnings there were beyond those kept."""


class Profiles:
    """The profiles of a client: :attr:`Client.profiles`.

    They are kept in memory for the life of the client: nothing is written to disk.
    """

    def __init__(self, raw: _raw.Client) -> None:
        self._raw = raw

    def import_file(self, path: Union[str, os.PathLike[str]]) -> ImportedProfile:
        """Reads ``azurevpnconfig.xml`` from a file and keeps the profile. It blocks for as long as reading takes."""
        with translated():
            return _imported(self._raw.import_profile_file(os.fspath(path)))

    def import_bytes(self, data: bytes, name: Optional[str] = None) -> ImportedProfile:
        """Reads the bytes of ``azurevpnconfig.xml`` and keeps the profile, under a name of its own if one is given.

        Importing the same bytes again changes nothing but the name, and gives the same id.
        """
        with translated():
            return _imported(self._raw.import_profile(data, name))

    def list(self) -> List[Profile]:
        """Returns every profile, in the order of the ids."""
        return [Profile(**_fields(summary)) for summary in self._raw.profiles()]

    def get(self, id: str) -> Profile:
        """Returns one profile."""
        with translated():
            return Profile(**_fields(self._raw.profile(id)))

    def remove(self, profile: Union[Profile, str]) -> None:
        """Forgets a profile; sessions that use it go on."""
        with translated():
            self._raw.remove_profile(profile_id(profile))


def profile_id(profile: Union[Profile, str]) -> str:
    return profile.id if isinstance(profile, Profile) else profile


def _imported(raw: _raw.ImportedProfile) -> ImportedProfile:
    return ImportedProfile(
        **_fields(raw.summary),
        warnings=tuple(VpnWarning._from_raw(warning) for warning in raw.warnings),
        warnings_left_out=raw.warnings_left_out,
    )


def _fields(summary: _raw.ProfileSummary) -> Dict[str, Any]:
    return {
        "id": summary.id,
        "name": summary.name,
        "servers": tuple(summary.servers),
        "sign_in": summary.sign_in,
        "full_tunnel": summary.full_tunnel,
    }
