"""Sign in with Microsoft Entra ID without a browser on this machine, and fetch a page from the VNet.

    python sign_in.py azurevpnconfig.xml 10.1.0.4
    python sign_in.py azurevpnconfig.xml 10.1.0.4 \\
        --token-command "az account get-access-token --query accessToken -o tsv --scope"

The first prints a page and a code: open the page on any device and type the code there. The second runs a command that
prints an access token, with the scope that the profile asks for at its end, as a pipeline does that has signed in
already. It is run again ahead of the token's end.

Sign-ins are kept while the program runs. Packets stay inside this process, and nothing needs privilege.
"""

import argparse
import asyncio
import shlex
import sys
from pathlib import Path

import p2svpn


async def main(arguments: argparse.Namespace) -> None:
    async with p2svpn.Client(
        authorities=arguments.login, login_roots=arguments.login_root and arguments.login_root.read_bytes()
    ) as client:
        profile = client.profiles.import_file(arguments.profile)
        async with client.connect(
            profile,
            entra=p2svpn.EntraMethod.DEVICE_CODE,
            token_provider=arguments.token_command and (lambda request: run(arguments.token_command, request)),
            device=p2svpn.Userspace(),
        ) as session:
            teller = asyncio.create_task(tell(client, session))
            await session.connected()  # raises with cause and remedy
            print(session.status())
            print(await fetch(session, arguments.host))
    await teller


async def tell(client: p2svpn.Client, session: p2svpn.Session) -> None:
    """Shows what happens, and where to sign in; other questions end the sign-in."""
    async for event in client.events():
        if isinstance(event, p2svpn.StateEvent):
            print(event.state, flush=True)
        elif isinstance(event, p2svpn.ChallengeEvent):
            if isinstance(event.challenge, p2svpn.DeviceCodeChallenge):
                print(f"Open {event.challenge.page} and type {event.challenge.code}", flush=True)
            else:
                session.answer(event.challenge, None)
        elif isinstance(event, p2svpn.WarningEvent):
            print("warning:", event.warning, flush=True)


async def run(command: str, request: p2svpn.TokenRequest) -> str:
    """Returns what the command prints."""
    process = await asyncio.create_subprocess_exec(*shlex.split(command), request.scope, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"the command for the token ended with exit code {process.returncode}")
    return output.decode().strip()


async def fetch(session: p2svpn.Session, host: str) -> str:
    reader, writer = await session.open_connection(host, 80)
    writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    page = await reader.read()
    writer.close()
    await writer.wait_closed()
    return page.decode()


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("profile", help="the profile that the administrator handed out")
    parser.add_argument("host", help="the address of a web server in the VNet")
    parser.add_argument("--token-command", help="what prints an access token for the scope that is added to it")
    parser.add_argument("--login", action="append", default=[], help="a host to sign in at beside Microsoft's")
    parser.add_argument("--login-root", type=Path, help="a file with the root of that host's certificate, PEM")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        asyncio.run(main(parsed()))
    except p2svpn.P2SVpnError as error:
        sys.exit(f"Error {error.number}: {error.message}\nusually: {error.cause}\nto do: {error.remedy}")
