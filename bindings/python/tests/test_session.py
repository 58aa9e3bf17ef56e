"""Sessions from start to end."""

import asyncio
import hashlib
import ipaddress
from unittest import IsolatedAsyncioTestCase

import p2svpn
from p2svpn import State

from .support import connected, events_to_the_end, gateway, http, states, within


class SessionTest(IsolatedAsyncioTestCase):
    async def test_a_page_comes_through_the_tunnel(self) -> None:
        async with gateway() as remote, p2svpn.Client() as client, connected(client, remote) as session:
            page = await http(session, "/")

        self.assertIn(b"Hello, 172.16.201.2. This page came through the tunnel.", page)

    async def test_states_come_in_order_and_the_end_comes_last(self) -> None:
        async with gateway() as remote, p2svpn.Client() as client:
            async with connected(client, remote) as session:
                pass
            events = await within(events_to_the_end(client))

        expected = [State.PREPARING, State.CONNECTING, State.CONFIGURING, State.CONNECTED, State.DISCONNECTING]
        self.assertEqual(states(events)[:5], expected)
        self.assertIsInstance(events[-1], p2svpn.EndedEvent)
        self.assertIsNone(events[-1].error)
        self.assertEqual([event.sequence for event in events], list(range(1, len(events) + 1)))
        # The first one tells of the profile that was imported.
        self.assertEqual([event.session_id for event in events[:1]], [None])
        self.assertEqual({event.session_id for event in events[1:]}, {session.id})
        self.assertEqual({event.dropped for event in events}, {0})

    async def test_a_machine_that_slept_connects_anew_and_each_attempt_is_told(self) -> None:
        async with gateway() as remote, p2svpn.Client() as client, connected(client, remote) as session:
            session.notify_wake()
            async for event in client.events():
                if isinstance(event, p2svpn.StateEvent) and event.state is State.RECONNECTING:
                    break
            await within(session.connected())
            status = session.status()
            page = await http(session, "/")

        self.assertEqual(event.reconnection.attempt, 1)
        self.assertEqual(event.reconnection.cause.name, "CONNECTION_LOST")
        self.assertIs(status.protection, p2svpn.Protection.PROTECTED)
        self.assertIsNone(status.reconnection)
        self.assertEqual(status.statistics.reconnects, 1)
        self.assertIn(b"Hello, 172.16.201.2.", page)

    async def test_a_program_that_configures_the_machine_is_waited_for(self) -> None:
        async with gateway() as remote, p2svpn.Client() as client:
            profile = client.profiles.import_file(remote.profile)
            async with client.connect(
                profile,
                certificate=remote.certificate,
                device=p2svpn.Userspace(),
                configure_machine=False,
                host_confirms=True,
            ) as session:
                async for event in client.events():
                    if isinstance(event, p2svpn.NetworkConfigEvent):
                        break
                self.assertIs(session.status().state, State.CONFIGURING)
                session.network_applied(event.config)
                await within(session.connected())

    async def test_a_leak_guard_is_for_a_device_that_the_session_configures(self) -> None:
        async with gateway() as remote, p2svpn.Client() as client:
            profile = client.profiles.import_file(remote.profile)
            guard = p2svpn.LeakGuard(allow_local_network=True)
            session = client.connect(
                profile, certificate=remote.certificate, device=p2svpn.Userspace(), leak_guard=guard
            )
            error = await within(session.closed())

        self.assertEqual(error.name, "INVALID_ARGUMENT")
        self.assertIn("leak guard", str(error))

    async def test_the_network_configuration_is_told(self) -> None:
        async with gateway("--route", "192.168.7.0/24", "--dns", "10.1.0.4") as remote, p2svpn.Client() as client:
            async with connected(client, remote):
                pass
            events = await within(events_to_the_end(client))

        (config,) = [event.config for event in events if isinstance(event, p2svpn.NetworkConfigEvent)]
        self.assertEqual([str(address.address) for address in config.addresses], ["172.16.201.2/24"])
        self.assertEqual({str(route.destination) for route in config.routes}, {"10.1.0.0/16", "192.168.7.0/24"})
        self.assertEqual(config.dns_servers, (ipaddress.ip_address("10.1.0.4"),))
        self.assertFalse(config.full_tunnel)

    async def test_the_status_has_what_azures_client_shows(self) -> None:
        async with gateway() as remote, p2svpn.Client() as client, connected(client, remote) as session:
            await http(session, "/")
            status = session.status()

        self.assertIs(status.state, State.CONNECTED)
        self.assertEqual(status.addresses, (ipaddress.ip_interface("172.16.201.2/24"),))
        self.assertEqual(status.routes, (ipaddress.ip_network("10.1.0.0/16"),))
        self.assertEqual(status.gateway_address[0], ipaddress.ip_address("127.0.0.1"))
        self.assertEqual(status.cipher, "AES-256-GCM")
        self.assertGreater(status.statistics.sent_packets, 0)
        self.assertGreater(status.statistics.received_bytes, 0)
        self.assertGreaterEqual(status.duration.total_seconds(), 0)
        for label in ("State", "Duration", "Sent", "Received", "Client IP", "VPN Server", "Routes", "DNS Servers"):
            self.assertRegex(str(status), f"(?m)^{label} ")

    async def test_what_is_downloaded_is_what_the_server_has(self) -> None:
        length = 5_000_000
        async with gateway() as remote, p2svpn.Client() as client, connected(client, remote) as session:
            data, digest = await asyncio.gather(http(session, f"/bytes/{length}"), http(session, f"/hash/{length}"))

        self.assertEqual(len(data), length)
        self.assertEqual(hashlib.sha256(data).hexdigest(), digest.decode().strip())

    async def test_what_is_uploaded_arrives(self) -> None:
        data = bytes(range(256)) * 8_000
        async with gateway() as remote, p2svpn.Client() as client, connected(client, remote) as session:
            answer = await http(session, "/upload", data)

        self.assertEqual(answer.decode(), f"{len(data)} {hashlib.sha256(data).hexdigest()}\n")

    async def test_the_end_of_the_gateway_is_the_end_of_the_session(self) -> None:
        async with gateway() as remote, p2svpn.Client() as client:
            async with connected(client, remote, reconnect=False) as session:
                remote.kill()
                error = await within(session.closed())
                events = await within(events_to_the_end(client))

        self.assertIsInstance(error, p2svpn.RetryError)
        self.assertEqual(error.name, "CONNECTION_LOST")
        self.assertEqual(events[-1].error.number, error.number)
        self.assertIs(session.status().state, State.DISCONNECTED)

    async def test_who_waits_for_a_connection_that_is_given_up_learns_it(self) -> None:
        async with gateway("--misbehave", "silent=reset") as remote, p2svpn.Client() as client:
            profile = client.profiles.import_file(remote.profile)
            session = client.connect(profile, certificate=remote.certificate, device=p2svpn.Userspace())
            waiting = asyncio.ensure_future(session.connected())
            await remote.line("accepted")
            session.disconnect()

            with self.assertRaises(p2svpn.UserActionError) as raised:
                await within(waiting)

            self.assertEqual(raised.exception.name, "CANCELLED")
            self.assertIsNone(await within(session.closed()))

    async def test_cancelling_the_task_ends_the_session(self) -> None:
        async with gateway("--misbehave", "silent=reset") as remote, p2svpn.Client() as client:
            profile = client.profiles.import_file(remote.profile)

            async def hopeless() -> None:
                async with client.connect(
                    profile, certificate=remote.certificate, device=p2svpn.Userspace()
                ) as session:
                    await session.connected()

            task = asyncio.ensure_future(hopeless())
            await remote.line("accepted")
            task.cancel()

            with self.assertRaises(asyncio.CancelledError):
                await within(task)
            events = await within(events_to_the_end(client))
            self.assertIsNone(events[-1].error)
            await remote.line("ended")

    async def test_several_sessions_go_only_where_they_are_allowed(self) -> None:
        async with gateway() as remote:
            async with p2svpn.Client() as client, connected(client, remote):
                with self.assertRaises(p2svpn.UserActionError) as raised:
                    client.connect(client.profiles.list()[0], device=p2svpn.Userspace())
                self.assertEqual(raised.exception.name, "ANOTHER_SESSION_ACTIVE")

            async with p2svpn.Client(several_sessions=True) as client:
                async with connected(client, remote) as first, connected(client, remote) as second:
                    pages = await asyncio.gather(http(first, "/"), http(second, "/"))

        self.assertNotEqual(first.id, second.id)
        self.assertEqual(len(set(pages)), 2)

    async def test_two_clients_do_not_disturb_each_other(self) -> None:
        async with gateway() as remote, p2svpn.Client() as one, p2svpn.Client() as other:
            async with connected(one, remote) as left:
                async with connected(other, remote) as right:
                    digests = await asyncio.gather(http(left, "/hash/9"), http(right, "/hash/9"))
                self.assertEqual(len(await http(left, "/bytes/1000")), 1000)

        self.assertEqual(digests[0], digests[1])

    async def test_pem_and_bytes_serve_as_well_as_a_pfx_file(self) -> None:
        async with gateway() as remote:
            for certificate in (
                p2svpn.Pem(remote.pem),
                p2svpn.Pem(remote.pem.read_bytes()),
                p2svpn.Pfx(remote.pfx.read_bytes(), "secret"),
            ):
                async with p2svpn.Client() as client:
                    profile = client.profiles.import_bytes(remote.profile.read_bytes(), "by hand")
                    session = client.connect(profile.id, certificate=certificate, device=p2svpn.Userspace())
                    await within(session.connected())
                self.assertEqual(profile.name, "by hand")
