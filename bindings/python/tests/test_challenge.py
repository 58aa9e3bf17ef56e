"""What a session asks for, and what it makes of the answers."""

import datetime

import p2svpn

from .support import PASSWORD, AsyncTest, challenge, gateway, within


class ChallengeTest(AsyncTest):
    async def asyncSetUp(self) -> None:
        self.remote = await self.enter(gateway())
        self.client = await self.enter(p2svpn.Client())
        self.profile = self.client.profiles.import_file(self.remote.profile)

    def connect(self, certificate: "p2svpn.Certificate | None") -> p2svpn.Session:
        return self.client.connect(self.profile, certificate=certificate, device=p2svpn.Userspace())

    async def test_a_wrong_password_is_asked_for_and_the_right_one_connects(self) -> None:
        session = self.connect(p2svpn.Pfx(self.remote.pfx, "wrong"))

        asked = await within(challenge(self.client))
        self.assertIs(session.status().state, p2svpn.State.SIGNING_IN)
        session.answer(asked, PASSWORD)
        await within(session.connected())

        self.assertIsInstance(asked, p2svpn.CertificatePasswordChallenge)
        self.assertEqual(asked.label, "client.pfx")
        self.assertIn("client.pfx", asked.text)

    async def test_a_missing_certificate_is_asked_for(self) -> None:
        session = self.connect(None)

        asked = await within(challenge(self.client))
        session.answer(asked, self.remote.certificate)
        await within(session.connected())

        self.assertIsInstance(asked, p2svpn.ClientCertificateChallenge)
        self.assertRegex(asked.issuer, "^[0-9A-F]{40}$")

    async def test_wrong_answers_end_the_session_and_each_is_told(self) -> None:
        session = self.connect(p2svpn.Pfx(self.remote.pfx, "wrong"))

        attempts = []
        for answer in ("also wrong", "still wrong", "wrong again"):
            asked = await within(challenge(self.client))
            attempts.append((asked.attempt, asked.refusal and asked.refusal.name))
            session.answer(asked, answer)

        with self.assertRaises(p2svpn.NeedsSignInError) as raised:
            await within(session.connected())
        self.assertEqual(raised.exception.name, "CERTIFICATE_PASSWORD_WRONG")
        self.assertEqual([attempt for attempt, _ in attempts], [0, 1, 2])
        self.assertEqual(attempts[2][1], "CERTIFICATE_PASSWORD_WRONG")

    async def test_declining_ends_the_session(self) -> None:
        session = self.connect(p2svpn.Pfx(self.remote.pfx))

        session.answer(await within(challenge(self.client)), None)

        with self.assertRaises(p2svpn.NeedsSignInError) as raised:
            await within(session.connected())
        self.assertEqual(raised.exception.name, "SIGN_IN_CANCELLED")

    async def test_an_answer_that_does_not_fit_is_refused_and_the_challenge_still_waits(self) -> None:
        session = self.connect(p2svpn.Pfx(self.remote.pfx))
        asked = await within(challenge(self.client))

        with self.assertRaises(p2svpn.BugError) as mismatch:
            session.answer(asked, self.remote.certificate)
        with self.assertRaises(p2svpn.BugError) as unknown:
            session.answer(asked.id + 1000, PASSWORD)
        session.answer(asked.id, PASSWORD)
        await within(session.connected())

        self.assertEqual(mismatch.exception.name, "ANSWER_MISMATCH")
        self.assertEqual(unknown.exception.name, "CHALLENGE_UNKNOWN")


class QuestionTest(AsyncTest):
    """What the gateway asks by itself."""

    async def connect(self, *asks: str) -> p2svpn.Session:
        self.remote = await self.enter(gateway("--ask", *asks))
        self.client = await self.enter(p2svpn.Client())
        profile = self.client.profiles.import_file(self.remote.profile)
        return self.client.connect(
            profile, certificate=self.remote.certificate, device=p2svpn.Userspace(), rounds=2, renegotiate_after=600
        )

    async def test_a_question_is_answered_in_the_connection(self) -> None:
        session = await self.connect("text=8675309")

        asked = await within(challenge(self.client))
        session.answer(asked, "8675309")
        await within(session.connected())

        self.assertIsInstance(asked, p2svpn.QuestionChallenge)
        self.assertEqual(asked.text, "What is the code?")
        self.assertTrue(asked.masked and asked.response_required)
        self.assertGreater(asked.expires, datetime.datetime.now(datetime.timezone.utc))
        self.assertEqual(session.statistics().rekeys, 0)

    async def test_a_question_is_answered_by_the_next_connection(self) -> None:
        session = await self.connect("next-time=8675309")

        asked = await within(challenge(self.client))
        session.answer(asked, "8675309")
        await within(session.connected())

        self.assertIsInstance(asked, p2svpn.QuestionChallenge)
        self.assertEqual((asked.masked, asked.expires), (False, None))

    async def test_a_wrong_answer_is_a_refused_sign_in(self) -> None:
        session = await self.connect("text=8675309")

        session.answer(await within(challenge(self.client)), "guess")

        with self.assertRaises(p2svpn.NeedsSignInError) as raised:
            await within(session.connected())
        self.assertEqual(raised.exception.name, "SIGN_IN_REFUSED")

    async def test_a_page_to_sign_in_at_has_an_address_that_does_not_print(self) -> None:
        session = await self.connect("page=https://login.example/")

        asked = await within(challenge(self.client))
        session.disconnect()
        await within(session.closed())

        self.assertIsInstance(asked, p2svpn.SignInPageChallenge)
        self.assertEqual(asked.url, "https://login.example/")
        self.assertEqual(asked.embedded_url, "https://login.example/?embedded=true")
        self.assertTrue(asked.external and not asked.hidden)
        self.assertNotIn("login.example", repr(asked))
