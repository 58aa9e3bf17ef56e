"""The package as it is installed."""

import asyncio
import importlib.metadata
import importlib.resources
import logging
import pathlib
import tempfile
from typing import List
from unittest import IsolatedAsyncioTestCase, TestCase

import p2svpn

from .support import ROOT, connected, gateway, run_python, within

PROFILES = str(ROOT / "examples/python/profiles.py")
FIXTURES = ROOT / "core/profile/tests/fixtures"


class PackageTest(TestCase):
    def test_the_version_is_that_of_the_library(self) -> None:
        self.assertEqual(p2svpn.__version__, importlib.metadata.version("p2svpn"))

    def test_nothing_else_has_to_be_installed(self) -> None:
        self.assertIsNone(importlib.metadata.requires("p2svpn"))

    def test_type_checkers_find_the_types(self) -> None:
        self.assertTrue(importlib.resources.files("p2svpn").joinpath("py.typed").is_file())

    def test_everything_that_is_shown_is_there_and_documented(self) -> None:
        for name in p2svpn.__all__:
            with self.subTest(name=name):
                shown = getattr(p2svpn, name)
                if isinstance(shown, type):
                    self.assertTrue(shown.__doc__)

    def test_secrets_do_not_print(self) -> None:
        for certificate in (p2svpn.Pfx(b"PFX", "hush"), p2svpn.Pem(b"PEM", b"PEM", "hush")):
            for text in (repr(certificate), str(certificate)):
                self.assertNotIn("hush", text)
                self.assertNotIn("P2SVPN", text)

    def test_a_certificate_is_in_files_or_in_memory(self) -> None:
        with self.assertRaises(TypeError):
            p2svpn.Client().connect("0123456789abcdef", certificate=p2svpn.Pem(b"PEM", "key.pem"))


class LoggingTest(IsolatedAsyncioTestCase):
    async def test_what_the_library_logs_goes_to_logging(self) -> None:
        seen = Seen(asyncio.get_running_loop())
        logger = logging.getLogger("p2svpn")
        logger.addHandler(seen)
        logger.setLevel(logging.DEBUG)
        self.addCleanup(logger.removeHandler, seen)
        self.addCleanup(logger.setLevel, logging.NOTSET)
        self.addCleanup(p2svpn.enable_logging, logging.CRITICAL)

        p2svpn.enable_logging(logging.DEBUG)
        async with gateway() as remote, p2svpn.Client() as client, connected(client, remote):
            pass

        await within(seen.first)
        for record in list(seen.records):
            self.assertTrue(record.name.startswith("p2svpn."), record.name)
            self.assertNotIn("secret", record.getMessage())


class Seen(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.records: List[logging.LogRecord] = []
        self.first = loop.create_future()
        self._loop = loop

    def emit(self, record: logging.LogRecord) -> None:
        if not self.records:
            self._loop.call_soon_threadsafe(self.first.set_result, None)
        self.records.append(record)


class ExampleTest(IsolatedAsyncioTestCase):
    PROGRAM = str(ROOT / "examples/python/fetch.py")

    async def test_the_profiles_program_does_each_of_its_commands(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            key = pathlib.Path(folder) / "key"
            key.write_bytes(bytes(range(32)))

            async def run(*arguments: str) -> str:
                code, output, errors = await run_python(PROFILES, f"{folder}/store", str(key), *arguments)
                # An export notes there what its format cannot say.
                notes = [line for line in errors.splitlines() if line.startswith("Note: ")]
                self.assertEqual((code, errors.splitlines()), (0, notes), arguments)
                return output

            self.assertIn("login.microsoftonline.com", await run("explain", str(FIXTURES / "entra.xml")))
            profile, name = (await run("import", str(FIXTURES / "certificate.xml"))).split()[:2]
            self.assertIn(f"{profile} {name}", await run("list"))
            changes = ("name=Office", "include+=10.7.0.0/16", "include+=10.8.0.0/16", "dns=10.7.0.4", "always=yes")
            self.assertIn("include_routes", await run("edit", profile, *changes))
            shown = await run("show", profile)
            self.assertRegex(shown, r"(?m)^Include +.*10\.7\.0\.0/16, 10\.8\.0\.0/16$")
            self.assertIn("kept", await run("update", profile, str(FIXTURES / "certificate.xml")))
            exported = await run("export", profile, "ovpn", "secrets")
            self.assertIn("<tls-auth>", exported)
            self.assertEqual(await run("discard"), "")
            await run("remove", profile)
            self.assertEqual(await run("list"), "")

    async def test_the_profiles_program_says_what_is_wrong(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            key = pathlib.Path(folder) / "key"
            key.write_bytes(bytes(range(32)))
            for arguments, code, complaint in (
                (("import", "no-such-file.zip"), 2, "Error 202"),
                (("show", "0123456789abcdef"), 2, "PROFILE_UNKNOWN"),
                (("edit", "0123456789abcdef", "colour=red"), 64, ""),
                (("export", "0123456789abcdef", "pdf"), 64, ""),
                (("dance",), 64, ""),
            ):
                with self.subTest(arguments):
                    ended, _, errors = await run_python(PROFILES, f"{folder}/store", str(key), *arguments)
                    self.assertEqual(ended, code, errors)
                    self.assertIn(complaint, errors)

    async def test_the_first_program_fetches_a_page(self) -> None:
        async with gateway() as remote:
            code, output, errors = await run_python(
                self.PROGRAM, str(remote.profile), str(remote.pfx), "10.1.0.4", standard_input=b"secret\n"
            )

        self.assertEqual(code, 0, errors)
        for line in ("Preparing", "SigningIn", "Connecting", "Connected", "Disconnecting"):
            self.assertIn(f"{line}\n", output)
        self.assertRegex(output, r"(?m)^Client IP +172\.16\.201\.2/24$")
        self.assertIn("This page came through the tunnel", output)

    async def test_the_first_program_explains_a_mistake(self) -> None:
        code, _, errors = await run_python(self.PROGRAM, "no-such-file.xml", "me.pfx", "10.1.0.4")

        self.assertEqual(code, 1)
        self.assertRegex(errors, "^Error 202: .*no-such-file.xml")
        self.assertIn("to do:", errors)

    async def test_the_program_of_the_readme_is_the_one_of_the_package(self) -> None:
        readme = (pathlib.Path(__file__).parents[1] / "README.md").read_text()

        for line in (p2svpn.__doc__ or "").split("::\n\n", 1)[1].split("asyncio.run(main())")[0].splitlines():
            self.assertIn(line.strip(), readme)
