"""The edge's file: a version and its content in one transaction, what is owed, and the way back."""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.adapters.disk.edge_file import EdgeFile
from edge_agent.domain.admission import Counts
from edge_agent.domain.resources import Endpoint, Number, Resource, Switch, Trunk
from edge_agent.domain.updates import Refusal
from edge_agent.ports import MARK, Row
from siptypes import versions

NETWORKED = 3


def trunk(n: int, version: int = 1) -> Resource:
    """Its third version has networks, one of them its own."""
    networks = ("198.51.100.0/28", f"192.0.{n}.0/24", "2001:db8::/32") if version == NETWORKED else ()
    body = Trunk(f"t{n}.test", "t", f"trk{n}", version, True, networks)
    return Resource(body.name, version, body)


def number(n: int, of: int, version: int = 1) -> Resource:
    body = Number(f"+4930{n:03d}", f"t{of}.test")
    return Resource(body.name, version, body)


def switch(n: int, *, draining: bool = False, version: int = 1) -> Resource:
    body = Switch(f"sw{n}", "127.0.0.1", 5080 + n, draining=draining)
    return Resource(body.name, version, body)


def aside(name: str, version: int = 1) -> Resource:
    return Resource(name, version, None, "it does not fit")


def version_of(resources: Sequence[Resource]) -> str:
    return versions.written(sum(versions.part(one.name, one.version) for one in resources))


def accept(before: Counts, after: Counts, version: str) -> None:
    return None


class Held:
    """The file, and what it should hold."""

    def __init__(self, file: EdgeFile) -> None:
        self.file = file
        self.content: dict[str, Resource] = {}

    async def whole(self, *resources: Resource) -> None:
        await self.file.stage(resources, first=True)
        assert await self.file.replace(version_of(resources), {"log": 1}, accept) is None
        self.content = {one.name: one for one in resources}

    async def change(self, *put: Resource, removed: Sequence[str] = ()) -> None:
        after = {**self.content, **{one.name: one for one in put}}
        for name in removed:
            del after[name]
        said = version_of(list(after.values()))
        assert await self.file.change(said, {"log": 2}, put, removed, _is(said)) is None
        self.content = after

    async def is_as_it_should_be(self) -> None:
        assert self.file.held.version == version_of(list(self.content.values()))
        trunks = [one for one in self.content.values() if isinstance(one.body, Trunk)]
        numbers = [one for one in self.content.values() if isinstance(one.body, Number)]
        switches = [one.body for one in self.content.values() if isinstance(one.body, Switch)]
        active = sum(1 for one in switches if not one.draining)
        assert self.file.held.counts == Counts(len(trunks), len(numbers), active)
        index = self.index()
        rows = {"trunk": len(trunks), "number": len(numbers), "source": len(index)}
        assert await self.file.rows() == {table: count + 1 for table, count in rows.items()}
        query = f"SELECT key_name, key_value FROM source WHERE key_name <> '{MARK}'"
        assert dict(self.file._database.file.execute(query)) == index
        assert set(await self.file.switches()) == set(switches)

    def index(self) -> dict[str, str]:
        """By which addresses the trunks are found."""
        found: dict[str, list[str]] = {}
        for one in self.content.values():
            if isinstance(one.body, Trunk) and one.body.source_cidrs:
                n = one.body.domain[1:].split(".")[0]
                for key in ("198.51.100", f"192.0.{n}", "2001:db8"):
                    found.setdefault(key, []).append(one.body.domain)
        return {key: ",".join(sorted(domains)) for key, domains in found.items()}


def _is(said: str):  # type: ignore[no-untyped-def]
    def judge(before: Counts, after: Counts, version: str) -> Refusal | None:
        return None if version == said else Refusal(f"{version} is not {said}")

    return judge


@pytest.fixture
async def held(tmp_path: Path) -> AsyncIterator[Held]:
    file = EdgeFile(tmp_path)
    await file.open()
    yield Held(file)
    await file.close()


async def test_a_change_is_owed_until_it_is_settled_and_can_be_taken_back(held: Held) -> None:
    first = [switch(1), trunk(1), number(1, of=1)]
    await held.whole(*first)
    assert (await held.file.owed(10)).all
    await held.file.settle()
    assert not await held.file.owed(10)
    await held.change(trunk(1, version=2), number(2, of=1), removed=["number/+4930001"])
    owed = await held.file.owed(10)
    assert (owed.all, owed.switches) == (False, False)
    assert set(owed.rows) == {
        Row("trunk", "t1.test", "t|trk1|e||2"),
        Row("number", "+4930002", "t1.test"),
        Row("number", "+4930001", None),
    }
    await held.file.take_back()
    held.content = {one.name: one for one in first}
    await held.is_as_it_should_be()
    # the edge may have taken some of it
    rows = (await held.file.owed(10)).rows
    assert Row("number", "+4930002", None) in rows and Row("number", "+4930001", "t1.test") in rows


async def test_a_change_of_many_keys_is_owed_as_a_whole(held: Held) -> None:
    await held.whole(trunk(1))
    await held.file.settle()
    await held.change(*(number(n, of=1) for n in range(20)))
    assert (await held.file.owed(20)).all
    assert not (await held.file.owed(21)).all


async def test_a_whole_that_differs_little_is_owed_key_by_key(held: Held) -> None:
    many = [trunk(1), *(number(n, of=1) for n in range(50))]
    await held.whole(*many)
    await held.file.settle()
    await held.whole(*many[:-1], number(60, of=1), switch(2))
    owed = await held.file.owed(10)
    assert {(row.key, row.value) for row in owed.rows} == {("+4930049", None), ("+4930060", "t1.test")}
    assert owed.switches
    await held.is_as_it_should_be()


async def test_a_refused_whole_leaves_everything_as_it_was(held: Held) -> None:
    await held.whole(trunk(1), number(1, of=1))
    await held.file.settle()
    await held.file.stage([trunk(9)], first=True)
    refusal = await held.file.replace("v", {}, lambda *_: Refusal("no"))
    assert refusal == Refusal("no")
    await held.is_as_it_should_be()
    assert not await held.file.owed(10)


async def test_a_first_whole_is_taken_back_to_nothing(held: Held) -> None:
    await held.whole(trunk(1), number(1, of=1))
    await held.file.take_back()
    assert held.file.held.version == ""
    assert await held.file.rows() == {"trunk": 0, "number": 0, "source": 0}


async def test_what_was_written_is_there_for_the_next_life(held: Held, tmp_path: Path) -> None:
    await held.whole(switch(1), trunk(1), aside("gateway/x"))
    await held.file.settle()
    await held.file.note_room(5000)
    await held.change(number(1, of=1))
    another = EdgeFile(tmp_path)
    await another.open()
    assert another.held == held.file.held
    assert another.held.room == 5000
    assert (await another.owed(10)).rows == [Row("number", "+4930001", "t1.test")]
    assert (await another.set_aside()).some == {"gateway/x": "it does not fit"}
    await another.close()


async def test_the_index_of_sources_is_owed_settled_and_taken_back_with_its_trunks(held: Held) -> None:
    await held.whole(trunk(1), trunk(2, 3))
    await held.file.settle()
    before = held.content
    await held.change(trunk(1, 3))
    await held.is_as_it_should_be()
    owed = {(row.table, row.key): row.value for row in (await held.file.owed(10)).rows}
    assert owed[("source", "198.51.100")] == "t1.test,t2.test"
    assert owed[("source", "192.0.1")] == "t1.test"
    await held.file.take_back()
    held.content = before
    await held.is_as_it_should_be()
    await held.change(removed=["trunk/t2.test"])
    assert (await held.file.owed(10)).rows[-1].value is None
    await held.is_as_it_should_be()


async def test_a_file_of_an_agent_before_the_index_gets_one(held: Held, tmp_path: Path) -> None:
    await held.whole(trunk(1, 3))
    await held.file.settle()
    with sqlite3.connect(tmp_path / "tables.db") as file:
        file.execute("DELETE FROM source")
    another = Held(EdgeFile(tmp_path))
    another.content = held.content
    await another.file.open()
    await another.is_as_it_should_be()
    assert (await another.file.owed(10)).all
    await another.file.close()


async def test_kamailio_finds_the_version_and_a_mark_beside_the_rows(held: Held, tmp_path: Path) -> None:
    await held.whole(trunk(1), number(1, of=1))
    version = held.file.held.version
    with sqlite3.connect(tmp_path / "tables.db") as file:
        rows = {table: dict(file.execute(f"SELECT key_name, key_value FROM {table}")) for table in TABLES}
    assert rows["trunk"] == {MARK: version, "t1.test": "t|trk1|e||1"}
    assert rows["number"] == {MARK: version, "+4930001": "t1.test"}
    assert rows["meta"] == {"version": version, "serving": "1"}


TABLES = ("trunk", "number", "meta")
_NAMES = ["trunk/t1.test", "number/+4930001", "gateway/x"]


def endpoint(n: int) -> Resource:
    body = Endpoint(f"192.0.2.{n}", 5060)
    return Resource(body.name, 1, body)


_SWITCHES = st.builds(switch, st.integers(0, 2), draining=st.booleans(), version=st.integers(1, 9))
_RESOURCES = st.one_of(
    st.builds(trunk, st.integers(0, 3), st.integers(1, 3)),
    st.builds(number, st.integers(0, 4), st.integers(0, 3), st.integers(1, 2**64 - 1)),
    _SWITCHES,
    st.builds(aside, st.sampled_from(_NAMES), st.integers(4, 6)),
    st.builds(endpoint, st.integers(1, 2)),
)
_SETS = st.lists(_RESOURCES, max_size=6, unique_by=lambda one: one.name)
_ACTS = st.sampled_from(["whole", "change", "settle", "take back"])
Steps = list[tuple[str, list[Resource], int]]


@settings(max_examples=60)
@given(st.lists(st.tuples(_ACTS, _SETS, st.integers(0, 9)), max_size=8))
def test_whatever_comes_the_file_holds_what_was_said_last(steps: Steps) -> None:
    asyncio.run(_walk(steps))


async def _walk(steps: Steps) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = EdgeFile(Path(folder))
        await file.open()
        held, base = Held(file), dict[str, Resource]()
        for what, resources, place in steps:
            if what == "whole":
                await held.whole(*resources)
            elif what == "change":
                coming = {one.name for one in resources}
                there = [name for name in held.content if name not in coming]
                await held.change(*resources, removed=there[place : place + 1])
            elif what == "settle":
                await file.settle()
                base = dict(held.content)
            else:
                await file.take_back()
                held.content = dict(base)
            if held.content:
                await held.is_as_it_should_be()
        await file.close()


async def test_what_an_agent_of_another_version_wrote_is_set_aside(tmp_path: Path) -> None:
    file = EdgeFile(tmp_path)
    await file.open()
    held = Held(file)
    await held.whole(trunk(1), switch(1))
    await file.close()
    with sqlite3.connect(tmp_path / "tables.db") as database:
        database.execute("""UPDATE other SET key_value = '{"id": "sw1", "where": "127.0.0.1:1"}'""")
    database.close()
    again = EdgeFile(tmp_path)
    await again.open()
    assert again.held.version == ""
    assert [path for path in os.listdir(tmp_path) if path.startswith("tables.db.broken-")]
    assert await again.switches() == ()
    await again.close()
