"""Runs SIPp 3.6: real SIP over real sockets, one scenario file for each story.

A scenario's @NAME@ are filled in from `words` (a status that is awaited cannot be a SIPp key). SIPp wants a
terminal and gets one. A run with retransmissions measured nothing and says so.
"""

import csv
import re
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from harness.process import Process
from harness.until import until

SCENARIOS = Path(__file__).parent / "scenarios"
_PLACE = re.compile(r"@([A-Z_]+)@")
_DEFAULTS = {"RING_MS": "200", "RETRANS_MS": "500", "HEADERS": "", "MEDIA": "0 101"}
_TRACED_CALLS = 20


@dataclass(frozen=True, slots=True)
class SippResult:
    exit_code: int
    successful: int
    failed: int
    retransmissions: int

    @property
    def as_told(self) -> bool:
        """Every call went as the scenario says."""
        return self.exit_code == 0 and self.failed == 0 and self.successful > 0

    def __str__(self) -> str:
        calls = f"{self.successful} calls as the story says, {self.failed} not"
        return f"{calls}, {self.retransmissions} retransmissions"


@dataclass
class Sipp:
    """scenario: file name without .xml; local: own address; remote: host:port that a caller calls."""

    scenario: str
    local: str
    folder: Path
    remote: str = ""
    port: int = 0
    number: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    calls: int = 1
    rate: float = 10.0
    at_once: int = 100
    hold_ms: int = 2000
    within: float = 60.0
    options: Sequence[str] = ()
    _process: Process | None = None

    async def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process = Process(
            f"sipp {self.scenario}",
            self._command(self._scenario_file()),
            self.folder / "terminal.log",
            env={"TERM": "xterm"},
            cwd=self.folder,
            terminal=True,
            grace=2.0,
        )
        await self._process.start()
        if self.port and not self.remote:
            await self._process.ready(partial(_listens, self.local, self.port), 30, "its port is open")

    async def wait(self) -> SippResult:
        if self._process is None:
            raise RuntimeError("not started")
        try:
            code = await self._process.wait(self.within + 5)
        except TimeoutError:
            await self._process.kill()
            code = -1
        return self._result(code)

    async def run(self) -> SippResult:
        await self.start()
        return await self.wait()

    async def stop(self) -> None:
        if self._process is not None:
            await self._process.kill()

    def logged(self) -> str:
        """What the scenario's <log> actions wrote."""
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*_logs.log"))

    async def told(self, pattern: str, within: float = 30.0) -> re.Match[str]:
        """Waits for a line of the log."""
        line = re.compile(pattern, re.MULTILINE)
        return await until(lambda: line.search(self.logged()), within, f"{self.scenario}: {pattern}")

    async def remote_rtp(self, within: float = 30.0) -> tuple[str, int]:
        """The far side's RTP address, from the scenario's line `rtp HOST PORT`."""
        found = await self.told(r"^rtp (\S+) (\d+)", within)
        return found[1], int(found[2])

    def messages(self) -> str:
        """Every SIP message of a small run."""
        return "".join(p.read_text(errors="replace") for p in sorted(self.folder.glob("*_messages.log")))

    def _scenario_file(self) -> Path:
        words = {**_DEFAULTS, **self.words}
        text = _PLACE.sub(lambda place: words[place[1]], (SCENARIOS / f"{self.scenario}.xml").read_text())
        path = self.folder / f"{self.scenario}.xml"
        path.write_text(text)
        return path

    def _command(self, scenario: Path) -> list[str]:
        command = ["sipp", "-sf", str(scenario), "-i", self.local, "-m", str(self.calls)]
        command += ["-r", f"{self.rate:g}", "-rp", "1000", "-l", str(self.at_once), "-nostdin", "-trace_logs"]
        command += ["-d", str(self.hold_ms), "-timeout", f"{self.within:g}s", "-timeout_error"]
        command += ["-trace_stat", "-stf", str(self.folder / "statistics.csv"), "-trace_err", "-fd", "1"]
        command += ["-trace_msg"] if self.calls <= _TRACED_CALLS else []
        command += ["-p", str(self.port)] if self.port else []
        command += ["-s", self.number] if self.number else []
        for name, value in self.keys.items():
            command += ["-key", name, value]
        return [*command, *self.options, *([self.remote] if self.remote else [])]

    def _result(self, code: int) -> SippResult:
        last = _last_row(self.folder / "statistics.csv")
        return SippResult(
            exit_code=code,
            successful=int(last.get("SuccessfulCall(C)", 0)),
            failed=int(last.get("FailedCall(C)", 0)),
            retransmissions=int(last.get("Retransmissions(C)", 0)),
        )


def _listens(host: str, port: int) -> bool:
    """proc(5), /proc/net/udp: addresses are written in the order of the processor's octets."""
    at = f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{port:04X}"
    return any(line.split()[1] == at for line in Path("/proc/net/udp").read_text().splitlines())


def _last_row(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return rows[-1] if rows else {}
