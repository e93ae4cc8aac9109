"""The file that the edge's tables load from (tables.db), and the list of its switches (dispatcher.list).

The version stands in the same transaction as what it names. All of it happens in one thread, one transaction
at a time.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from edge_agent.adapters.disk import rows
from edge_agent.adapters.disk.database import Database
from edge_agent.adapters.disk.index import index_changed
from edge_agent.adapters.disk.owed import what_is_owed, what_is_set_aside
from edge_agent.adapters.disk.replace_file import replace_file
from edge_agent.adapters.disk.whole import Whole, drop
from edge_agent.domain.admission import Counts
from edge_agent.domain.resources import Edge, Endpoint, Resource, Switch
from edge_agent.domain.updates import Refusal
from edge_agent.ports import LOADED, MARK, FileFailed, Held, Judge, Owed, SetAside
from siptypes.versions import Revision, written

_T = TypeVar("_T")


class EdgeFile:
    def __init__(self, run_dir: Path) -> None:
        self._database = Database(run_dir / "tables.db")
        self._list = run_dir / "dispatcher.list"
        self._thread = ThreadPoolExecutor(1, "edge-file")
        self._whole: Whole | None = None

    @property
    def held(self) -> Held:
        return self._database.held

    async def open(self) -> None:
        await self._in_thread(self._database.open)

    async def close(self) -> None:
        await self._in_thread(self._database.close)
        self._thread.shutdown()

    async def stage(self, resources: Sequence[Resource], *, first: bool) -> Refusal | None:
        def stage() -> Refusal | None:
            if first or self._whole is None:
                self._whole = Whole(self._database.file)
            try:
                self._whole.add(resources)
            except sqlite3.IntegrityError:
                return Refusal("a name comes twice")
            return None

        return await self._in_thread(stage)

    async def replace(self, version: str, revision: Revision, judge: Judge) -> Refusal | None:
        def write() -> Refusal | None:
            whole, held = self._whole, self.held
            if whole is None:
                return Refusal("nothing came of it", passing=True)
            try:
                if refusal := judge(held.counts, whole.counts, whole.version):
                    return refusal
                first = not held.version and not held.base
                with self._database.transaction() as transaction:
                    whole.write(first=first)
                    transaction.note(replace(held, version=version, revision=revision, counts=whole.counts))
                    transaction.owe_all(first or self._database.all_owed)
            finally:
                self._whole = None
                drop(self._database.file)
            return None

        return await self._in_thread(write)

    async def change(
        self,
        version: str,
        revision: Revision,
        put: Sequence[Resource],
        removed: Sequence[str],
        judge: Judge,
    ) -> Refusal | None:
        def write() -> Refusal | None:
            held = self.held
            total, counts = int(held.version or "0", 16), held.counts
            with self._database.transaction() as transaction:
                file = self._database.file
                for name, new in [
                    *((one.name, rows.kept(one)) for one in put),
                    *((n, None) for n in removed),
                ]:
                    old = rows.find(file, name)
                    if old is None and new is None:
                        transaction.leave()
                        return Refusal(f"{name[:320]} is to be removed and is not there")
                    rows.owe(file, name, old)
                    if old is not None:
                        rows.take(file, old)
                        total, counts = total - old.part, _sum(counts, old.counts, -1)
                    if new is not None:
                        rows.put(file, new)
                        total, counts = total + new.part, _sum(counts, new.counts, 1)
                    index_changed(file, old, new)
                if refusal := judge(held.counts, counts, written(total)):
                    transaction.leave()
                    return refusal
                transaction.note(replace(held, version=version, revision=revision, counts=counts))
            return None

        return await self._in_thread(write)

    async def owed(self, most: int) -> Owed:
        def look() -> Owed:
            owed = what_is_owed(self._database.file, most)
            return replace(owed, all=True, rows=(), probed=True) if self._database.all_owed else owed

        return await self._in_thread(look)

    async def settle(self) -> None:
        await self._in_thread(self._database.settle)

    async def take_back(self) -> None:
        await self._in_thread(self._database.take_back)

    async def note_room(self, rows: int) -> None:
        await self._in_thread(lambda: self._database.note_room(rows))

    async def rows(self) -> Mapping[str, int]:
        def count() -> dict[str, int]:
            query = "SELECT count(*) FROM {}"
            return {table: int(self._database.value(query.format(table))) for table in LOADED}

        return await self._in_thread(count)

    async def mark(self) -> str:
        query = f"SELECT key_value FROM trunk WHERE key_name = '{MARK}'"  # noqa: S608
        return await self._in_thread(lambda: str(self._database.value(query)))

    async def set_aside(self) -> SetAside:
        return await self._in_thread(lambda: what_is_set_aside(self._database.file))

    async def switches(self) -> Sequence[Switch]:
        return await self._in_thread(lambda: rows.switches(self._database.file))

    async def probed(self) -> tuple[Sequence[Edge], Sequence[Endpoint]]:
        def read() -> tuple[Sequence[Edge], Sequence[Endpoint]]:
            return rows.edges(self._database.file), rows.endpoints(self._database.file)

        return await self._in_thread(read)

    async def write_switches(self, text: str) -> None:
        await self._in_thread(lambda: replace_file(self._list, text))

    async def _in_thread(self, call: Callable[[], _T]) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, call)
        except (OSError, sqlite3.Error) as error:
            raise FileFailed(f"the files in {self._list.parent} cannot be written: {error}") from error


def _sum(counts: Counts, other: Counts, sign: int) -> Counts:
    return Counts(
        counts.trunks + sign * other.trunks,
        counts.numbers + sign * other.numbers,
        counts.active_switches + sign * other.active_switches,
    )
