"""The tables that Kamailio loads at its start: one SQLite file, which it reads and never writes.

WAL, so that a Kamailio that reads the whole file for ten seconds and an agent that commits meanwhile do not
hear of each other; with the rollback journal both get "database is locked". The column names are those that
htable asks for by default (src/modules/htable/ht_db.c); both types 0 say that key and value are texts.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

TABLES = ("trunk", "number", "source", "meta")
WAIT_SECONDS = 5.0  # for another writer: whoever starts Kamailio makes missing tables

_COLUMNS = (
    "key_name TEXT NOT NULL PRIMARY KEY, key_type INTEGER NOT NULL DEFAULT 0, "
    "value_type INTEGER NOT NULL DEFAULT 0, key_value TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 0"
)


def open_tables(path: Path) -> sqlite3.Connection:
    """Makes the file and its tables when they are missing. In autocommit: say BEGIN. For any thread, one at a
    time. Raises sqlite3.Error; sqlite3.DatabaseError for a file that is none of ours."""
    connection = sqlite3.connect(path, WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # a commit survives the end of the process; after a loss of power the file is older, and still whole
        connection.execute("PRAGMA synchronous = NORMAL")
        for table in TABLES:
            connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({_COLUMNS}) WITHOUT ROWID")
    except BaseException:
        connection.close()
        raise
    return connection


def put_rows(connection: sqlite3.Connection, table: str, rows: Iterable[tuple[str, str]]) -> None:
    """Sets keys and leaves the others."""
    if table not in TABLES:
        raise ValueError(f"Kamailio loads no table {table!r}")
    connection.executemany(f"REPLACE INTO {table} (key_name, key_value) VALUES (?, ?)", rows)  # noqa: S608
