"""The files that the edge starts from: tables.db, which its tables are loaded from, and dispatcher.list.

The version stands in the same transaction as what it names. dispatcher.list follows from the destinations
noted in tables.db. All of it happens in a thread, one transaction at a time.
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from edge_agent.domain.change import Change
from edge_agent.domain.records import Destination, Table, Transport
from edge_agent.ports import MARK, META, SERVING, VERSION, FilesFailed, Stored
from servicekit.telemetry.logging import logger
from switchlink.kamailio_tables import TABLES, open_tables, put_rows

_log = logger(__name__)
_T = TypeVar("_T")
_DESTINATIONS = "set_id INTEGER, host TEXT, port INTEGER, transport TEXT"


class EdgeFiles:
    def __init__(self, run_dir: Path) -> None:
        self._tables = run_dir / "tables.db"
        self._destinations = run_dir / "dispatcher.list"
        self._thread = ThreadPoolExecutor(1, "edge-files")
        self._open: sqlite3.Connection | None = None

    async def write_whole(
        self,
        rows: Mapping[Table, Mapping[str, str]],
        destinations: tuple[Destination, ...],
        version: str,
    ) -> None:
        def write(file: sqlite3.Connection) -> None:
            for table in TABLES:
                file.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of ours
            for table, content in rows.items():
                put_rows(file, table, [(MARK, version)])
                put_rows(file, table, content.items())
            _note(file, destinations, version)

        await self._in_thread(lambda: self._transaction(write))

    async def write_change(self, change: Change) -> None:
        def write(file: sqlite3.Connection) -> None:
            for table, key in change.deleted:
                file.execute(f"DELETE FROM {table} WHERE key_name = ?", (key,))  # noqa: S608
            for record in change.set:
                put_rows(file, record.table, [(record.key, record.value)])
            _note(file, change.destinations, change.to_version)

        await self._in_thread(lambda: self._transaction(write))

    async def write_destinations(self, text: str) -> None:
        await self._in_thread(lambda: _replace(self._destinations, text))

    async def read(self) -> Stored | None:
        return await self._in_thread(self._read)

    async def close(self) -> None:
        await self._in_thread(self._leave)
        self._thread.shutdown()

    async def _in_thread(self, call: Callable[[], _T]) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, call)
        except (OSError, sqlite3.Error) as error:
            raise FilesFailed(f"the files in {self._tables.parent} cannot be written: {error}") from error

    def _transaction(self, write: Callable[[sqlite3.Connection], None]) -> None:
        with _committed(self._file()) as file:
            write(file)

    def _file(self) -> sqlite3.Connection:
        if self._open is None:
            self._open = open_tables(self._tables)
            self._open.execute(f"CREATE TABLE IF NOT EXISTS destination ({_DESTINATIONS})")
        return self._open

    def _read(self) -> Stored | None:
        try:
            return _stored(self._file())
        except sqlite3.DatabaseError as error:
            self._set_aside(str(error))
            return None

    def _set_aside(self, reason: str) -> None:
        """A file that is broken is kept for whoever looks into it, and a new one takes its place."""
        self._leave()
        aside = self._tables.with_name(f"{self._tables.name}.broken-{int(time.time())}")
        self._tables.replace(aside)
        for rest in ("-wal", "-shm"):
            self._tables.with_name(self._tables.name + rest).unlink(missing_ok=True)
        _log.error("the tables' file is broken and set aside", file=str(aside), reason=reason)
        self._file()

    def _leave(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


@contextmanager
def _committed(file: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    file.execute("BEGIN IMMEDIATE")
    try:
        yield file
        file.execute("COMMIT")
    except BaseException:
        if file.in_transaction:
            file.execute("ROLLBACK")
        raise


def _note(file: sqlite3.Connection, destinations: tuple[Destination, ...], version: str) -> None:
    file.execute("DELETE FROM destination")
    rows = ((one.set_id, one.host, one.port, one.transport) for one in destinations)
    file.executemany("INSERT INTO destination VALUES (?, ?, ?, ?)", rows)
    put_rows(file, META, [(VERSION, version), (SERVING, "1")])


def _stored(file: sqlite3.Connection) -> Stored | None:
    faults = [row[0] for row in file.execute("PRAGMA quick_check") if row[0] != "ok"]
    if faults:
        raise sqlite3.DatabaseError("; ".join(faults[:3]))
    meta = dict(file.execute("SELECT key_name, key_value FROM meta"))
    if VERSION not in meta:
        return None
    rows = {
        table: dict(
            file.execute(f"SELECT key_name, key_value FROM {table} WHERE key_name <> ?", (MARK,))  # noqa: S608
        )
        for table in Table
    }
    destinations = tuple(
        Destination(set_id, host, port, Transport(transport))
        for set_id, host, port, transport in file.execute("SELECT * FROM destination")
    )
    return Stored(meta[VERSION], rows, destinations)


def _replace(path: Path, text: str) -> None:
    """Whole and on the disk, or not at all."""
    if path.exists() and path.read_text() == text:
        return
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
