"""Resources as rows of tables.db, and what was there before, so that it can be undone.

trunk, number   what Kamailio loads; key_name is the resource's name without its kind
source          what Kamailio loads beside them: follows from the trunks (index.py), and counts in no version
other           everything else under its whole name: switches, endpoints, edges, and what is set aside
owed            names that changed since the edge was known to hold everything, with the row of that time;
                tbl is null where there was none
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from edge_agent.domain.admission import Counts
from edge_agent.domain.records import number_value, trunk_value
from edge_agent.domain.resources import Edge, Endpoint, Kind, Number, Resource, Switch, Trunk
from edge_agent.ports import LOADED, MARK, SOURCE
from siptypes import versions
from siptypes.endpoints import Transport

OTHER = "other"
PLACES = (Kind.TRUNK.value, Kind.NUMBER.value, SOURCE, OTHER)
OWN_TABLES = (
    "CREATE TABLE IF NOT EXISTS other (key_name TEXT NOT NULL PRIMARY KEY, key_value TEXT NOT NULL, "
    "version INTEGER NOT NULL, fault TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS owed (name TEXT NOT NULL PRIMARY KEY, tbl TEXT, key_value TEXT, "
    "version INTEGER, fault TEXT) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS agent (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)
_SIGNED = 1 << 63  # SQLite's integers are signed


@dataclass(frozen=True, slots=True)
class Kept:
    """One resource as a row."""

    name: str
    table: str
    value: str
    version: int
    fault: str = ""

    @property
    def key(self) -> str:
        return self.name if self.table == OTHER else self.name.partition("/")[2]

    @property
    def counts(self) -> Counts:
        active = self.table == OTHER and not self.fault and self.name.startswith("switch/")
        return Counts(
            self.table == Kind.TRUNK,
            self.table == Kind.NUMBER,
            active and not json.loads(self.value)["draining"],
        )

    @property
    def part(self) -> int:
        """Of the sum that is the version of the whole."""
        return versions.part(self.name, self.version)


def kept(resource: Resource) -> Kept:
    name, version = resource.name, resource.version
    match resource.body:
        case Trunk() as trunk:
            return Kept(name, Kind.TRUNK.value, trunk_value(trunk), version)
        case Number() as number:
            return Kept(name, Kind.NUMBER.value, number_value(number), version)
        case None:
            return Kept(name, OTHER, "", version, resource.fault or "not understood")
        case body:
            return Kept(name, OTHER, json.dumps(asdict(body)), version)


def find(file: sqlite3.Connection, name: str) -> Kept | None:
    kind, _, key = name.partition("/")
    if kind in LOADED:
        row = file.execute(f"SELECT key_value, version FROM {kind} WHERE key_name = ?", (key,)).fetchone()  # noqa: S608
        if row is not None and key != MARK:
            return Kept(name, kind, row[0], unsigned(row[1]))
    query = "SELECT key_value, version, fault FROM other WHERE key_name = ?"
    row = file.execute(query, (name,)).fetchone()
    return None if row is None else Kept(name, OTHER, row[0], unsigned(row[1]), row[2])


def put(file: sqlite3.Connection, row: Kept) -> None:
    if row.table == OTHER:
        values = (row.key, row.value, signed(row.version), row.fault)
        file.execute("REPLACE INTO other VALUES (?, ?, ?, ?)", values)
    else:
        query = f"REPLACE INTO {row.table} (key_name, key_value, version) VALUES (?, ?, ?)"  # noqa: S608
        file.execute(query, (row.key, row.value, signed(row.version)))


def take(file: sqlite3.Connection, row: Kept) -> None:
    file.execute(f"DELETE FROM {row.table} WHERE key_name = ?", (row.key,))  # noqa: S608


def owe(file: sqlite3.Connection, name: str, before: Kept | None) -> None:
    """Keeps the oldest: what was there when the edge was known to hold everything."""
    row: tuple[str | int | None, ...] = (name, None, None, None, None)
    if before is not None:
        row = (name, before.table, before.value, signed(before.version), before.fault)
    file.execute("INSERT OR IGNORE INTO owed VALUES (?, ?, ?, ?, ?)", row)


def owed(file: sqlite3.Connection) -> Iterable[tuple[str, Kept | None]]:
    for name, table, value, version, fault in file.execute("SELECT * FROM owed").fetchall():
        yield name, Kept(name, table, value, unsigned(version), fault) if table else None


def bodies(file: sqlite3.Connection, kind: Kind) -> list[dict[str, object]]:
    query = (
        "SELECT key_value FROM other WHERE key_name >= ? AND key_name < ? AND fault = '' ORDER BY key_name"
    )
    found = [json.loads(value) for (value,) in file.execute(query, (f"{kind}/", f"{kind}0"))]
    return [
        body | {"transport": Transport(body["transport"])} if "transport" in body else body for body in found
    ]


def switches(file: sqlite3.Connection) -> tuple[Switch, ...]:
    return tuple(Switch(**body) for body in bodies(file, Kind.SWITCH))  # type: ignore[arg-type]


def endpoints(file: sqlite3.Connection) -> tuple[Endpoint, ...]:
    return tuple(Endpoint(**body) for body in bodies(file, Kind.ENDPOINT))  # type: ignore[arg-type]


def edges(file: sqlite3.Connection) -> tuple[Edge, ...]:
    return tuple(Edge(**body) for body in bodies(file, Kind.EDGE))  # type: ignore[arg-type]


def signed(version: int) -> int:
    return version - 2 * _SIGNED if version >= _SIGNED else version


def unsigned(version: int) -> int:
    return version % (2 * _SIGNED)
