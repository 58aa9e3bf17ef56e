"""Profiles whose secrets are sealed with a key in the desktop's key ring."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, Iterator
from unittest import TestCase

from .support import PATIENCE, ROOT

PROFILE = ROOT / "core/profile/tests/fixtures/certificate.xml"

# A process has one environment, which says where its desktop's bus is.
IMPORT = """
import sys, p2svpn
print(p2svpn.Client(profile_folder=sys.argv[1]).profiles.import_file(sys.argv[2]).name)
"""
LIST = """
import sys, p2svpn
client = p2svpn.Client(profile_folder=sys.argv[1])
profile, = client.profiles.list()
client.profiles.export(profile, "json", secrets=True)
print(profile.name)
"""
FAIL = """
import sys, p2svpn
try:
    p2svpn.Client(profile_folder=sys.argv[1])
except p2svpn.P2SVpnError as error:
    print(error)
"""

BUS = """<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@contextlib.contextmanager
def desktop(folder: Path) -> Iterator[Dict[str, str]]:
    """The environment of a desktop whose key ring was unlocked at the login."""
    (folder / "bus.conf").write_text(BUS.format(folder=folder))
    places = ("HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME")
    environment = {**os.environ, **dict.fromkeys(places, str(folder))}
    environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={folder}/bus"
    with contextlib.ExitStack() as running:
        bus = ["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--nopidfile", "--print-address"]
        started = running.enter_context(ended(subprocess.Popen(bus, stdout=subprocess.PIPE, env=environment)))
        assert started.stdout is not None and started.stdout.readline()
        ring = ["gnome-keyring-daemon", "--foreground", "--components=secrets", "--unlock"]
        unlocked = subprocess.Popen(ring, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment)
        running.enter_context(ended(unlocked))
        assert unlocked.stdin is not None
        unlocked.stdin.write(b"password of the login")
        unlocked.stdin.close()
        yield environment


@contextlib.contextmanager
def ended(process: "subprocess.Popen[bytes]") -> Iterator["subprocess.Popen[bytes]"]:
    with process:
        try:
            yield process
        finally:
            process.kill()


class KeyRingTest(TestCase):
    def setUp(self) -> None:
        for program in ("dbus-daemon", "gnome-keyring-daemon"):
            if shutil.which(program) is None:
                if os.environ.get("CI") == "true":
                    self.fail(f"{program} is missing: bin/needs installs it")
                self.skipTest(f"{program} is missing")
        temporary = tempfile.TemporaryDirectory(prefix="p2svpn-desktop-")
        self.addCleanup(temporary.cleanup)
        self.desktop = Path(temporary.name)
        self.folder = self.desktop / "profiles"

    def run_script(self, script: str, environment: Dict[str, str]) -> str:
        command = [sys.executable, "-c", script, str(self.folder), str(PROFILE)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
        return done.stdout + done.stderr

    def test_a_folder_alone_is_opened_by_the_desktops_key_ring_and_by_nothing_else(self) -> None:
        with desktop(self.desktop) as environment:
            deadline = time.monotonic() + PATIENCE
            while "STORE_UNAVAILABLE" in self.run_script(FAIL, environment):
                self.assertLess(time.monotonic(), deadline, "the key ring does not start")
            name = self.run_script(IMPORT, environment)
            self.assertNotIn("Error", name)
            self.assertEqual(self.run_script(LIST, environment), name)

        without = self.run_script(FAIL, environment)

        self.assertIn("STORE_UNAVAILABLE", without)
        self.assertIn("sealing key", without)
