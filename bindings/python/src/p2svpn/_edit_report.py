from __future__ import annotations

from dataclasses import dataclass, field
from typing import Tuple

from . import _raw


@dataclass(frozen=True)
class Duplicate:
    """Something that stood in a list already."""

    field: str
    """The list."""
    text: str
    """What was to be added."""


@dataclass(frozen=True)
class HostBits:
    """A network that was written with address bits beyond its mask."""

    field: str
    """The list."""
    written: str
    """The network as it was written, such as ``10.1.2.3/8``."""
    used: str
    """The network as it is used, such as ``10.0.0.0/8``."""


@dataclass(frozen=True)
class Nested:
    """A network that lies inside another one of the same list, and so adds nothing to it."""

    field: str
    """The list."""
    outer: str
    """The smallest other network that holds it."""
    inner: str
    """The network."""


@dataclass(frozen=True)
class Overlap:
    """An include route and an exclude route of which one lies inside the other; the smaller one has its way."""

    include: str
    """The network that is to be reached through the tunnel."""
    exclude: str
    """The network that is to be reached outside the tunnel."""


@dataclass(frozen=True)
class EditReport:
    """What an edit did, beside what it was asked for; ``str()`` of it is a text for people.

    Fields have stable names, which are mostly those that :meth:`Profiles.edit` takes: ``name``, ``servers``,
    ``include_routes``.
    """

    text: str = field(repr=False)
    """The report for people."""
    changed: Tuple[str, ...]
    """The fields in which the profile differs from the one before; none if it stays as it was."""
    duplicates: Tuple[Duplicate, ...]
    """What was added although it stood there already, and was passed over."""
    host_bits: Tuple[HostBits, ...]
    """Networks that were written with address bits beyond their mask."""
    nested: Tuple[Nested, ...]
    """Networks of the edited lists that lie inside another one of the same list."""
    overlaps: Tuple[Overlap, ...]
    """Include routes and exclude routes of which one lies inside the other."""
    aggregated: int
    """How many networks fewer there are after aggregation."""
    identity_removed: bool
    """Whether a client certificate that the profile brought along was taken out: another one is named now."""

    def __str__(self) -> str:
        return self.text

    @classmethod
    def _from_raw(cls, raw: _raw.EditReport) -> EditReport:
        return cls(
            text=raw.text,
            changed=tuple(raw.changed),
            duplicates=tuple(Duplicate(one.field, one.text) for one in raw.duplicates),
            host_bits=tuple(HostBits(one.field, one.written, one.used) for one in raw.host_bits),
            nested=tuple(Nested(one.field, one.outer, one.inner) for one in raw.nested),
            overlaps=tuple(Overlap(one.include, one.exclude) for one in raw.overlaps),
            aggregated=raw.aggregated,
            identity_removed=raw.identity_removed,
        )
