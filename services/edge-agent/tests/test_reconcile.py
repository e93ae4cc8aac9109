"""What the agent does with an edge that loads too little, or breaks off: a real file, an edge in memory."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from edge_agent.adapters.disk.edge_file import EdgeFile
from edge_agent.app.endpoints import Endpoints
from edge_agent.app.enforce import Enforce
from edge_agent.app.reconcile import Reconcile
from edge_agent.app.reports import Reports
from edge_agent.app.stream import Stream
from edge_agent.app.switches import Switches
from edge_agent.domain.resources import Number, Resource, Switch, Trunk
from edge_agent.domain.updates import ChangeChunk, Refusal, Update, WholeChunk, Word
from edge_agent.ports import (
    META,
    NUMBER,
    SERVING,
    TRUNK,
    VERSION,
    EdgeAway,
    EdgeRefused,
    Hello,
    ReloadTooSoon,
    Report,
)
from servicekit.testing import until
from siptypes import versions

BODIES = [Trunk("t1.test", "t", "trk1", 1, True, ()), Number("+4930001", "t1.test")]
RESOURCES = tuple(Resource(body.name, 1, body) for body in BODIES)
WHOLE = versions.written(sum(versions.part(one.name, one.version) for one in RESOURCES))


class Edge:
    """Implements ports.Edge; loads its tables from the file as Kamailio does. lost: tables that load no row;
    breaks: the next command of that name finds nobody; reloading: it takes no other switches."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._starts = 0
        self.tables: dict[str, dict[str, str]] = {}
        self.lost: set[str] = set()
        self.breaks = ""
        self.loaded: list[str] = []
        self.switches: dict[str, str] = {}
        self.reloading = False
        self.start()

    def start(self) -> None:
        self._starts += 1
        for table in (TRUNK, NUMBER, META):
            self._load(table)

    async def get(self, table: str, key: str) -> str | None:
        return self.tables[table].get(key)

    async def put(self, table: str, key: str, value: str) -> None:
        self.tables[table][key] = value

    async def delete(self, table: str, key: str) -> None:
        if self.breaks == "delete":
            self.breaks = ""
            raise EdgeAway("no answer")
        self.tables[table].pop(key, None)

    async def reload(self, table: str) -> None:
        self.loaded.append(table)
        self._load(table)

    async def counts(self) -> Mapping[str, int]:
        return {table: len(rows) for table, rows in self.tables.items()}

    async def started(self) -> str:
        return str(self._starts)

    async def rows(self) -> int:
        return 1000

    async def states(self) -> Mapping[str, str]:
        return self.switches

    async def reload_switches(self) -> None:
        if self.reloading:
            raise ReloadTooSoon("ongoing reload")
        lines = (self._file.parent / "dispatcher.list").read_text().splitlines()
        self.switches = {line.split()[1]: "AP" for line in lines}

    def _load(self, table: str) -> None:
        with closing(sqlite3.connect(self._file)) as file:
            rows = dict(file.execute(f"SELECT key_name, key_value FROM {table}"))
        self.tables[table] = {} if table in self.lost else rows


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[EdgeFile]:
    made = EdgeFile(tmp_path)
    await made.open()
    yield made
    await made.close()


def over(file: EdgeFile, edge: Edge) -> Reconcile:
    return Reconcile(file, Enforce(edge, file, Switches(edge, file), Endpoints()), Word())


async def take(reconcile: Reconcile) -> object:
    await reconcile.stage(RESOURCES, first=True)
    return await reconcile.take_whole(WholeChunk(WHOLE, {}, 0, True, Word(), RESOURCES, len(RESOURCES)))


async def test_an_edge_that_never_had_a_configuration_does_not_serve_after_a_refused_one(
    file: EdgeFile, tmp_path: Path
) -> None:
    edge = Edge(tmp_path / "tables.db")
    reconcile = over(file, edge)
    edge.lost = {NUMBER}
    assert isinstance(await take(reconcile), Refusal)
    assert (edge.tables[META].get(SERVING), reconcile.serving, reconcile.held.version) == (None, False, "")
    edge.lost = set()
    assert await take(reconcile) is None
    assert (edge.tables[META][VERSION], edge.tables[META][SERVING]) == (WHOLE, "1")


async def test_an_edge_that_started_with_too_few_rows_is_loaded_even_if_it_breaks_off(
    file: EdgeFile, tmp_path: Path
) -> None:
    edge = Edge(tmp_path / "tables.db")
    reconcile = over(file, edge)
    assert await take(reconcile) is None
    edge.lost = {NUMBER}
    edge.start()
    edge.lost, edge.breaks = set(), "delete"
    with pytest.raises(EdgeAway):
        await reconcile.look_after()
    assert await reconcile.look_after()
    assert edge.tables[NUMBER]["+4930001"] == "t1.test"
    assert reconcile.settled
    assert not await reconcile.look_after()


async def test_an_edge_that_never_ends_to_reload_its_switches_keeps_what_it_has_and_says_so(
    file: EdgeFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_agent.app.switches.PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr("edge_agent.app.switches._AGAIN_SECONDS", 0.01)
    edge = Edge(tmp_path / "tables.db")
    reconcile = over(file, edge)
    assert await take(reconcile) is None
    switch = Switch("sw1", "127.0.0.1", 5081)
    new = Resource(switch.name, 1, switch)
    version = versions.written(sum(versions.part(one.name, one.version) for one in (*RESOURCES, new)))
    change = ChangeChunk(version, {}, 0, True, Word(), (new,), WHOLE, ())
    edge.reloading = True
    refusal = await reconcile.take_change(change, [new], [])
    assert isinstance(refusal, Refusal)
    assert refusal.passing
    assert "ongoing reload" in refusal.reason
    assert (reconcile.held.version, edge.tables[META][VERSION], edge.switches) == (WHOLE, WHOLE, {})
    edge.switches = {"sip:192.0.2.7:5060;transport=udp": "AP"}
    edge.start()
    with pytest.raises(EdgeRefused):
        await reconcile.look_after()
    edge.reloading = False
    assert await reconcile.take_change(change, [new], []) is None
    assert edge.switches == {"sip:127.0.0.1:5081;transport=udp": "AP"}


class SipConfig:
    """Implements ports.Control; says once what there is, and hears what becomes of it."""

    def __init__(self, *updates: Update) -> None:
        self._updates = updates
        self.heard: list[str] = []

    async def watch(self, hello: Hello) -> AsyncIterator[Update]:
        for update in self._updates:
            yield update
        await asyncio.Event().wait()

    async def acknowledge(self, report: Report) -> None:
        self.heard.append(report.refusal or f"in force: {report.version}")


async def test_what_an_edge_does_not_run_is_not_said_to_be_in_force(
    file: EdgeFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_agent.app.stream._TRY_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr("edge_agent.app.stream._TRY_AGAIN_LONGEST_SECONDS", 0.01)
    edge = Edge(tmp_path / "tables.db")
    reconcile = over(file, edge)
    assert await take(reconcile) is None
    edge.start()
    edge.lost = {TRUNK, NUMBER}
    edge.tables[META].clear()
    assert await reconcile._enforce.look()
    more = (*RESOURCES, Resource("number/+4930002", 1, Number("+4930002", "t1.test")))
    version = versions.written(sum(versions.part(one.name, one.version) for one in more))
    control = SipConfig(WholeChunk(version, {}, 0, True, Word(), more, len(more)))
    reports = Reports(control, reconcile.set_aside)
    asked = asyncio.Event()
    asked.set()
    stream = Stream(control, reconcile, reports)
    running = [asyncio.create_task(stream.run(asked)), asyncio.create_task(reports.run())]
    await until(lambda: control.heard)
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert [said for said in control.heard if said.startswith("in force")] == []
    edge.lost = set()
    assert await reconcile.look_after()
    await until(lambda: control.heard[-1] == f"in force: {WHOLE}")
    for task in running:
        task.cancel()
