"""The first program: connect, look at the status, fetch a page from the VNet, disconnect.

    python fetch.py azurevpnconfig.xml me.pfx 10.1.0.4

The password of me.pfx is asked for. Packets stay inside this process: nothing needs privilege, nothing on the machine
is changed, and other programs do not use the tunnel.
"""

import asyncio
import getpass
import sys

import p2svpn


async def main(profile_file: str, pfx_file: str, host: str) -> None:
    async with p2svpn.Client() as client:
        profile = client.profiles.import_file(profile_file)
        certificate = p2svpn.Pfx(pfx_file)
        async with client.connect(profile, certificate=certificate, device=p2svpn.Userspace()) as session:
            teller = asyncio.create_task(tell(client, session))
            await session.connected()  # raises with cause and remedy
            print(session.status())
            print(await fetch(session, host))
    await teller


async def tell(client: p2svpn.Client, session: p2svpn.Session) -> None:
    """Shows what happens, and asks for the password or the code that is asked for; other questions end the sign-in."""
    async for event in client.events():
        if isinstance(event, p2svpn.StateEvent):
            print(event.state)
        elif isinstance(event, p2svpn.ChallengeEvent):
            answer = None
            if isinstance(event.challenge, (p2svpn.CertificatePasswordChallenge, p2svpn.QuestionChallenge)):
                answer = await asyncio.to_thread(getpass.getpass, event.challenge.text + " ")
            session.answer(event.challenge, answer)
        elif isinstance(event, p2svpn.WarningEvent):
            print("warning:", event.warning)


async def fetch(session: p2svpn.Session, host: str) -> str:
    reader, writer = await session.open_connection(host, 80)
    writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    page = await reader.read()
    writer.close()
    await writer.wait_closed()
    return page.decode()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        asyncio.run(main(*sys.argv[1:]))
    except p2svpn.P2SVpnError as error:
        sys.exit(f"Error {error.number}: {error.message}\nusually: {error.cause}\nto do: {error.remedy}")
