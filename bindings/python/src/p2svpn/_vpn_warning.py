from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from . import _raw


@dataclass(frozen=True)
class VpnWarning:
    """Something odd that was ignored or repaired. It ends nothing."""

    kind: str
    """What it is about: ``profile``, ``push``, ``device``, ``machine`` or ``gateway``."""
    message: str
    """What it is, in a sentence without a full stop."""
    file: Optional[str]
    """The profile's file, or the file in its package, where it is about one that has a name."""
    line: Optional[int]
    """Line in the profile's file, counted from 1, where it is about one."""
    column: Optional[int]
    """Column in that line, counted from 1."""

    def __str__(self) -> str:
        if self.line is None:
            return self.message
        file = "" if self.file is None else f"{self.file}: "
        return f"{file}line {self.line}, column {self.column}: {self.message}"

    @classmethod
    def _from_raw(cls, raw: _raw.Warning) -> VpnWarning:
        return cls(raw.kind, raw.message, raw.file, raw.line, raw.column)
