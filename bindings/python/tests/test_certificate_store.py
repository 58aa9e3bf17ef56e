"""Certificates in stores: listed, put there, and removed."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import skipUnless

import p2svpn

from .support import PASSWORD, PATIENCE, AsyncTest, gateway

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "271828"

# The token's software reads its environment once in a process.
SCRIPT = """
import asyncio, sys, p2svpn

async def main(module, pfx, password, pin):
    store = p2svpn.Pkcs11(module)
    container = p2svpn.Pfx(pfx, password)
    assert await store.certificates() == ()
    for wrong in (None, "000000"):
        try:
            await store.import_pfx(container, pin=wrong)
        except p2svpn.NeedsSignInError as error:
            assert error.name == "PIN_WRONG", error
        else:
            raise AssertionError(wrong)
    imported = await store.import_pfx(container, pin=pin)
    assert "Alice" in imported.source, imported
    assert await store.certificates() == (imported,)
    await store.remove(imported, pin=pin)
    assert await store.certificates() == ()
    try:
        await store.remove(imported.thumbprint, pin=pin)
    except p2svpn.UserActionError as error:
        print(error.name, imported.subject)

asyncio.run(main(*sys.argv[1:]))
"""


def has_a_token() -> bool:
    """Whether there is a token made of software; in continuous integration there has to be."""
    return os.environ.get("CI") == "true" or (Path(MODULE).exists() and shutil.which("softhsm2-util") is not None)


class CertificateStoreTest(AsyncTest):
    @skipUnless(has_a_token(), "a token made of software is missing: bin/needs installs it")
    async def test_a_container_is_put_on_a_token_listed_and_removed(self) -> None:
        started = await self.enter(gateway())
        with tempfile.TemporaryDirectory(prefix="p2svpn-token-") as folder:
            settings = Path(folder) / "softhsm2.conf"
            settings.write_text(f"directories.tokendir = {folder}\n")
            environment = {**os.environ, "SOFTHSM2_CONF": str(settings)}
            token = [
                "softhsm2-util",
                "--init-token",
                "--free",
                "--so-pin",
                "31415926",
                "--label",
                "Alice",
                "--pin",
                PIN,
            ]
            subprocess.run(token, env=environment, check=True, capture_output=True)
            command = [sys.executable, "-c", SCRIPT, MODULE, str(started.pfx), PASSWORD, PIN]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)

        self.assertEqual(done.stderr, "")
        self.assertEqual(done.stdout, "NO_CERTIFICATE_FITS CN=alice\n")

    @skipUnless(sys.platform == "linux", "other systems have stores")
    async def test_linux_has_no_store_of_its_own(self) -> None:
        for store in (p2svpn.CurrentUserStore(), p2svpn.LocalMachineStore()):
            with self.assertRaises(p2svpn.ConfigurationError) as raised:
                await store.certificates()
            self.assertEqual(raised.exception.name, "CERTIFICATE_STORE_UNAVAILABLE")
