"""Gateways' certificates that are refused, and programs that accept them all the same."""

import re

import p2svpn

from .support import AsyncTest, Gateway, events_to_the_end, gateway, http, within


def misled(remote: Gateway) -> bytes:
    """The gateway's profile, but for the root that it pins, which is another one."""
    profile = remote.profile.read_text()
    other = re.sub("(<Cert>\\s*<hash>)[0-9A-F]{40}", r"\g<1>" + "00" * 20, profile)
    assert other != profile
    return other.encode()


class ServerExceptionTest(AsyncTest):
    async def asyncSetUp(self) -> None:
        self.remote = await self.enter(gateway())
        self.client = await self.enter(p2svpn.Client())
        self.profile = self.client.profiles.import_bytes(misled(self.remote))

    def connect(self, **options: object) -> p2svpn.Session:
        return self.client.connect(
            self.profile,
            certificate=self.remote.certificate,
            device=p2svpn.Userspace(),
            **options,  # type: ignore[arg-type]
        )

    async def test_a_program_accepts_a_certificate_that_the_profile_does_not(self) -> None:
        shown = []

        def accepts(certificate: p2svpn.RefusedCertificate) -> bool:
            shown.append(certificate)
            return True

        session = self.connect(server_exception=accepts)
        await within(session.connected())
        self.assertIn(b"through the tunnel", await http(session, "/"))
        session.disconnect()
        events = await within(events_to_the_end(self.client))

        (certificate,) = shown
        self.assertRegex(certificate.fingerprint, "^[0-9A-F]{64}$")
        self.assertEqual(certificate.chain[0][0], 0x30)
        self.assertEqual(certificate.refusal.number // 100, 5)
        warnings = [event.warning for event in events if isinstance(event, p2svpn.WarningEvent)]
        self.assertTrue(any(certificate.fingerprint in warning.message for warning in warnings), warnings)

    async def test_one_that_says_no_or_fails_changes_nothing(self) -> None:
        def fails(_: p2svpn.RefusedCertificate) -> bool:
            raise ValueError("a mistake")

        refusals = set()
        for options in ({}, {"server_exception": lambda _: False}, {"server_exception": fails}):
            with self.assertRaises(p2svpn.ConfigurationError) as refused:
                await within(self.connect(**options).connected())
            refusals.add(refused.exception.number)

        self.assertEqual(len(refusals), 1)
        self.assertEqual(refusals.pop() // 100, 5)

    async def test_what_is_no_revocation_list_has_its_error(self) -> None:
        with self.assertRaises(p2svpn.ConfigurationError) as refused:
            await within(self.connect(revocation_lists=[b"no list"]).connected())

        self.assertEqual(refused.exception.name, "REVOCATION_LIST_UNREADABLE")
