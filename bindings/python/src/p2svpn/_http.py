from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Awaitable, Callable, Mapping, Union

from . import _raw
from ._awaiter import Awaiter


@dataclass(frozen=True)
class HttpRequest:
    """A request of a sign-in."""

    method: str
    """``GET`` or ``POST``."""
    url: str
    """The address, which begins with ``https://`` and holds nothing secret."""
    headers: Mapping[str, str]
    """The headers to send, beside ``Host`` and ``Content-Length``, which are the client's."""
    body: bytes = field(repr=False)
    """The body to send; it may be secret."""


@dataclass(frozen=True)
class HttpResponse:
    """The answer of a server, whatever its status is; redirects are answers too."""

    status: int
    """The status, such as 200."""
    headers: Mapping[str, str]
    """The headers."""
    body: bytes = field(repr=False)
    """The body, at most 1 MiB; it may be secret."""


HttpClient = Callable[[HttpRequest], Union[HttpResponse, Awaitable[HttpResponse]]]
"""Sends a request, at once or as a coroutine. It checks the server's certificate, and raises where there is no answer:
:class:`TimeoutError`, :class:`ssl.SSLError`, another :class:`OSError`, or anything else."""


class RawHttpClient(_raw.HttpClient):  # type: ignore[misc]  # the generated module has no types
    """Calls the program's HTTP client: a coroutine in the event loop that the client was made in."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client
        self._awaiter = Awaiter()

    def send(self, request: _raw.HttpRequest) -> _raw.HttpResponse:
        try:
            asked = HttpRequest(request.method, request.url, request.headers, request.body)
            answer = self._awaiter.result(self._client(asked))
            return _raw.HttpResponse(status=answer.status, headers=dict(answer.headers), body=answer.body)
        except TimeoutError as error:
            raise _raw.HttpError.TimedOut() from error
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            if isinstance(error, ssl.SSLError):
                raise _raw.HttpError.NotSecure(reason) from error
            if isinstance(error, OSError):
                raise _raw.HttpError.Unreachable(reason) from error
            raise _raw.HttpError.Failed(reason) from error
