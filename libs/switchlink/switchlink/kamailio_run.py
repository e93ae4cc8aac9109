"""How an edge is started: the command line and the run folder for given addresses.

Everything that one edge differs in from another is a define on the command line, so that the
configuration in infra/kamailio is the same everywhere; and an edge that starts for the first time finds empty
tables, never a missing file. An edge that ran before finds what it last held.
"""

import ipaddress
import re
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from switchlink.kamailio_tables import open_tables

_NAME = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])\Z")
_EDGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
LARGEST_SHARED_MB = 2000
LARGEST_SIZE = 20
LONGEST_SOCKET_PATH = 107 - len(".01234567")  # what a unix socket's address holds; clients add to the name


@dataclass(frozen=True, slots=True)
class KamailioPorts:
    """The outside (udp and tcp), the switches, JSON-RPC over HTTP, and the reports."""

    public: int
    inner: int
    rpc: int
    events: int


@dataclass(frozen=True, slots=True)
class KamailioRun:
    config: Path
    run_dir: Path
    ports: KamailioPorts
    public_host: str = "127.0.0.1"
    public_host6: str | None = None
    advertise: str | None = None
    inner_host: str = "127.0.0.1"
    binary: str = "kamailio"
    ping_interval: int = 5
    reload_delta: int = 5
    workers: int = 4
    rows: int = 20_000  # trunks and numbers together that fit in; memory and buckets follow
    debug_level: int = 1
    edge_id: str = "edge"
    """Names this edge in X-Keepline-Edge."""
    outside_also: Sequence[str] = ()
    """Networks that legs and probes may reach although addresses.cfg refuses them: loopback, in tests."""
    calls_per_second: int | None = None
    """Of a trunk and of a tenant; None: as values.cfg has them."""
    own_networks: Sequence[str] = ()
    """Networks of our own nodes, where no leg goes."""
    public_names: Sequence[str] = ()
    """Names and addresses that providers know this edge by, beside those of its sockets."""

    def __post_init__(self) -> None:
        if not _EDGE_ID.match(self.edge_id):
            raise ValueError(f"an edge's id is 1 to 64 letters, digits, _ and -, not {self.edge_id[:80]!r}")

    @property
    def rpc_socket(self) -> Path:
        return self.run_dir / "rpc.sock"

    @property
    def rpc_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.rpc}/RPC"

    @property
    def events(self) -> str:
        return f"127.0.0.1:{self.ports.events}"

    @property
    def tables(self) -> Path:
        return self.run_dir / "tables.db"

    @property
    def shared_mb(self) -> int:
        """Twice the rows, because a reload holds the old table and the new one, and 256 MB for calls.
        Kamailio's own count of shared memory overflows at 2048."""
        return min(LARGEST_SHARED_MB, 256 + self.rows * 1_600 // 1_000_000)

    @property
    def private_mb(self) -> int:
        """db_sqlite has no cursor: the process that loads a table holds all its rows at once."""
        return 16 + self.rows * 1_400 // 1_000_000

    @property
    def destinations(self) -> Path:
        return self.run_dir / "dispatcher.list"

    def prepare(self) -> None:
        """Makes the run folder and what Kamailio will not start without."""
        if len(str(self.rpc_socket.absolute())) > LONGEST_SOCKET_PATH:
            raise ValueError(f"the run folder's path is too long for a unix socket: {self.run_dir}")
        self.run_dir.mkdir(parents=True, exist_ok=True)
        # tables that came with this version; a broken file is the agent's to set aside
        with suppress(sqlite3.DatabaseError):
            open_tables(self.tables).close()
        if not self.destinations.exists():
            self.destinations.touch()

    def argv(self) -> list[str]:
        """The process in the foreground, logging to stderr. The allocators are not the default ones, which
        cost three to six times the processor time."""
        memory = ["-X", "fm", "-x", "fm", "-m", str(self.shared_mb), "-M", str(self.private_mb)]
        folders = ["-w", str(self.run_dir.absolute()), "-Y", str(self.run_dir.absolute())]
        defines = [part for name, value in self._defines().items() for part in ("-A", f"{name}={value}")]
        start = [
            self.binary,
            "-DD",
            "-E",
            "-f",
            str(self.config.absolute()),
            "-n",
            str(self.workers),
            "-N",
            "2",
        ]
        return [*start, *memory, *folders, *defines]

    def check_argv(self) -> list[str]:
        """Checks the configuration with these values and ends."""
        return [*self.argv(), "-c"]

    def _defines(self) -> dict[str, str | int]:
        public = f"{_bracketed(self.public_host)}:{self.ports.public}"
        advertised = f" advertise {self.advertise}" if self.advertise else ""
        values: dict[str, str | int] = {
            "PUBLIC_UDP": f"udp:{public}{advertised}",
            "PUBLIC_TCP": f"tcp:{public}{advertised}",
            "INNER_UDP": f"udp:{_bracketed(self.inner_host)}:{self.ports.inner}",
            "RPC_TCP": f"tcp:127.0.0.1:{self.ports.rpc}",
            "RPC_SOCKET": _quoted(self.rpc_socket.absolute()),
            "EVENTS": _quoted(self.events),
            "TABLES": _quoted(f"sqlite:///{self.tables.absolute()}"),
            "TABLES_FILE": _quoted(self.tables.absolute()),
            "TRUNK_TABLE": _table("trunk", self.rows // 10),
            "NUMBER_TABLE": _table("number", self.rows),
            "SOURCE_TABLE": _table("source", self.rows // 10),
            "ROWS": self.rows,
            "DESTINATIONS": _quoted(self.destinations.absolute()),
            "PING_INTERVAL": self.ping_interval,
            "RELOAD_DELTA": self.reload_delta,
            "DEBUG_LEVEL": self.debug_level,
            "EDGE_ID": _quoted(self.edge_id),
            "OUTSIDE_ALSO": _quoted(_networks(self.outside_also)),
            "OWN_NETWORKS": _quoted(_networks(self.own_networks)),
            "OWN_NAMES": _quoted(_names(self.public_names)),
        }
        if self.calls_per_second is not None:
            names = ("TRUNK_CALLS_PER_SECOND", "TENANT_CALLS_PER_SECOND")
            values |= dict.fromkeys(names, self.calls_per_second)
        if self.public_host6 is not None:
            public6 = f"{_bracketed(self.public_host6)}:{self.ports.public}"
            values |= {"PUBLIC6_UDP": f"udp:{public6}", "PUBLIC6_TCP": f"tcp:{public6}"}
        return values


def _table(name: str, rows: int) -> str:
    """About one bucket for a row; Kamailio takes 2**2 to 2**31."""
    size = min(max(10, (rows - 1).bit_length()), LARGEST_SIZE)
    return f'"{name}=>size={size};dbtable={name};"'


def _bracketed(host: str) -> str:
    try:
        return f"[{host}]" if ipaddress.ip_address(host).version == 6 else host  # noqa: PLR2004
    except ValueError:
        return host


def _networks(networks: Sequence[str]) -> str:
    return ",".join(str(ipaddress.ip_network(network)) for network in networks)


def _names(names: Sequence[str]) -> str:
    wrong = [name for name in names if not _NAME.match(name)]
    if wrong:
        raise ValueError(f"this is no name or address of an edge: {wrong[0][:80]!r}")
    return ",".join(name.lower().removesuffix(".") for name in names)


def _quoted(value: object) -> str:
    text = str(value)
    if any(character in text for character in '"\\\n\r;'):
        raise ValueError(f"this value cannot be handed to Kamailio: {text!r}")
    return f'"{text}"'


def with_extra(argv: Sequence[str], **defines: str) -> list[str]:
    """The same command line with further defines, such as PING_FROM='"sip:probe@edge.example"'."""
    return [*argv, *(part for name, value in defines.items() for part in ("-A", f"{name}={value}"))]
