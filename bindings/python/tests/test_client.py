"""Clients: their events, and their end in good order and without."""

import asyncio
import gc
import os
import pathlib
import tempfile
import textwrap
import warnings
import weakref
from typing import List
from unittest import IsolatedAsyncioTestCase, TestCase

import p2svpn

from .support import PASSWORD, connected, events_to_the_end, gateway, http, run_python, within


class RecoverTest(IsolatedAsyncioTestCase):
    async def test_where_nothing_was_left_nothing_is_undone(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            recovered = await p2svpn.recover(pathlib.Path(folder, "journal"))
            async with p2svpn.Client(journal_folder=folder):
                pass

        self.assertEqual(recovered, p2svpn.Recovered((), ()))

    async def test_a_journal_that_somebody_else_could_have_written_is_not_followed(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            with self.assertRaises(p2svpn.P2SVpnError) as caught:
                await p2svpn.recover(folder)

        self.assertEqual(caught.exception.name, "MACHINE_FAILED")


class EventTest(IsolatedAsyncioTestCase):
    async def test_the_events_end_when_the_client_is_closed(self) -> None:
        async with gateway() as remote:
            async with p2svpn.Client() as client:
                taken = asyncio.ensure_future(self.take_all(client))
                async with connected(client, remote):
                    pass
            events = await within(taken)
            self.assertIsNone(await within(client.next_event()))

        self.assertIsInstance(events[-1], p2svpn.EndedEvent)

    async def test_a_taker_that_gives_up_loses_no_event(self) -> None:
        async with gateway() as remote, p2svpn.Client() as client:
            taken = []
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(client.next_event(), 0.01)
            async with connected(client, remote):
                pass

            async def take_impatiently() -> None:
                # A time this short gives up again and again, at any point.
                while not (taken and isinstance(taken[-1], p2svpn.EndedEvent)):
                    try:
                        taken.append(await asyncio.wait_for(client.next_event(), 0.00001))
                    except asyncio.TimeoutError:
                        await asyncio.sleep(0)

            await within(take_impatiently())

        self.assertEqual([event.sequence for event in taken], list(range(1, len(taken) + 1)))

    async def test_several_takers_share_the_events(self) -> None:
        async with gateway() as remote:
            async with p2svpn.Client() as client:
                takers = asyncio.gather(*(self.take_all(client) for _ in range(3)))
                async with connected(client, remote):
                    pass
            events = sum(await within(takers), [])

        self.assertEqual(sorted(event.sequence for event in events), list(range(1, len(events) + 1)))
        self.assertGreater(len(events), 4)

    async def test_a_full_queue_counts_what_it_drops(self) -> None:
        async with gateway() as remote, p2svpn.Client(event_capacity=2) as client:
            async with connected(client, remote):
                pass
            events = await within(events_to_the_end(client))

        self.assertLessEqual(len(events), 3)
        self.assertGreater(events[-1].dropped, 0)
        self.assertIsInstance(events[-1], p2svpn.EndedEvent)

    @staticmethod
    async def take_all(client: p2svpn.Client) -> list:
        return [event async for event in client.events()]


class EndTest(IsolatedAsyncioTestCase):
    async def test_a_session_that_is_dropped_is_disconnected(self) -> None:
        async with gateway() as remote:
            client = p2svpn.Client()
            session = client.connect(
                client.profiles.import_file(remote.profile),
                certificate=remote.certificate,
                device=p2svpn.Userspace(),
            )
            await within(session.connected())

            del session
            gc.collect()

            await remote.line("ended")

    async def test_a_session_keeps_its_client_alive(self) -> None:
        async with gateway() as remote:
            client = p2svpn.Client()
            async with connected(client, remote) as session:
                del client
                gc.collect()
                self.assertIn(b"Hello", await http(session, "/"))

    async def test_a_client_that_is_dropped_goes_although_somebody_waited_for_its_events(self) -> None:
        client = p2svpn.Client()
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(client.next_event(), 0.01)
        raw = weakref.ref(client._raw)

        del client
        gc.collect()

        async def gone() -> None:
            while raw() is not None:
                await asyncio.sleep(0.001)

        await within(gone())

    async def test_dropping_clients_while_events_and_bytes_flow_breaks_nothing(self) -> None:
        warnings.simplefilter("ignore", ResourceWarning)
        async with gateway() as remote:
            for _ in range(5):
                client = p2svpn.Client()
                taker = asyncio.ensure_future(self.forever(client))
                session = client.connect(
                    client.profiles.import_file(remote.profile),
                    certificate=remote.certificate,
                    device=p2svpn.Userspace(),
                )
                await within(session.connected())
                reader, writer = await session.open_connection("10.1.0.4", 19)
                await within(reader.readexactly(100_000))
                taker.cancel()
                del client, session, reader, writer, taker
                gc.collect()
                await remote.line("ended")

            async with p2svpn.Client() as client, connected(client, remote) as session:
                self.assertIn(b"Hello", await http(session, "/"))

    async def test_a_closed_client_refuses_to_connect(self) -> None:
        async with gateway() as remote:
            async with p2svpn.Client() as client:
                profile = client.profiles.import_file(remote.profile)
            with self.assertRaises(p2svpn.BugError) as raised:
                client.connect(profile)

        self.assertEqual(raised.exception.name, "CLIENT_CLOSED")

    async def test_a_program_that_just_ends_ends_its_session(self) -> None:
        program = textwrap.dedent(
            """
            import asyncio, atexit, logging, sys
            # What is registered first runs last: after the library has done its part.
            atexit.register(lambda: print(session.status().state))
            import p2svpn
            logging.basicConfig(level=logging.DEBUG, filename=sys.argv[4])
            p2svpn.enable_logging()
            client = p2svpn.Client()
            async def main():
                global session
                profile = client.profiles.import_file(sys.argv[1])
                session = client.connect(
                    profile, certificate=p2svpn.Pfx(sys.argv[2], sys.argv[3]), device=p2svpn.Userspace()
                )
                await session.connected()
                await client.next_event()
                print("connected")
            asyncio.run(main())
            """
        )
        async with gateway() as remote:
            log = remote.folder / "log"
            arguments = (str(remote.profile), str(remote.pfx), PASSWORD, str(log))
            code, output, errors = await run_python("-X", "dev", "-c", program, *arguments)
            await remote.line("ended")

            self.assertEqual((code, output, errors), (0, "connected\nDisconnected\n", ""))
            self.assertIn("p2svpn.", log.read_text())

    @staticmethod
    async def forever(client: p2svpn.Client) -> None:
        async for _ in client.events():
            pass


class LoopTest(TestCase):
    def test_a_client_outlives_the_event_loop_that_it_was_used_in(self) -> None:
        client = p2svpn.Client()

        async def nothing_happens() -> None:
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(client.next_event(), 0.01)

        async def first_events() -> List[p2svpn.Event]:
            async with gateway() as remote, client, connected(client, remote):
                return [await within(client.next_event()) for _ in range(2)]

        asyncio.run(nothing_happens())
        imported, preparing = asyncio.run(first_events())

        self.assertIsInstance(imported, p2svpn.ProfilesChangedEvent)
        self.assertEqual(preparing.state, p2svpn.State.PREPARING)
