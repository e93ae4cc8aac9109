"""The disk side of a spool: one SQLite file, a row for each event, in the order in which they came.

    events: seq, topic, key, value, headers (JSON), size      refused: the same, with why and when

SQLite's write-ahead log with synchronous=FULL: a commit is on disk when it returns, and a write that the
disk takes in part only is no commit (sqlite.org/wal.html, sqlite.org/pragma.html#pragma_synchronous).
Blocking, and called from one thread at a time.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson

from servicekit.kafka.records import Outgoing
from servicekit.telemetry.logging import logger

_log = logger(__name__)
NAME = "events.sqlite3"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, topic TEXT NOT NULL, key TEXT NOT NULL, value BLOB, headers BLOB NOT NULL,
    size INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS refused (
    seq INTEGER, topic TEXT NOT NULL, key TEXT NOT NULL, value BLOB, headers BLOB NOT NULL, why TEXT NOT NULL,
    at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
"""
_REFUSED_KEPT = 1000
_LARGE_PAGES = 2048
"""An empty file of more (8 MB) is made small again."""


class SpoolInUse(Exception):
    """Another process has the file."""


class DiskTrouble(Exception):
    """The disk (or the file) does not take or give what was asked; the text says why, in SQLite's words."""

    def __init__(self, why: str, lost_records: int = 0, lost_bytes: int = 0) -> None:
        """lost: what was pending in a file that was damaged and set aside; a new one is there already."""
        super().__init__(why)
        self.lost_records, self.lost_bytes = lost_records, lost_bytes


def size_of(record: Outgoing) -> int:
    """Bytes of what is kept. Raises ValueError for text that has no UTF-8."""
    headers = sum(len(name.encode()) + len(text.encode()) for name, text in record.headers.items())
    return len(record.topic.encode()) + len(record.key.encode()) + len(record.value or b"") + headers


class SpoolFile:
    def __init__(self, folder: Path) -> None:
        """Raises SpoolInUse, OSError, DiskTrouble. A file that is none of SQLite's is set aside."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / NAME
        try:
            self._connection, counts = _opened(self._path)
        except sqlite3.OperationalError as error:
            raise _trouble(error) from error
        except sqlite3.DatabaseError as error:
            self._set_aside(error)
            self._connection, counts = _opened(self._path)
        self._last, self.pending_records, self.pending_bytes = counts

    def append(self, batch: Sequence[Outgoing]) -> None:
        """All of the batch is on disk, or DiskTrouble and nothing of it."""
        first = self._last + 1
        rows = [(seq, *_columns(record), size_of(record)) for seq, record in enumerate(batch, first)]
        with self._transaction() as connection:
            connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._last += len(rows)
        self.pending_records += len(rows)
        self.pending_bytes += sum(row[-1] for row in rows)

    def read(self, after: int, limit: int) -> list[tuple[int, Outgoing]]:
        """The next records after the seq `after`, each with its own. Raises DiskTrouble."""
        query = "SELECT seq, topic, key, value, headers FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
        try:
            rows = self._connection.execute(query, (after, limit)).fetchall()
        except sqlite3.Error as error:
            raise self._failed(error) from error
        return [
            (seq, Outgoing(topic, key, value, orjson.loads(headers)))
            for seq, topic, key, value, headers in rows
        ]

    def take(self, upto: int) -> tuple[int, int]:
        """Forgets all up to the seq `upto`: how many records and bytes. Raises DiskTrouble."""
        with self._transaction() as connection:
            records, size = self._row(
                "SELECT count(*), coalesce(sum(size), 0) FROM events WHERE seq <= ?", upto
            )
            connection.execute("DELETE FROM events WHERE seq <= ?", (upto,))
        self.pending_records -= records
        self.pending_bytes -= size
        if not self.pending_records:
            self._shrink()
        return records, size

    def put_aside(self, record: Outgoing, why: str) -> None:
        """Keeps what the broker will not have, the newest thousand. Raises DiskTrouble."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO refused (topic, key, value, headers, why) VALUES (?, ?, ?, ?, ?)",
                (*_columns(record), why),
            )
            connection.execute(
                "DELETE FROM refused WHERE rowid <= (SELECT max(rowid) FROM refused) - ?", (_REFUSED_KEPT,)
            )

    def refused(self) -> list[tuple[str, str, str]]:
        """Topic, key and reason of what was put aside, oldest first."""
        return self._connection.execute("SELECT topic, key, why FROM refused ORDER BY rowid").fetchall()

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):  # SQLite has rolled back by itself where it had to
                connection.execute("ROLLBACK")
            raise self._failed(error) from error

    def _failed(self, error: sqlite3.Error) -> DiskTrouble:
        """Goes on with a new file when this one is damaged, or was and could not be replaced."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        closed = isinstance(error, sqlite3.ProgrammingError)
        if code not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) and not closed:
            return _trouble(error)
        lost = self.pending_records, self.pending_bytes
        self._connection.close()
        self.pending_records = self.pending_bytes = 0
        try:
            self._set_aside(error)
            self._connection, _ = _opened(self._path)
        except (OSError, sqlite3.Error, SpoolInUse) as another:
            return DiskTrouble(f"{error}; no new file: {another}", *lost)
        return DiskTrouble(f"{error}; set aside", *lost)

    def _set_aside(self, error: sqlite3.Error) -> None:
        _log.critical("the spool is damaged, it is set aside", file=str(self._path), reason=str(error))
        for damaged in self._path.parent.glob(f"{NAME}*"):
            damaged.replace(damaged.with_name(f"damaged-{damaged.name}"))

    def _shrink(self) -> None:
        (pages,) = self._row("PRAGMA page_count")
        if pages > _LARGE_PAGES:
            with suppress(sqlite3.Error):  # a disk without the room for it: the space is used again anyway
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _row(self, query: str, *values: int) -> tuple[int, ...]:
        found: tuple[int, ...] = self._connection.execute(query, values).fetchone()
        return found


def _opened(path: Path) -> tuple[sqlite3.Connection, tuple[int, int, int]]:
    """With its last seq, and how many records and bytes are pending."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        # EXCLUSIVE keeps every other process out, and the kernel takes the lock from a dead one
        for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
        query = "SELECT coalesce(max(seq), 0), count(*), coalesce(sum(size), 0) FROM events"
        counts = connection.execute(query).fetchone()
    except sqlite3.Error as error:
        connection.close()
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise SpoolInUse(str(path)) from error
        raise
    return connection, counts


def _columns(record: Outgoing) -> tuple[str, str, bytes | None, bytes]:
    return record.topic, record.key, record.value, orjson.dumps(dict(record.headers))


def _trouble(error: sqlite3.Error) -> DiskTrouble:
    return DiskTrouble(f"{error} ({getattr(error, 'sqlite_errorname', type(error).__name__)})")
