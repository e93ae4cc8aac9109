"""A whole configuration on its way into tables.db: kept in a temporary table until all of it came, then
compared with what is there, so that only what differs is written, owed to the edge, and can be undone."""

import sqlite3
from collections.abc import Sequence

from edge_agent.adapters.disk.index import Index
from edge_agent.adapters.disk.rows import OTHER, PLACES, kept, signed
from edge_agent.domain.admission import Counts
from edge_agent.domain.resources import Resource
from edge_agent.ports import MARK, SOURCE, TRUNK
from siptypes.versions import written

_NEXT = (
    "CREATE TEMP TABLE next (name TEXT NOT NULL PRIMARY KEY, tbl TEXT NOT NULL, key_name TEXT NOT NULL, "
    "key_value TEXT NOT NULL, version INTEGER NOT NULL, fault TEXT NOT NULL) WITHOUT ROWID"
)


class Whole:
    """What was staged so far."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file
        self._sum = 0
        self._counts = [0, 0, 0]
        self._index = Index()
        drop(file)
        file.execute(_NEXT)

    @property
    def version(self) -> str:
        return written(self._sum)

    @property
    def counts(self) -> Counts:
        return Counts(*self._counts)

    def add(self, resources: Sequence[Resource]) -> None:
        """Raises sqlite3.IntegrityError when a name comes twice."""
        rows = []
        for row in map(kept, resources):
            rows.append((row.name, row.table, row.key, row.value, signed(row.version), row.fault))
            self._sum += row.part
            if row.table == TRUNK:
                self._index.add(row.key, row.value)
            counts = row.counts
            self._counts[0] += counts.trunks
            self._counts[1] += counts.numbers
            self._counts[2] += counts.active_switches
        self._file.execute("BEGIN")
        try:
            self._file.executemany("INSERT INTO temp.next VALUES (?, ?, ?, ?, ?, ?)", rows)
        finally:
            self._file.execute("COMMIT")

    def write(self, *, first: bool) -> None:
        """Within a transaction. first: nothing was held, so nothing is compared or kept for undoing."""
        staged = ((f"{SOURCE}/{key}", SOURCE, key, value) for key, value in self._index.rows())
        self._file.executemany("INSERT INTO temp.next VALUES (?, ?, ?, ?, 0, '')", staged)
        if not first:
            for table in PLACES:
                self._owe_gone(table)
            for table in PLACES:
                self._owe_changed(table)
        for table in PLACES:
            if first:
                self._file.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours, here and below
            else:
                self._file.execute(f"DELETE FROM {table} AS o WHERE {_gone(table)}")  # noqa: S608
            columns = "key_name, key_value, version" + (", fault" if table == OTHER else "")
            self._file.execute(
                f"REPLACE INTO {table} ({columns}) "  # noqa: S608
                f"SELECT {columns} FROM temp.next AS n WHERE n.tbl = '{table}' AND {_differs(table)}"
            )

    def _owe_gone(self, table: str) -> None:
        self._file.execute(
            f"INSERT OR IGNORE INTO owed SELECT {_name(table)}, '{table}', o.key_value, o.version, "  # noqa: S608
            f"{_fault(table)} FROM {table} AS o WHERE {_gone(table)}"
        )

    def _owe_changed(self, table: str) -> None:
        self._file.execute(
            f"INSERT OR IGNORE INTO owed SELECT n.name, CASE WHEN o.key_name IS NULL THEN NULL ELSE "  # noqa: S608
            f"'{table}' END, o.key_value, o.version, {_fault(table)} FROM temp.next AS n "
            f"LEFT JOIN {table} AS o ON o.key_name = n.key_name WHERE n.tbl = '{table}' AND {_differs(table)}"
        )


def drop(file: sqlite3.Connection) -> None:
    file.execute("DROP TABLE IF EXISTS temp.next")


def _name(table: str) -> str:
    return "o.key_name" if table == OTHER else f"'{table}/' || o.key_name"


def _fault(table: str) -> str:
    return "o.fault" if table == OTHER else "''"


def _gone(table: str) -> str:
    there = f"SELECT 1 FROM temp.next AS n WHERE n.name = {_name(table)} AND n.tbl = '{table}'"  # noqa: S608
    return f"o.key_name <> '{MARK}' AND NOT EXISTS ({there})"


def _differs(table: str) -> str:
    same = "same.key_name = n.key_name AND same.version = n.version AND same.key_value = n.key_value"
    if table == OTHER:
        same += " AND same.fault = n.fault"
    return f"NOT EXISTS (SELECT 1 FROM {table} AS same WHERE {same})"  # noqa: S608
