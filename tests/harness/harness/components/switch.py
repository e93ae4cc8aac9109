"""A switch: a real FreeSWITCH where there is one, else devswitch, which says what it is."""

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from harness.components.component import Component, listens
from harness.paths import REPOSITORY
from harness.process import Process
from switchlink.freeswitch import Address, FreeSwitchSettings, find_freeswitch, freeswitch_launch
from switchlink.testing.free_ports import free_port

CONFIGURATION = REPOSITORY / "infra" / "freeswitch"
_GREETING = b"Content-Type: auth/request\n\n"
_RTP_BLOCK = 400
_KERNELS = Path("/proc/sys/net/ipv4/ip_local_port_range")


@dataclass(frozen=True, slots=True)
class SwitchRun:
    number: int
    """1, 2, ... in its world."""
    of: int
    """So many switches has its world."""
    folder: Path
    edge: Address
    sip: Address
    esl: Address
    password_file: Path
    binary: Path | None
    """None: devswitch."""
    configuration: Path
    routers: tuple[Address, ...] = ()
    """Asked about each call, in this order."""
    spare: bool = False
    """Not started with the world, and offered no call until somebody orders it."""

    @property
    def id(self) -> str:
        return f"sw{self.number}"

    @property
    def name(self) -> str:
        return f"switch-{self.number}"

    @property
    def rtp_ports(self) -> tuple[int, int]:
        """The first and the last. FreeSWITCH's are below those that the kernel gives away, and another world
        is another process; devswitch takes what the kernel gives."""
        if self.binary is None:
            first, last = _KERNELS.read_text().split()
            return int(first), int(last)
        size = _RTP_BLOCK // self.of
        start = 16384 + os.getpid() % 40 * _RTP_BLOCK + (self.number - 1) * size
        return start, start + size - 1

    @property
    def watch_dir(self) -> Path:
        """Shared by its routers."""
        return self.folder / "watch"


def switch_run(
    folder: Path,
    edge: Address,
    configuration: Path,
    routers: tuple[Address, ...],
    *,
    number: int = 1,
    of: int = 1,
    spare: bool = False,
) -> SwitchRun:
    folder.mkdir(parents=True, exist_ok=True)
    password_file = folder / "esl-password"
    password_file.touch(0o600)
    password_file.write_text(secrets.token_hex(24))
    sip, esl = Address("127.0.0.1", free_port()), Address("127.0.0.1", free_port())
    binary = find_freeswitch()
    return SwitchRun(number, of, folder, edge, sip, esl, password_file, binary, configuration, routers, spare)


def create(run: SwitchRun) -> Component:
    missing = listens(run.esl.host, run.esl.port, _GREETING)
    if run.binary is not None:
        says = f"a real FreeSWITCH ({run.binary})"
        return Component(run.name, _freeswitch(run, run.binary), missing, says=says)
    says = "no FreeSWITCH was found, so devswitch carries the call (for laptops and CI; not for real traffic)"
    return Component(run.name, _devswitch(run), missing, says=says)


def _freeswitch(run: SwitchRun, binary: Path) -> Process:
    settings = FreeSwitchSettings(
        sip=run.sip,
        esl=run.esl,
        edge=run.edge,
        password=run.password_file.read_text(),
        rtp_ports=run.rtp_ports,
        routers=run.routers,
    )
    launch = freeswitch_launch(binary, run.configuration, run.folder, settings)
    launch.make_folders()
    return Process(
        "freeswitch",
        launch.command,
        run.folder / "switch.log",
        env=launch.environment,
        umask=launch.umask,
        grace=15,
    )


def _devswitch(run: SwitchRun) -> Process:
    command = [sys.executable, "-m", "switchlink.devswitch", "--sip", str(run.sip), "--esl", str(run.esl)]
    command += ["--password-file", str(run.password_file), "--edge", str(run.edge)]
    command += ["--dialplan", str(run.configuration / "dialplan" / "keepline.xml")]
    command += [f"--router={router}" for router in run.routers]
    return Process("devswitch", command, run.folder / "switch.log")
