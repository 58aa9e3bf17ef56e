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
    line: Optional[int]
    """Line in the profile's file, counted from 1, where it is about one."""
    column: Optional[int]
    """Column in that line, counted from 1."""

    def __str__(self) -> str:
        if self.line is None:
            return self.message
        return f"line {self.line}, column {self.column}: {self.message}"

    @classmethod
    def _from_raw(cls, raw: _raw.Warning) -> VpnWarning:
        return cls(raw.kind, raw.message, raw.line, raw.column)
