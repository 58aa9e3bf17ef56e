from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Optional, Tuple, Union

from . import _raw
from ._error import translated


@dataclass(frozen=True)
class Recovered:
    """What was found of processes that were killed."""

    undone: Tuple[str, ...]
    """What was undone, each a line for people."""
    left: Tuple[str, ...]
    """What was left as it is, and why."""


async def recover(journal_folder: Optional[Union[str, os.PathLike[str]]] = None) -> Recovered:
    """Undoes what killed processes have left on the machine, as every :class:`Client` with the privilege does.

    For installers and scripts at the start of the system. What a live process has changed is not touched, and neither
    is what somebody else has changed since. ``journal_folder`` is that of :class:`Client`; ``None`` is the machine's
    own. It needs ``CAP_NET_ADMIN`` if there is something to undo.
    """
    with translated():
        raw = await _raw.recover(None if journal_folder is None else os.fspath(journal_folder))
    return Recovered(tuple(raw.undone), tuple(raw.left))
