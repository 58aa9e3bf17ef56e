"""Every way to sign in, without a person."""

import asyncio
import ssl
import subprocess
import sys
from pathlib import Path

import p2svpn

from .entra import EXAMPLE, USER, entra
from .support import SERVICES, AsyncTest, challenge, gateway, http, run_python, within

AT_ONCE = ("--entra-policy", "at-once")
QUICK = ("--entra-policy", "device-interval=1")


class EntraTest(AsyncTest):
    async def connect(self, *arguments: str, **options: object) -> p2svpn.Session:
        self.entra = await self.enter(entra(*arguments))
        self.client = await self.enter(self.entra.client())
        self.profile = self.client.profiles.import_file(self.entra.gateway.profile)
        return self.client.connect(self.profile, device=p2svpn.Userspace(), **options)  # type: ignore[arg-type]

    async def test_a_device_code_signs_in(self) -> None:
        session = await self.connect(*QUICK, entra=p2svpn.EntraMethod.DEVICE_CODE)

        asked = await within(challenge(self.client))
        self.assertIsInstance(asked, p2svpn.DeviceCodeChallenge)
        self.assertNotIn(asked.code, repr(asked))
        await self.entra.approve(asked.page, asked.code)
        await within(session.connected())

        self.assertIn(b"through the tunnel", await http(session, "/"))
        self.assertEqual(self.client.profiles.signed_in(self.profile), [USER])
        self.client.profiles.sign_out(self.profile, USER)
        self.assertEqual(self.client.profiles.signed_in(self.profile), [])

    async def test_a_browser_of_the_program_brings_the_address_back(self) -> None:
        session = await self.connect(*AT_ONCE)

        asked = await within(challenge(self.client))
        self.assertIsInstance(asked, p2svpn.SignInPageChallenge)
        back = await self.entra.sign_in(asked.url)
        self.assertTrue(back.startswith(asked.redirect_uri))
        session.answer(asked, p2svpn.Redirect(back))
        await within(session.connected())

    async def test_a_token_is_brought_when_a_challenge_asks(self) -> None:
        session = await self.connect(*AT_ONCE, entra=p2svpn.EntraMethod.TOKEN, username=USER)

        asked = await within(challenge(self.client))
        self.assertIsInstance(asked, p2svpn.AccessTokenChallenge)
        self.assertEqual(asked.request.scope, f"{self.entra.audience}/.default")
        self.assertEqual(asked.request.username, USER)
        session.answer(asked, p2svpn.AccessToken(await self.entra.access_token(), lifetime=3600))
        await within(session.connected())

    async def test_a_provider_may_be_a_coroutine_or_a_function(self) -> None:
        requests = []

        async def coroutine(request: p2svpn.TokenRequest) -> str:
            requests.append(request)
            return await self.entra.access_token()

        session = await self.connect(*AT_ONCE, token_provider=coroutine)
        await within(session.connected())
        session.disconnect()
        await within(session.closed())
        token = await self.entra.access_token()
        session = self.client.connect(
            self.profile, token_provider=lambda _: p2svpn.AccessToken(token), device=p2svpn.Userspace()
        )
        await within(session.connected())

        self.assertEqual([request.authority for request in requests], [self.entra.authority])

    async def test_what_a_provider_raises_is_the_sessions_error(self) -> None:
        def fails(_: p2svpn.TokenRequest) -> str:
            raise OSError("no managed identity")

        session = await self.connect(token_provider=fails)
        with self.assertRaises(p2svpn.UserActionError) as raised:
            await within(session.connected())
        self.assertEqual(raised.exception.name, "TOKEN_PROVIDER_FAILED")
        self.assertIn("no managed identity", str(raised.exception))

        session = self.client.connect(self.profile, token_provider=lambda _: None, device=p2svpn.Userspace())
        with self.assertRaises(p2svpn.NeedsSignInError) as cancelled:
            await within(session.connected())
        self.assertEqual(cancelled.exception.name, "SIGN_IN_CANCELLED")

    async def test_the_programs_own_requests_sign_in(self) -> None:
        self.entra = await self.enter(entra(*QUICK))
        sent = []

        async def send(request: p2svpn.HttpRequest) -> p2svpn.HttpResponse:
            sent.append(request)
            return await self.entra.forward(request)

        def plain(request: p2svpn.HttpRequest) -> p2svpn.HttpResponse:
            sent.append(request)
            return self.entra.forwarded(request)

        for client_of_the_program in (send, plain):
            sent.clear()
            client = await self.enter(p2svpn.Client(authorities=[self.entra.host], http=client_of_the_program))
            profile = client.profiles.import_file(self.entra.gateway.profile)
            session = client.connect(profile, device=p2svpn.Userspace(), entra=p2svpn.EntraMethod.DEVICE_CODE)
            asked = await within(challenge(client))
            await self.entra.approve(asked.page, asked.code)
            await within(session.connected())
            self.assertGreaterEqual(len(sent), 2)
            self.assertEqual({request.method for request in sent}, {"POST"})
            self.assertNotIn("client_id", repr(sent))

    async def test_requests_that_fail_say_why(self) -> None:
        self.entra = await self.enter(entra())
        for raised, name in (
            (TimeoutError(), "LOGIN_HOST_UNREACHABLE"),
            (ssl.SSLError("self-signed"), "LOGIN_HOST_NOT_SECURE"),
            (ConnectionRefusedError("refused"), "LOGIN_HOST_UNREACHABLE"),
            (ValueError("a mistake"), "LOGIN_HOST_UNREACHABLE"),
        ):

            def send(_: p2svpn.HttpRequest, raised: Exception = raised) -> p2svpn.HttpResponse:
                raise raised

            client = await self.enter(p2svpn.Client(authorities=[self.entra.host], http=send))
            profile = client.profiles.import_file(self.entra.gateway.profile)
            session = client.connect(profile, device=p2svpn.Userspace(), entra=p2svpn.EntraMethod.DEVICE_CODE)
            with self.assertRaises(p2svpn.P2SVpnError) as failed:
                await within(session.connected())
            self.assertEqual(failed.exception.name, name)
        with self.assertRaises(p2svpn.BugError):
            p2svpn.Client(login_proxy="http://proxy.example", http=send)

    async def test_declining_at_a_page_ends_the_session(self) -> None:
        session = await self.connect()

        session.answer(await within(challenge(self.client)), None)

        with self.assertRaises(p2svpn.NeedsSignInError):
            await within(session.connected())


class PasswordTest(AsyncTest):
    async def test_a_password_is_asked_for_again_when_it_is_wrong(self) -> None:
        remote = await self.enter(gateway("--user", "alice=right"))
        client = await self.enter(p2svpn.Client())
        profile = client.profiles.import_file(remote.profile)
        session = client.connect(profile, device=p2svpn.Userspace(), username="alice")

        first = await within(challenge(client))
        session.answer(first, p2svpn.Credentials("alice", "wrong"))
        second = await within(challenge(client))
        session.answer(second, p2svpn.Credentials("alice", "right"))
        await within(session.connected())

        self.assertIsInstance(first, p2svpn.CredentialsChallenge)
        self.assertEqual((first.username, first.refusal), ("alice", None))
        self.assertEqual((second.attempt, second.refusal.name), (1, "SIGN_IN_REFUSED"))
        self.assertNotIn("right", repr(p2svpn.Credentials("alice", "right")))

    async def test_given_credentials_that_are_refused_ask_nobody(self) -> None:
        remote = await self.enter(gateway("--user", "alice=right"))
        client = await self.enter(p2svpn.Client())
        profile = client.profiles.import_file(remote.profile)

        session = client.connect(profile, device=p2svpn.Userspace(), credentials=p2svpn.Credentials("alice", "wrong"))

        with self.assertRaises(p2svpn.NeedsSignInError) as raised:
            await within(session.connected())
        self.assertEqual(raised.exception.name, "SIGN_IN_REFUSED")


class KeyTest(AsyncTest):
    async def test_a_key_of_the_program_signs(self) -> None:
        remote = await self.enter(gateway())
        client = await self.enter(p2svpn.Client())
        profile = client.profiles.import_file(remote.profile)
        schemes = []

        def sign(scheme: p2svpn.Scheme, message: bytes) -> bytes:
            schemes.append(scheme)
            command = ["openssl", "dgst", "-sha256", "-sign", str(remote.pem)]
            return subprocess.run(command, input=message, stdout=subprocess.PIPE, check=True).stdout

        session = client.connect(profile, certificate=self.key(remote.pem, sign), device=p2svpn.Userspace())
        await within(session.connected())

        self.assertEqual(schemes, [p2svpn.Scheme.ECDSA_P256_SHA256])

    async def test_what_a_key_raises_is_the_sessions_error(self) -> None:
        remote = await self.enter(gateway())
        client = await self.enter(p2svpn.Client())
        profile = client.profiles.import_file(remote.profile)

        def sign(scheme: p2svpn.Scheme, message: bytes) -> bytes:
            raise ConnectionError("the vault is sealed")

        session = client.connect(profile, certificate=self.key(remote.pem, sign), device=p2svpn.Userspace())

        with self.assertRaises(p2svpn.UserActionError) as raised:
            await within(session.connected())
        self.assertEqual(raised.exception.name, "KEY_FAILED")
        self.assertIn("the vault is sealed", str(raised.exception))

    async def test_of_several_certificates_the_one_below_the_right_root_is_taken(self) -> None:
        remote = await self.enter(gateway())
        other = await self.enter(gateway("--client", "bob"))
        client = await self.enter(p2svpn.Client())
        profile = client.profiles.import_file(remote.profile)

        session = client.connect(
            profile, certificate=[other.certificate, remote.certificate], device=p2svpn.Userspace()
        )

        await within(session.connected())

    async def test_where_several_certificates_may_fit_the_user_chooses(self) -> None:
        remote = await self.enter(gateway())
        other = await self.enter(gateway("--client", "bob"))
        client = await self.enter(p2svpn.Client())
        profile = client.profiles.import_file(remote.profile)
        # Without the root nobody can tell here which of them is the gateway's.
        certificates = [p2svpn.Pem(without_issuers(one.pem)) for one in (other, remote)]

        session = client.connect(profile, certificate=certificates, device=p2svpn.Userspace())
        asked = await within(challenge(client))
        session.answer(asked, asked.certificates[1])
        await within(session.connected())

        self.assertIsInstance(asked, p2svpn.ChooseCertificateChallenge)
        self.assertEqual([one.subject for one in asked.certificates], ["CN=bob", "CN=alice"])

    def key(self, pem: Path, sign: object) -> p2svpn.ExternalKey:
        return p2svpn.ExternalKey(
            pem.read_bytes(),
            p2svpn.KeyAlgorithm.ECDSA_P256,
            [p2svpn.Scheme.ECDSA_P256_SHA256],
            sign,  # type: ignore[arg-type]
        )


def without_issuers(pem: Path) -> bytes:
    """The first certificate of a file, and the key."""
    text = pem.read_text()
    end = "-----END CERTIFICATE-----\n"
    return (text.split(end)[0] + end + text[text.index("-----BEGIN PRIVATE KEY-----") :]).encode()


class ExampleTest(AsyncTest):
    """examples/python/sign_in.py, which nobody watches."""

    async def test_it_signs_in_by_device_code(self) -> None:
        remote = await self.enter(entra(*QUICK))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, EXAMPLE, str(remote.gateway.profile), SERVICES),
            *("--login", remote.host, "--login-root", str(remote.root)),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        line = ""
        while not line.startswith("Open "):
            line = (await within(process.stdout.readline())).decode()
            self.assertTrue(line, "it ended without a code")
        page, code = line.strip()[len("Open ") :].split(" and type ")

        await remote.approve(page, code)

        output, _ = await within(process.communicate())
        self.assertEqual(process.returncode, 0)
        self.assertIn(b"This page came through the tunnel", output)

    async def test_it_signs_in_by_a_token_that_a_command_prints(self) -> None:
        remote = await self.enter(entra(*AT_ONCE))
        token = await remote.access_token()
        command = f"{sys.executable} -c 'print(\"{token}\")'"

        code, output, errors = await run_python(
            *(EXAMPLE, str(remote.gateway.profile), SERVICES, "--token-command", command),
            *("--login", remote.host, "--login-root", str(remote.root)),
        )

        self.assertEqual((code, errors), (0, ""))
        self.assertIn("This page came through the tunnel", output)
