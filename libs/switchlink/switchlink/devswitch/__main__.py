"""python -m switchlink.devswitch --sip HOST:PORT --esl HOST:PORT --edge HOST:PORT --password-file F ..."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from . import LIMITS
from .dialplan.plan import Dialplan, DialplanUnreadable
from .esl.commands import Commands
from .esl.server import EslServer
from .legs import Peer
from .media.rtp import RtpPorts
from .media.sdp import CODECS
from .sip.server import SipServer
from .switch import MAX_SESSIONS, Switch

HEARTBEAT_SECONDS = 20.0


def main() -> None:
    asked = _arguments()
    password = asked.password_file.read_text().strip()
    try:
        asyncio.run(_run(asked, password))
    except (OSError, DialplanUnreadable) as error:
        sys.stderr.write(f"devswitch cannot start: {error}\n")
        raise SystemExit(1) from error


async def _run(asked: argparse.Namespace, password: str) -> None:
    ends = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ends.set)
    async with asyncio.TaskGroup() as group:

        def spawn(work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
            return group.create_task(work)

        dialplan = Dialplan.read(asked.dialplan, _values(asked))
        switch = Switch(asked.sip, RtpPorts(asked.sip[0], *asked.rtp_ports), dialplan, spawn)
        sip = SipServer(asked.sip, switch.take, lambda: switch.paused, asked.t1x64 / 1000)
        commands = Commands(switch)
        switch.connect(sip, commands.run)
        server = EslServer(commands, switch.events, password, spawn)
        await server.start(*asked.esl)
        limits = LIMITS.format(sessions=MAX_SESSIONS)
        sys.stdout.write(f"{limits}\nready: SIP on {asked.sip}, event socket on {asked.esl}\n")
        sys.stdout.flush()
        heart = group.create_task(_beat(switch))
        await ends.wait()
        heart.cancel()
        switch.hang_up_all("SYSTEM_SHUTDOWN")
        await server.stop()
        sip.close()


async def _beat(switch: Switch) -> None:
    while True:
        figures = {"Event-Info": "System Ready", "Session-Count": str(len(switch.channels))}
        switch.events.fire("HEARTBEAT", partial(dict, figures))
        await asyncio.sleep(HEARTBEAT_SECONDS)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m switchlink.devswitch", description=LIMITS.format(sessions=MAX_SESSIONS)
    )
    parser.add_argument("--sip", type=_address, required=True, help="host:port of the SIP profile, UDP")
    parser.add_argument("--esl", type=_address, required=True, help="host:port of the event socket")
    parser.add_argument("--edge", type=_address, required=True, help="host:port that every leg is sent to")
    parser.add_argument("--password-file", type=Path, required=True, help="holds the event socket's password")
    parser.add_argument("--dialplan", type=Path, required=True, help="infra/freeswitch/dialplan/keepline.xml")
    parser.add_argument(
        "--router", type=_address, action="append", default=[], help="host:port, asked about each call; many"
    )
    parser.add_argument(
        "--t1x64", type=int, default=32000, help="milliseconds without the ACK after which a call is given up"
    )
    parser.add_argument(
        "--rtp-ports", type=_range, default=(0, 0), help="FIRST-LAST; any free ports otherwise"
    )
    return parser.parse_args()


def _values(asked: argparse.Namespace) -> dict[str, str]:
    """The global variables that infra/freeswitch/vars.xml sets."""
    routers = "|".join("{}:{}".format(*router) for router in asked.router)
    return {
        "keepline_edge": "{}:{}".format(*asked.edge),
        "keepline_routers": routers,
        "keepline_codecs": ",".join(CODECS.values()),
    }


def _address(text: str) -> Peer:
    host, _, port = text.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last)


if __name__ == "__main__":
    main()
