"""The edge's tables and its list of destinations as files, written in a thread and read once at start."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from edge_agent.domain.dispatcher import parse
from edge_agent.domain.records import Table
from edge_agent.ports import MARK, FilesFailed, Stored
from switchlink.kamailio_files import read_table, replace_file, table

META, VERSION = "meta", "version"


class EdgeFiles:
    def __init__(self, run_dir: Path) -> None:
        self._tables = run_dir / "tables"
        self._destinations = run_dir / "dispatcher.list"

    async def write_tables(self, tables: Mapping[Table, Mapping[str, str]], version: str) -> None:
        def write() -> None:
            self._tables.mkdir(parents=True, exist_ok=True)
            for name, rows in tables.items():
                replace_file(self._tables / name, table([(MARK, version), *rows.items()]))
            replace_file(self._tables / META, table([(VERSION, version)]))

        try:
            await asyncio.to_thread(write)
        except OSError as error:
            raise FilesFailed(f"{self._tables} cannot be written: {error.strerror}") from error

    async def write_destinations(self, text: str) -> None:
        try:
            if await asyncio.to_thread(self._differs, text):
                await asyncio.to_thread(replace_file, self._destinations, text)
        except OSError as error:
            raise FilesFailed(f"{self._destinations} cannot be written: {error.strerror}") from error

    async def read(self) -> Stored | None:
        return await asyncio.to_thread(self._read)

    def _read(self) -> Stored | None:
        try:
            rows = {name: _without_mark(read_table(self._tables / name)) for name in Table}
            version = read_table(self._tables / META).get(VERSION, "")
            destinations = parse(self._destinations.read_text())
        except (OSError, ValueError):
            return None
        if not version or destinations is None:
            return None
        return Stored(version, rows, destinations)

    def _differs(self, text: str) -> bool:
        try:
            return self._destinations.read_text() != text
        except OSError:
            return True


def _without_mark(rows: dict[str, str]) -> dict[str, str]:
    rows.pop(MARK, None)
    return rows
