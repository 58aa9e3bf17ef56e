"""A gateway whose users sign in with a stand-in for Entra, and the browser of one who does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, AsyncIterator, Dict, Optional

import p2svpn

from .support import Gateway, gateway

USER = "alice@contoso.example"
PASSWORD = "secret"


class Entra:
    """The stand-in, as a browser and as another application see it."""

    def __init__(self, remote: Gateway) -> None:
        self.gateway = remote
        self.root = remote.folder / "entra-root.pem"
        profile = remote.profile.read_text()
        self.authority = _between(profile, "<tenant>", "/</tenant>")
        self.audience = _between(profile, "<audience>", "</audience>")
        self.host = self.authority.split("/")[2]

    def client(self, **options: Any) -> p2svpn.Client:
        """A client that lets profiles send their users there."""
        return p2svpn.Client(authorities=[self.host], login_roots=self.root.read_bytes(), **options)

    async def approve(self, page: str, code: str) -> None:
        """Types a device code, name and password."""
        await asyncio.to_thread(self._approve, page, code)

    async def sign_in(self, page: str) -> str:
        """Opens a page where somebody is signed in already, and returns where the browser is sent."""
        return await asyncio.to_thread(self._redirect, page)

    async def access_token(self) -> str:
        """A token that another application got, without anybody's doing."""
        return await asyncio.to_thread(self._access_token)

    async def forward(self, request: p2svpn.HttpRequest) -> p2svpn.HttpResponse:
        """Sends a request as the program's own HTTP client."""
        return await asyncio.to_thread(self.forwarded, request)

    def forwarded(self, request: p2svpn.HttpRequest) -> p2svpn.HttpResponse:
        """Sends a request in this thread."""
        asked = urllib.request.Request(request.url, request.body, dict(request.headers), method=request.method)
        try:
            with urllib.request.build_opener(self._https()).open(asked) as answer:
                return p2svpn.HttpResponse(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as answer:
            with answer:
                return p2svpn.HttpResponse(answer.code, dict(answer.headers), answer.read())

    def _approve(self, page: str, code: str) -> None:
        html = self._fill(self._send(page), user_code=code)
        self._fill(html, username=USER, password=PASSWORD)

    def _fill(self, html: str, **fields: str) -> str:
        action = _between(html, 'action="', '"')
        ticket = re.search('name="ticket" type="hidden" value="([^"]*)"', html)
        if ticket:
            fields["ticket"] = ticket.group(1)
        return self._send(f"https://{self.host}{action}", fields)

    def _access_token(self) -> str:
        form = {"client_id": self.audience, "scope": f"{self.audience}/.default"}
        begun = json.loads(self._send(f"{self.authority}/oauth2/v2.0/devicecode", form))
        form = {
            "client_id": self.audience,
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "device_code": begun["device_code"],
        }
        token: str = json.loads(self._send(f"{self.authority}/oauth2/v2.0/token", form))["access_token"]
        return token

    def _redirect(self, page: str) -> str:
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_: Any) -> None:
                return None

        opener = urllib.request.build_opener(Stay, self._https())
        try:
            opener.open(page)
        except urllib.error.HTTPError as error:
            with error:
                return str(error.headers["Location"])
        raise AssertionError("the browser was sent nowhere")

    def _send(self, url: str, form: Optional[Dict[str, str]] = None) -> str:
        body = None if form is None else urllib.parse.urlencode(form).encode()
        with urllib.request.build_opener(self._https()).open(url, body) as answer:
            text: str = answer.read().decode()
            return text

    def _https(self) -> urllib.request.HTTPSHandler:
        return urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(self.root)))


@contextlib.asynccontextmanager
async def entra(*arguments: str) -> AsyncIterator[Entra]:
    """A gateway with the stand-in, both with these arguments."""
    async with gateway("--entra", *arguments) as remote:
        yield Entra(remote)


def _between(text: str, start: str, end: str) -> str:
    return text.split(start, 1)[1].split(end, 1)[0]


EXAMPLE = str(Path(__file__).resolve().parents[3] / "examples/python/sign_in.py")
