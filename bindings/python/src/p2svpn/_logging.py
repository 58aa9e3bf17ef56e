from __future__ import annotations

import atexit
import datetime
import logging
import threading
from typing import Dict, Optional

from . import _raw

TRACE = 5
"""The level below :data:`logging.DEBUG`, for everything."""

_logger = logging.getLogger("p2svpn")
_logger.addHandler(logging.NullHandler())

_lock = threading.Lock()
_thread: Optional[threading.Thread] = None


def enable_logging(level: int = logging.DEBUG) -> None:
    """Has the library log into :mod:`logging`, up to this level, or changes the level.

    The loggers are named ``p2svpn.client``, ``p2svpn.tunnel.pump`` and so on. Records come from one thread; when the
    handlers do not keep up, the oldest are lost, and a warning says how many. Nothing secret is logged.
    """
    global _thread
    with _lock:
        reader = _raw.LogReader(_to_raw(level))
        if _thread is None:
            _thread = threading.Thread(target=_forward, args=(reader,), name="p2svpn-logging", daemon=True)
            _thread.start()
            atexit.register(_forward_waiting, reader)


def _forward(reader: _raw.LogReader) -> None:
    while True:
        _forward_records(reader, datetime.timedelta(seconds=60))


def _forward_waiting(reader: _raw.LogReader) -> None:
    """Hands over what the thread has no time for any more, and lets the library log nothing after it."""
    _raw.LogReader(_raw.LogLevel.OFF)
    _forward_records(reader, datetime.timedelta())


_dropped = 0


def _forward_records(reader: _raw.LogReader, timeout: datetime.timedelta) -> None:
    global _dropped
    for record in reader.wait_records(timeout):
        if record.dropped > _dropped:
            _logger.warning("%d records were lost", record.dropped - _dropped)
            _dropped = record.dropped
        name = record.target.replace("::", ".").replace("p2svpn_", "p2svpn.", 1)
        logger = logging.getLogger(name)
        level = _FROM_RAW[record.level]
        if not logger.isEnabledFor(level):
            continue
        forwarded = logger.makeRecord(name, level, "(p2svpn)", 0, record.message, (), None)
        forwarded.created = record.unix_milliseconds / 1000
        forwarded.msecs = record.unix_milliseconds % 1000
        logger.handle(forwarded)


def _to_raw(level: int) -> _raw.LogLevel:
    if level > logging.ERROR:
        return _raw.LogLevel.OFF
    if level > logging.WARNING:
        return _raw.LogLevel.ERROR
    if level > logging.INFO:
        return _raw.LogLevel.WARNING
    if level > logging.DEBUG:
        return _raw.LogLevel.INFORMATION
    if level > TRACE:
        return _raw.LogLevel.DEBUG
    return _raw.LogLevel.TRACE


_FROM_RAW: Dict[_raw.LogLevel, int] = {
    _raw.LogLevel.ERROR: logging.ERROR,
    _raw.LogLevel.WARNING: logging.WARNING,
    _raw.LogLevel.INFORMATION: logging.INFO,
    _raw.LogLevel.DEBUG: logging.DEBUG,
    _raw.LogLevel.TRACE: TRACE,
}
