from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from . import _raw


@dataclass(frozen=True)
class ProfileProblem:
    """Something in the folder of the profiles that is not as it should be. All other profiles are there."""

    kind: str
    """What is wrong, by a stable name.

    ``set_aside``, ``damaged``, ``newer``, ``unreadable``, ``secrets_missing``, ``secrets_unreadable``, ``wrong_key``,
    ``foreign_name``, ``too_many``, ``order``, ``was_open_to_others``, and what a later version adds.
    """
    path: str
    """The file or folder, where it is now."""
    profile: Optional[str]
    """The id of the profile, where the file's name tells."""
    set_aside: Optional[str]
    """The name of a file that was set aside, which :meth:`Profiles.discard` takes."""
    reason: str
    """What is wrong, in a clause that repeats no secret."""
    remedy: str
    """What the user can do about it, in a sentence."""

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}. {self.remedy}"

    @classmethod
    def _from_raw(cls, raw: _raw.ProfileProblem) -> ProfileProblem:
        return cls(raw.kind, raw.path, raw.profile, raw.set_aside, raw.reason, raw.remedy)
