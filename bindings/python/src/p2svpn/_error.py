from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Dict, Iterator, List, Tuple, Type

from . import _raw


@dataclass(frozen=True)
class ErrorDetails:
    """Everything known about an error. It holds no secret."""

    number: int
    """The stable number; the hundreds tell where it went wrong."""
    name: str
    """The stable name, such as ``NO_ANSWER``."""
    message: str
    """What happened and to what, in one line."""
    context: str
    """What it happened to; may be empty."""
    causes: Tuple[str, ...]
    """What the layers below said, the nearest first."""
    cause: str
    """Why this usually happens."""
    remedy: str
    """What to do about it."""


class P2SVpnError(Exception):
    """What went wrong, why it usually does, and what to do about it.

    Catch one of the six classes below this one to react by kind, or look at :attr:`number`; the texts may change.
    """

    def __init__(self, details: ErrorDetails) -> None:
        super().__init__(details)
        self.details = details

    def __str__(self) -> str:
        return f"{self.details.message} ({self.number} {self.name}). {self.remedy}"

    @property
    def number(self) -> int:
        """The stable number, never used again for another error."""
        return self.details.number

    @property
    def name(self) -> str:
        """The stable name, such as ``NO_ANSWER``."""
        return self.details.name

    @property
    def message(self) -> str:
        """What happened and to what, in one line."""
        return self.details.message

    @property
    def cause(self) -> str:
        """Why this usually happens."""
        return self.details.cause

    @property
    def causes(self) -> Tuple[str, ...]:
        """What the layers below said, the nearest first."""
        return self.details.causes

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self.details.remedy


class RetryError(P2SVpnError):
    """The same again may succeed later, without anybody's doing."""


class NeedsSignInError(P2SVpnError):
    """Somebody has to sign in again, or with other credentials."""


class UserActionError(P2SVpnError):
    """The user can do something about it: the remedy says what."""


class ConfigurationError(P2SVpnError):
    """A profile, a gateway or an option has to be changed, usually by an administrator."""


class FatalError(P2SVpnError):
    """It will not succeed, whoever tries."""


class BugError(P2SVpnError):
    """A defect in the program or in the library."""


def error_catalogue() -> List[P2SVpnError]:
    """Returns every error that there is, in the order of the numbers, each without context."""
    return [error_from_details(details) for details in _raw.error_catalogue()]


def error_from_details(raw: _raw.ErrorDetails) -> P2SVpnError:
    details = ErrorDetails(
        number=raw.number,
        name=raw.name,
        message=raw.message,
        context=raw.context,
        causes=tuple(raw.causes),
        cause=raw.cause,
        remedy=raw.remedy,
    )
    return _CLASSES.get(raw._class, P2SVpnError)(details)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Raises what the layer below raises as one of the classes here."""
    try:
        yield
    except _raw.VpnError.Failed as failed:
        raise error_from_details(failed.details) from None
    except _raw.InternalError as panic:
        raise _internal_failure(str(panic)) from panic


def _internal_failure(context: str) -> P2SVpnError:
    for details in _raw.error_catalogue():
        if details.name == "INTERNAL_FAILURE":
            details.context = context
            details.message = f"{details.message}: {context}"
            return error_from_details(details)
    raise AssertionError("the catalogue has INTERNAL_FAILURE")


_CLASSES: Dict[_raw.ErrorClass, Type[P2SVpnError]] = {
    _raw.ErrorClass.RETRY: RetryError,
    _raw.ErrorClass.NEEDS_SIGN_IN: NeedsSignInError,
    _raw.ErrorClass.USER_ACTION: UserActionError,
    _raw.ErrorClass.CONFIGURATION: ConfigurationError,
    _raw.ErrorClass.FATAL: FatalError,
    _raw.ErrorClass.BUG: BugError,
}
