from __future__ import annotations

import datetime


def utc(unix_time: int) -> datetime.datetime:
    """The moment; what a calendar does not have is its end."""
    try:
        return datetime.datetime.fromtimestamp(unix_time, datetime.timezone.utc)
    except (OverflowError, ValueError, OSError):
        end = datetime.datetime.max if unix_time > 0 else datetime.datetime.min
        return end.replace(tzinfo=datetime.timezone.utc)
