from __future__ import annotations

import enum


class Protection(enum.Enum):
    """What becomes of the traffic that a session is for."""

    NONE = "None"
    """It goes its way as if there were no session."""
    PROTECTED = "Protected"
    """It goes through the tunnel."""
    HELD = "Held"
    """It is held: it goes neither through the tunnel nor outside of it."""
    UNKNOWN = "Unknown"
    """One that this package has no name for."""

    def __str__(self) -> str:
        return self.value
