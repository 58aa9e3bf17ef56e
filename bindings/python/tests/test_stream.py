"""Connections through the tunnel."""

import asyncio

import p2svpn

from .support import SERVICES, AsyncTest, connected, gateway, within

ECHO = 7
DISCARD = 9
SOURCE = 19
HTTP = 80

MIB = 1024 * 1024
# More than all the buffers on the way hold.
LIMIT = 16 * MIB


class StreamTest(AsyncTest):
    async def asyncSetUp(self) -> None:
        self.remote = await self.enter(gateway(log="p2svpn_gateway=debug"))
        self.client = await self.enter(p2svpn.Client())
        self.session = await self.enter(connected(self.client, self.remote))

    async def open(self, port: int) -> "tuple[asyncio.StreamReader, asyncio.StreamWriter]":
        """Connects to a service, until the end of the test."""
        reader, writer = await within(self.session.open_connection(SERVICES, port))
        self.addCleanup(lambda: writer.transport.abort())
        return reader, writer

    async def sent(self, count: int) -> None:
        """Waits until the session has sent so many bytes."""
        while self.session.statistics().sent_bytes < count:
            await asyncio.sleep(0.01)

    async def test_an_echo_comes_back_line_by_line_and_then_the_end(self) -> None:
        reader, writer = await self.open(ECHO)

        for line in (b"one\n", b"two\n"):
            writer.write(line)
            self.assertEqual(await within(reader.readline()), line)
        writer.write_eof()

        self.assertEqual(await within(reader.read()), b"")
        self.assertEqual(writer.get_extra_info("peername"), (SERVICES, ECHO))

    async def test_many_connections_go_on_at_the_same_time(self) -> None:
        async def echoed(number: int) -> bytes:
            reader, writer = await self.open(ECHO)
            writer.write(b"%d" % number * 1000)
            writer.write_eof()
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer

        answers = await within(asyncio.gather(*(echoed(number) for number in range(12))))

        self.assertEqual(answers, [b"%d" % number * 1000 for number in range(12)])

    async def test_a_reader_that_gives_up_loses_nothing(self) -> None:
        reader, writer = await self.open(ECHO)

        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(reader.readexactly(4), 0.01)
        writer.write(b"here")

        self.assertEqual(await within(reader.readexactly(4)), b"here")

    async def test_a_reader_that_does_not_read_holds_the_server_back(self) -> None:
        reader, writer = await self.open(SOURCE)
        await within(reader.readexactly(1))

        # The source never ends, so what has arrived stops growing only because of us.
        before, after = -1, 0
        while before != after:
            before = after
            await asyncio.sleep(0.2)
            after = self.session.statistics().received_bytes
            self.assertLess(after, LIMIT)

        # A stop for good would look the same until here: reading makes it flow again, beyond what was ever held.
        for _ in range(LIMIT // MIB):
            await within(reader.readexactly(MIB))
        self.assertGreater(self.session.statistics().received_bytes, LIMIT)

    async def test_a_writer_waits_for_a_server_that_reads_slowly(self) -> None:
        reader, writer = await self.open(ECHO)
        # Nobody reads the echo, so the server stops reading, and then writing has to wait.
        writer.write(bytes(16 * 1024 * 1024))

        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(writer.drain(), 1)

        self.assertGreater(writer.transport.get_write_buffer_size(), 0)

    async def test_closing_sends_first_what_was_written(self) -> None:
        _, writer = await self.open(DISCARD)
        before = self.session.statistics().sent_bytes

        writer.write(bytes(3_000_000))
        writer.close()
        await within(writer.wait_closed())

        # The stack has what is not sent yet, and goes on sending it.
        self.assertGreater(self.session.statistics().sent_bytes - before, 2_000_000)

    async def test_aborting_sends_no_more(self) -> None:
        _, writer = await self.open(HTTP)
        length = 50 * MIB
        writer.write(b"POST /upload HTTP/1.1\r\nHost: app\r\nContent-Length: %d\r\n\r\n" % length)
        writer.write(bytes(length))
        await within(self.sent(MIB))

        writer.transport.abort()
        await within(writer.wait_closed())

        # The server says so when an upload ends too early.
        await self.remote.line_with("a visit to a service broke off")
        self.assertLess(self.session.statistics().sent_bytes, length)

    async def test_the_sessions_end_is_an_error_of_its_connections(self) -> None:
        reader, writer = await self.open(ECHO)

        self.session.disconnect()

        with self.assertRaises(ConnectionAbortedError):
            await within(reader.read())
        with self.assertRaises(ConnectionAbortedError):
            await within(writer.wait_closed())

    async def test_a_protocol_is_driven_like_by_a_socket(self) -> None:
        class Collector(asyncio.Protocol):
            def __init__(self) -> None:
                self.data = b""
                self.lost = asyncio.get_running_loop().create_future()

            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                transport.write(b"ping")
                transport.write_eof()

            def data_received(self, data: bytes) -> None:
                self.data += data

            def connection_lost(self, error: object) -> None:
                self.lost.set_result(error)

        transport, protocol = await self.session.create_connection(Collector, SERVICES, ECHO)

        self.assertIsNone(await within(protocol.lost))
        self.assertEqual(protocol.data, b"ping")
        self.assertIs(transport.get_protocol(), protocol)

    async def test_a_protocol_may_abort_at_once(self) -> None:
        lost = asyncio.get_running_loop().create_future()

        class Unwilling(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                assert isinstance(transport, asyncio.Transport)
                transport.abort()

            def connection_lost(self, error: object) -> None:
                lost.set_result(error)

        transport, _ = await self.session.create_connection(Unwilling, SERVICES, ECHO)

        self.assertIsNone(await within(lost))
        self.assertTrue(transport.is_closing())

    async def test_a_failure_to_connect_says_why(self) -> None:
        for host, port, timeout, name in (
            (SERVICES, 81, 10, "DIAL_REFUSED"),
            ("10.1.99.99", 80, 0.5, "DIAL_TIMED_OUT"),
            ("2001:db8::1", 80, 5, "DIAL_UNREACHABLE"),
            ("app.internal", 80, 5, "DIAL_NAME_UNSUPPORTED"),
        ):
            with self.subTest(host=host, port=port):
                with self.assertRaises(p2svpn.P2SVpnError) as raised:
                    await within(self.session.open_connection(host, port, timeout=timeout))
                self.assertEqual(raised.exception.name, name)

    async def test_a_connection_that_is_not_waited_for_is_not_made(self) -> None:
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(self.session.open_connection("10.1.99.99", 80, timeout=60), 0.05)

        reader, writer = await self.open(ECHO)
        writer.write(b"!")
        self.assertEqual(await within(reader.readexactly(1)), b"!")
