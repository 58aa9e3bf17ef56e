"""Exceptions: their classes, numbers, remedies."""

import pickle
from unittest import IsolatedAsyncioTestCase, TestCase

import p2svpn

from .support import gateway, within

CLASSES = (
    p2svpn.RetryError,
    p2svpn.NeedsSignInError,
    p2svpn.UserActionError,
    p2svpn.ConfigurationError,
    p2svpn.FatalError,
    p2svpn.BugError,
)


class CatalogueTest(TestCase):
    def test_every_error_has_a_class_a_number_and_a_remedy(self) -> None:
        catalogue = p2svpn.error_catalogue()

        numbers = [error.number for error in catalogue]
        self.assertGreater(len(numbers), 50)
        self.assertEqual(numbers, sorted(set(numbers)))
        for error in catalogue:
            self.assertIn(type(error), CLASSES)
            self.assertTrue(error.name and error.message and error.cause and error.remedy)

    def test_an_exception_shows_its_number_and_its_remedy(self) -> None:
        error = p2svpn.error_catalogue()[0]

        self.assertIn(error.message, str(error))
        self.assertIn(str(error.number), str(error))
        self.assertIn(error.remedy, str(error))

    def test_an_exception_survives_the_way_to_another_process(self) -> None:
        error = p2svpn.error_catalogue()[0]

        copy = pickle.loads(pickle.dumps(error))

        self.assertIs(type(copy), type(error))
        self.assertEqual(copy.details, error.details)


class ImportTest(TestCase):
    def setUp(self) -> None:
        self.client = p2svpn.Client()

    def test_a_file_that_is_no_profile_is_refused(self) -> None:
        with self.assertRaises(p2svpn.UserActionError) as raised:
            self.client.profiles.import_bytes(b"<html><body>Sign in to your account</body></html>")

        self.assertEqual(raised.exception.number, 203)
        self.assertIn("azurevpnconfig.xml", raised.exception.remedy)
        self.assertEqual(self.client.profiles.list(), [])

    def test_a_file_that_is_not_there_is_named(self) -> None:
        with self.assertRaises(p2svpn.UserActionError) as raised:
            self.client.profiles.import_file("/does/not/exist.xml")

        self.assertEqual(raised.exception.name, "PROFILE_UNREADABLE")
        self.assertIn("/does/not/exist.xml", raised.exception.message)
        self.assertTrue(raised.exception.causes)

    def test_a_profile_that_is_not_there_is_unknown(self) -> None:
        for use in (self.client.profiles.get, self.client.profiles.remove, self.client.connect):
            with self.subTest(use=use), self.assertRaises(p2svpn.BugError) as raised:
                use("0123456789abcdef")
            self.assertEqual(raised.exception.name, "PROFILE_UNKNOWN")

    def test_values_out_of_range_are_refused(self) -> None:
        with self.assertRaises(p2svpn.BugError) as raised:
            p2svpn.Client(event_capacity=0)
        self.assertEqual(raised.exception.name, "INVALID_ARGUMENT")
        with self.assertRaises(ValueError):
            p2svpn.Client(event_capacity=-1)
        with self.assertRaises(TypeError):
            self.client.profiles.import_bytes("text")


class GatewayErrorTest(IsolatedAsyncioTestCase):
    async def error_of(self, *misbehaviour: str) -> p2svpn.P2SVpnError:
        """Connects to a gateway that does something wrong and returns what comes of it."""
        timeouts = p2svpn.Timeouts(connect=5, answer=1, handshake=5, push=5)
        async with gateway(*misbehaviour) as remote, p2svpn.Client() as client:
            session = client.connect(
                client.profiles.import_file(remote.profile),
                certificate=remote.certificate,
                device=p2svpn.Userspace(),
                timeouts=timeouts,
            )
            with self.assertRaises(p2svpn.P2SVpnError) as raised:
                await within(session.connected())
            return raised.exception

    async def test_each_failure_has_its_own_name_and_class(self) -> None:
        for arguments, expected, name in (
            (("--misbehave", "other-secret"), p2svpn.ConfigurationError, "NO_ANSWER"),
            (("--misbehave", "refuse=locked"), p2svpn.NeedsSignInError, "SIGN_IN_REFUSED"),
            (("--misbehave", "certificate=other-root"), p2svpn.ConfigurationError, "GATEWAY_ROOT_NOT_PINNED"),
            (("--misbehave", "no-address"), p2svpn.ConfigurationError, "NO_ADDRESS"),
            (("--misbehave", "reset=tls"), p2svpn.RetryError, "HANDSHAKE_INTERRUPTED"),
            (("--flaw", "expired"), p2svpn.UserActionError, "CLIENT_CERTIFICATE_EXPIRED"),
        ):
            with self.subTest(arguments=arguments):
                error = await self.error_of(*arguments)
                self.assertEqual(error.name, name)
                self.assertIs(type(error), expected)

    async def test_a_gateway_that_is_not_there_refuses_the_connection(self) -> None:
        async with gateway() as remote, p2svpn.Client() as client:
            profile = client.profiles.import_file(remote.profile)
            certificate = p2svpn.Pfx(remote.pfx.read_bytes(), "secret")
            await remote.stop()
            session = client.connect(profile, certificate=certificate, device=p2svpn.Userspace())

            with self.assertRaises(p2svpn.RetryError) as raised:
                await within(session.connected())

        self.assertEqual(raised.exception.name, "CONNECTION_REFUSED")
