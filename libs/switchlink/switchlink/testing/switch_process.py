"""A switch as a child process: FreeSWITCH or devswitch, on free ports of loopback."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from switchlink.esl import EslLink, NotConnected
from switchlink.freeswitch import Address, FreeSwitchSettings, find_freeswitch, freeswitch_launch
from switchlink.testing.free_ports import free_port

STOP_SECONDS = 15.0
START_SECONDS = 60.0

Peer = tuple[str, int]


@dataclass(frozen=True, slots=True)
class RunningSwitch:
    kind: str
    sip: Peer
    esl: Peer
    edge: Peer
    password: str
    log: Path
    routers: tuple[Peer, ...] = ()
    """Whom it asks about each call."""
    rtp_ports: range = range(0)
    """Those that its media may take; none where the kernel gives them."""

    def link(self, *events: str, **options: object) -> EslLink:
        return EslLink(*self.esl, self.password, events, **options)  # type: ignore[arg-type]  # EslLink's own


@asynccontextmanager
async def running_switch(
    kind: str,
    configuration: Path,
    folder: Path,
    edge: Peer,
    *,
    routers: Sequence[Peer] = (),
    host: str = "127.0.0.1",
    environment: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
) -> AsyncIterator[RunningSwitch]:
    """`kind` is freeswitch or devswitch; ready when one can sign in on its event socket. `options`:
    devswitch's own."""
    password, log = secrets.token_hex(16), folder / "output.log"
    sip, esl = (host, free_port(host)), (host, free_port(host))
    media = _some_rtp_ports() if kind == "freeswitch" else range(0)
    switch = RunningSwitch(kind, sip, esl, edge, password, log, tuple(routers), media)
    make = _freeswitch if kind == "freeswitch" else _devswitch
    launch = make(switch, configuration)
    if kind == "devswitch":
        launch = replace(launch, command=[*launch.command, *options])
    process = await _start(launch, switch.log, environment or {})
    try:
        await _ready(switch, process)
        yield switch
    finally:
        await _stop(process)


def _some_rtp_ports() -> range:
    """Below those that the kernel gives to whoever names none, above those of free_ports."""
    first = 20_000 + secrets.randbelow(60) * 200
    return range(first, first + 200)


@dataclass(frozen=True, slots=True)
class Launch:
    command: Sequence[str]
    environment: Mapping[str, str]


def _freeswitch(switch: RunningSwitch, configuration: Path) -> Launch:
    binary = find_freeswitch()
    if binary is None:
        raise FileNotFoundError("no FreeSWITCH: neither FREESWITCH_BIN nor PATH names one")
    settings = FreeSwitchSettings(
        sip=Address(*switch.sip),
        esl=Address(*switch.esl),
        edge=Address(*switch.edge),
        password=switch.password,
        rtp_ports=(switch.rtp_ports.start, switch.rtp_ports.stop - 1),
        routers=tuple(Address(*router) for router in switch.routers),
    )
    launch = freeswitch_launch(binary, configuration, switch.log.parent, settings)
    launch.make_folders()
    return Launch(launch.command, launch.environment)


def _devswitch(switch: RunningSwitch, configuration: Path) -> Launch:
    folder = switch.log.parent
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "password"
    file.write_text(switch.password)
    file.chmod(0o600)
    addresses = {"sip": switch.sip, "esl": switch.esl, "edge": switch.edge}
    options = [f"--{name}={host}:{port}" for name, (host, port) in addresses.items()]
    options += [f"--router={host}:{port}" for host, port in switch.routers]
    options += [f"--dialplan={configuration / 'dialplan' / 'keepline.xml'}", f"--password-file={file}"]
    return Launch([sys.executable, "-m", "switchlink.devswitch", *options], {})


async def _start(launch: Launch, log: Path, more: Mapping[str, str]) -> asyncio.subprocess.Process:
    with log.open("wb") as output:
        return await asyncio.create_subprocess_exec(
            *launch.command,
            env={**os.environ, **launch.environment, **more},
            umask=0o077,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


async def _ready(switch: RunningSwitch, process: asyncio.subprocess.Process) -> None:
    async with switch.link() as link:
        connected = asyncio.ensure_future(link.wait_connected(START_SECONDS))
        ended = asyncio.ensure_future(process.wait())
        await asyncio.wait((connected, ended), return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not connected.done():
            connected.cancel()
            raise NotConnected(f"{switch.kind} ended with {process.returncode}; see {switch.log}")
        await connected


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
