"""The routing table on disk: with everything else dead, a router starts from it and routes.

An empty or incomplete table is never written, so it never takes the place of a good one; what is on disk is
applied whole or not at all.
"""

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import cast

import msgspec

from call_router.adapters.disk.snapshot_file import SnapshotRefused, read, write
from call_router.domain.agent import Agent, HumanAgent, SipAgent
from call_router.domain.plan import Plan
from call_router.domain.records import Number, Record, Trunk
from call_router.domain.table import KINDS, Kind, RoutingTable
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_MAGIC = b"keepline routing table 2\n"
_PIECE = 500
_WRITE_EVERY = 1.0


class _StoredAgent(msgspec.Struct, array_like=True, frozen=True):
    """An agent without its union of kinds, which the format cannot tell apart."""

    id: str
    tenant_id: str
    version: int
    name: str
    uri: str
    trunk_id: str
    target: str
    ring_seconds: int
    created_at: datetime
    updated_at: datetime


_DECODERS: Mapping[Kind, Callable[[memoryview], Sequence[object]]] = {
    "trunk": msgspec.msgpack.Decoder(list[Trunk]).decode,
    "number": msgspec.msgpack.Decoder(list[Number]).decode,
    "plan": msgspec.msgpack.Decoder(list[Plan]).decode,
    "agent": msgspec.msgpack.Decoder(list[_StoredAgent]).decode,
}
_HEAD = msgspec.msgpack.Decoder(tuple[int, list[str]]).decode


class TableSnapshot:
    def __init__(self, path: Path, table: RoutingTable) -> None:
        self._path = path
        self._table = table
        self._written = 0
        # a write that was given up on goes on in its thread: the next one waits for it
        self._disk = threading.Lock()

    def load(self) -> None:
        """Makes the table ready, when there is something to make it ready with."""
        if not self._path.exists():
            _log.info("no routing table is on disk yet", path=str(self._path))
            return
        try:
            with _without_collector():
                version, deleted, records = self._read()
                for record_id in deleted:
                    self._table.delete(record_id)
                self._table.fill(records, version)
        except SnapshotRefused as refused:
            _log.warning("the routing table on disk is not used", reason=str(refused), path=str(self._path))
            return
        self._table.ready = True
        self._written = self._table.version
        _log.info("the routing table is loaded from disk", records=len(self._table))

    async def run(self) -> None:
        """Follows the table at a distance of a second; one write at a time, in a thread."""
        while True:
            await asyncio.sleep(_WRITE_EVERY)
            await self.save()

    async def save(self) -> None:
        table = self._table
        if not table.ready or table.version == self._written or len(table) == 0:
            return
        version = table.version
        # records do not change, so that a thread may read them while the table goes on
        records = {kind: list(table.records(kind).values()) for kind in KINDS}
        deleted = list(table.deletions())
        try:
            await asyncio.to_thread(self._write, version, records, deleted)
        except OSError as error:
            _log.error("the routing table cannot be written", reason=repr(error), path=str(self._path))
            return
        self._written = version

    def _write(self, version: int, records: Mapping[Kind, Sequence[Record]], deleted: Sequence[str]) -> None:
        with self._disk:
            write(self._path, _MAGIC, _frames(version, records, deleted))

    def _read(self) -> tuple[int, list[str], list[Record]]:
        """The version, what was deleted, and the records in the order of KINDS."""
        records: list[Record] = []
        try:
            frames = read(self._path, _MAGIC)
            version, deleted = _HEAD(next(frames, memoryview(b"")))
            for frame in frames:
                kind = KINDS[frame[0]]
                decoded = _DECODERS[kind](frame[1:])
                records += map(_restored, decoded) if kind == "agent" else cast(Sequence[Record], decoded)
        except (msgspec.MsgspecError, IndexError) as error:
            raise SnapshotRefused(f"its content does not fit: {error}") from error
        if not records:
            raise SnapshotRefused("it is empty")
        return version, deleted, records


@contextmanager
def _without_collector() -> Iterator[None]:
    """Everything that is made here stays, so that looking for garbage in it only takes time, also later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _frames(
    version: int, records: Mapping[Kind, Sequence[Record]], deleted: Sequence[str]
) -> Iterator[bytes]:
    encode = msgspec.msgpack.Encoder().encode
    yield encode((version, deleted))
    for index, kind in enumerate(KINDS):
        rest = iter(records[kind])
        while piece := [_stored(record) for record in islice(rest, _PIECE)]:
            yield bytes([index]) + encode(piece)


def _stored(record: Record) -> object:
    if not isinstance(record, Agent):
        return record
    uri = record.kind.uri if isinstance(record.kind, SipAgent) else ""
    human = record.kind if isinstance(record.kind, HumanAgent) else HumanAgent("", "")
    return _StoredAgent(
        record.id,
        record.tenant_id,
        record.version,
        record.name,
        uri,
        human.trunk_id,
        human.target,
        record.ring_seconds,
        record.created_at,
        record.updated_at,
    )


def _restored(one: object) -> Record:
    stored = cast(_StoredAgent, one)
    kind = SipAgent(stored.uri) if stored.uri else HumanAgent(stored.trunk_id, stored.target)
    return Agent(
        stored.id,
        stored.tenant_id,
        stored.version,
        stored.name,
        kind,
        stored.ring_seconds,
        stored.created_at,
        stored.updated_at,
    )
