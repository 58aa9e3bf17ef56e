from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass, field
from typing import Awaitable, Callable, Optional, Union

from . import _raw
from ._awaiter import Awaiter


class EntraMethod(enum.Enum):
    """How a session signs in with Microsoft Entra ID when nobody has signed in before, or Entra wants it anew."""

    BROWSER = "browser"
    """In a browser on this machine: a :class:`SignInPageChallenge` names the page."""
    DEVICE_CODE = "device_code"
    """On any device, with a code: a :class:`DeviceCodeChallenge` names page and code. Tenants may forbid it."""
    TOKEN = "token"
    """Not at all: the program brings tokens, by ``token_provider`` or when an :class:`AccessTokenChallenge` asks."""

    def _to_raw(self) -> _raw.EntraMethod:
        return {
            EntraMethod.BROWSER: _raw.EntraMethod.BROWSER,
            EntraMethod.DEVICE_CODE: _raw.EntraMethod.DEVICE_CODE,
            EntraMethod.TOKEN: _raw.EntraMethod.TOKEN,
        }[self]


@dataclass(frozen=True)
class Credentials:
    """A user name with its password."""

    username: str
    password: str = field(repr=False)
    keep: bool = False
    """Whether they become part of the profile, with its other secrets, once the gateway has let the session in. A kept
    password that is refused is forgotten."""

    def _to_raw(self) -> _raw.Credentials:
        return _raw.Credentials(username=self.username, password=self.password, keep=self.keep)


@dataclass(frozen=True)
class AccessToken:
    """An access token of Entra ID that the program got."""

    token: str = field(repr=False)
    """The token as it was issued."""
    lifetime: Optional[float] = None
    """For how many seconds it is still good (``expires_in``); read from the token if ``None``."""

    def _to_raw(self) -> _raw.AccessToken:
        lifetime = None if self.lifetime is None else datetime.timedelta(seconds=self.lifetime)
        return _raw.AccessToken(token=self.token, lifetime=lifetime)


@dataclass(frozen=True)
class TokenRequest:
    """What is needed to get an access token of Entra ID."""

    authority: str
    """The tenant's address, such as ``https://login.microsoftonline.com/<tenant id>``."""
    client_id: str
    """The application that signs the user in."""
    audience: str
    """The application that the token is for: the gateway's."""
    scope: str
    """The scope to ask for, ``<audience>/.default``."""
    username: Optional[str]
    """The user name that the program chose for the session."""

    @classmethod
    def _from_raw(cls, raw: _raw.TokenRequest) -> TokenRequest:
        return cls(raw.authority, raw.client_id, raw.audience, raw.scope, raw.username)


Token = Union[AccessToken, str]
"""An access token, with or without its lifetime."""

TokenProvider = Callable[[TokenRequest], Union[Token, None, Awaitable[Optional[Token]]]]
"""Gets a token, at once or as a coroutine; ``None`` means that the user does not want to sign in."""


def token_to_raw(token: Token) -> _raw.AccessToken:
    return (AccessToken(token) if isinstance(token, str) else token)._to_raw()


class RawTokenProvider(_raw.TokenProvider):  # type: ignore[misc]  # the generated module has no types
    """Calls the program's provider: a coroutine in the event loop that ``connect`` was called in."""

    def __init__(self, provider: TokenProvider) -> None:
        self._provider = provider
        self._awaiter = Awaiter()

    def token(self, request: _raw.TokenRequest) -> _raw.AccessToken:
        try:
            token = self._awaiter.result(self._provider(TokenRequest._from_raw(request)))
        except Exception as error:
            raise _raw.TokenProviderError.Failed(f"{type(error).__name__}: {error}") from error
        if token is None:
            raise _raw.TokenProviderError.Cancelled()
        return token_to_raw(token)
