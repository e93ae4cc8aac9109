"""tables.db as the agent writes it: transactions, what they lead to, and a broken file set aside."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from edge_agent.adapters.disk.index import index_whole
from edge_agent.adapters.disk.rows import (
    OWN_TABLES,
    PLACES,
    edges,
    endpoints,
    find,
    owed,
    put,
    switches,
    take,
)
from edge_agent.domain.admission import Counts
from edge_agent.ports import LOADED, MARK, META, SERVING, SOURCE, VERSION, Held
from servicekit.telemetry.logging import logger
from switchlink.kamailio_tables import open_tables, put_rows

_log = logger(__name__)
_STATE = "state"


class Transaction:
    def __init__(self, database: "Database") -> None:
        self._database = database
        self.left = False
        self.after = database.state

    def note(self, held: Held) -> None:
        """What the file holds at the end of this."""
        self.after = {**self.after, "held": held}
        file = self._database.file
        for table in LOADED:
            put_rows(file, table, [(MARK, held.version)])
        put_rows(file, META, [(VERSION, held.version), (SERVING, "1")])
        self.keep()

    def owe_all(self, whether: bool) -> None:
        self.after = {**self.after, "all": whether}
        self.keep()

    def set_base(self, held: Held) -> None:
        self.after = {**self.after, "base": held, "held": replace(self.after["held"], base=held.version)}
        self.keep()

    def keep(self) -> None:
        text = json.dumps(self.after, default=asdict)
        self._database.file.execute("REPLACE INTO agent VALUES (?, ?)", (_STATE, text))

    def leave(self) -> None:
        """Nothing of it is written."""
        self.left = True


class Database:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: sqlite3.Connection | None = None
        # held; base: what was held when nothing was owed; all: whether more is owed than stands in `owed`
        self.state: dict[str, Any] = _state(None)

    @property
    def file(self) -> sqlite3.Connection:
        if self._open is None:
            raise sqlite3.OperationalError("not open")
        return self._open

    @property
    def held(self) -> Held:
        held: Held = self.state["held"]
        return held

    @property
    def all_owed(self) -> bool:
        return bool(self.state["all"])

    def open(self) -> None:
        try:
            self._connect()
            faults = [row[0] for row in self.file.execute("PRAGMA quick_check(3)") if row[0] != "ok"]
            if faults:
                raise sqlite3.DatabaseError("; ".join(faults))
            for read in (switches, endpoints, edges):  # what an agent of another version wrote
                read(self.file)
            self._index_what_has_none()
        except sqlite3.OperationalError:
            raise
        except (sqlite3.DatabaseError, ValueError, KeyError, TypeError) as broken:
            self._set_aside(str(broken))
            self._connect()

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def value(self, query: str) -> Any:
        row = self.file.execute(query).fetchone()
        return "" if row is None else row[0]

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        transaction = Transaction(self)
        self.file.execute("BEGIN IMMEDIATE")
        try:
            yield transaction
            self.file.execute("ROLLBACK" if transaction.left else "COMMIT")
        except BaseException:
            if self.file.in_transaction:
                self.file.execute("ROLLBACK")
            raise
        if not transaction.left:
            self.state = transaction.after

    def settle(self) -> None:
        """The edge is known to hold everything."""
        if self.held.base == self.held.version and not self.value("SELECT count(*) FROM owed"):
            return
        everything = self.all_owed
        with self.transaction() as transaction:
            self.file.execute("DELETE FROM owed")
            transaction.set_base(self.held)
            transaction.owe_all(False)
        if everything:
            self.file.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def take_back(self) -> None:
        """To what was held when nothing was owed. The edge may have taken some of it, so it stays owed."""
        base: Held = self.state["base"]
        with self.transaction() as transaction:
            if not base.version:
                for table in (*PLACES, META, "owed"):
                    self.file.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
                transaction.after = {**_state(None), "held": Held(room=self.held.room)}
                transaction.keep()
                return
            for name, before in owed(self.file):
                now = find(self.file, name)
                if now is not None:
                    take(self.file, now)
                if before is not None:
                    put(self.file, before)
            transaction.note(replace(base, base=base.version, room=self.held.room))

    def note_room(self, rows: int) -> None:
        if rows != self.held.room:
            with self.transaction() as transaction:
                transaction.after = {**self.state, "held": replace(self.held, room=rows)}
                transaction.keep()

    def _index_what_has_none(self) -> None:
        """A file that an agent before the index wrote."""
        marked = f"SELECT count(*) FROM {SOURCE} WHERE key_name = '{MARK}'"  # noqa: S608
        if not self.held.version or self.value(marked):
            return
        with self.transaction() as transaction:
            index_whole(self.file)
            transaction.note(self.held)
            transaction.owe_all(True)

    def _connect(self) -> None:
        self._open = open_tables(self._path)
        for statement in OWN_TABLES:
            self._open.execute(statement)
        text = self.value(f"SELECT value FROM agent WHERE key = '{_STATE}'")  # noqa: S608
        self.state = _state(json.loads(text) if text else None)

    def _set_aside(self, reason: str) -> None:
        """Kept for whoever looks into it; what Kamailio runs goes on in its memory."""
        self.close()
        aside = self._path.with_name(f"{self._path.name}.broken-{int(time.time())}")
        self._path.replace(aside)
        for rest in ("-wal", "-shm"):
            self._path.with_name(self._path.name + rest).unlink(missing_ok=True)
        _log.error("the edge's file is broken and set aside", file=str(aside), reason=reason)


def _state(read: dict[str, Any] | None) -> dict[str, Any]:
    if read is None:
        return {"held": Held(), "base": Held(), "all": False}
    return {"held": _held(read["held"]), "base": _held(read["base"]), "all": bool(read["all"])}


def _held(read: dict[str, Any]) -> Held:
    return Held(**{**read, "counts": Counts(**read["counts"])})
