"""A session on a network device, in a network of its own."""

import os
import shutil
import sys
import textwrap
from unittest import IsolatedAsyncioTestCase, skipUnless

from .support import run_program

PROGRAM = textwrap.dedent(
    """
    import asyncio, os, socket, p2svpn
    from tests.support import connected, gateway, within

    async def main():
        async with gateway() as remote, p2svpn.Client() as client:
            profile = client.profiles.import_file(remote.profile)
            device = p2svpn.Tun("vpn-test")
            async with client.connect(profile, certificate=remote.certificate, device=device) as session:
                await within(session.connected())
                assert session.status().device == "vpn-test", session.status()
                reader, writer = await within(asyncio.open_connection("10.1.0.4", 7))
                writer.write(b"through the device")
                print((await within(reader.readexactly(18))).decode())
                writer.close()
                try:
                    await session.open_connection("10.1.0.4", 7)
                except p2svpn.BugError as error:
                    print(error.name)
            print("vpn-test" in [name for _, name in socket.if_nameindex()])

    asyncio.run(main())
    """
)


class TunTest(IsolatedAsyncioTestCase):
    @skipUnless(os.geteuid() == 0, "making a network device needs root")
    @skipUnless(shutil.which("unshare") and shutil.which("ip"), "unshare and ip make the network")
    async def test_other_programs_use_the_tunnel_and_nothing_stays(self) -> None:
        in_a_network = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")

        code, output, errors = await run_program(*in_a_network, sys.executable, "-c", PROGRAM)

        self.assertEqual((code, errors), (0, ""))
        self.assertEqual(output, "through the device\nDIAL_NOT_USERSPACE\nFalse\n")
