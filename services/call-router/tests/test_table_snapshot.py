"""The table on disk: whole or refused, and never an empty one over a good one."""

from pathlib import Path
from typing import Any

import pytest

from call_router.adapters.disk.snapshot_file import SnapshotRefused, read, write
from call_router.adapters.disk.table_snapshot import TableSnapshot
from call_router.domain.table import RoutingTable
from siptypes.country_rules import rules_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "routing-table.snapshot"


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _loaded(path: Path) -> RoutingTable:
    table = RoutingTable(rules_of)
    TableSnapshot(path, table).load()
    return table


async def test_a_router_starts_with_what_another_one_wrote(world: Any, path: Path) -> None:
    world.human()
    world.table.delete("num_gone")
    await TableSnapshot(path, world.table).save()
    table = _loaded(path)
    assert table.ready
    assert list(map(repr, table.all_records())) == list(map(repr, world.table.all_records()))
    assert table.version == world.table.version
    late = world.number("num_gone", e164="+49301111111")
    assert not table.apply(late)


async def test_an_empty_or_incomplete_table_never_replaces_a_good_one(world: Any, path: Path) -> None:
    await TableSnapshot(path, world.table).save()
    good = _content(path)
    empty = RoutingTable(rules_of)
    empty.ready = True
    await TableSnapshot(path, empty).save()
    world.trunk(version=2)
    world.table.ready = False
    await TableSnapshot(path, world.table).save()
    assert _content(path) == good


async def test_a_damaged_file_is_refused_and_the_table_stays_unready(world: Any, path: Path) -> None:
    await TableSnapshot(path, world.table).save()
    good = _content(path) or b""
    for damaged in (good[:-1], good[:40], b"", b"x" + good, good[:-9] + b"\xff" + good[-8:], good + b"x"):
        _put(path, damaged)
        table = _loaded(path)
        assert not table.ready
        assert len(table) == 0


def test_without_a_file_the_table_is_not_ready(path: Path) -> None:
    assert not _loaded(path).ready


def test_content_of_another_kind_is_refused(path: Path) -> None:
    for frames in ([b"d\x90"], [bytes([1]) + b"\x91\x93abc"], [bytes([9])], [b""]):
        write(path, b"keepline routing table 1\n", frames)
        assert not _loaded(path).ready


def test_a_write_that_breaks_leaves_the_old_file(path: Path) -> None:
    write(path, b"magic\n", [b"one"])

    def breaking() -> Any:
        yield b"two"
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write(path, b"magic\n", breaking())
    assert list(read(path, b"magic\n")) == [b"one"]
    with pytest.raises(SnapshotRefused, match="another version"):
        list(read(path, b"magic 2\n"))


async def test_an_unchanged_table_is_not_written_again(world: Any, path: Path) -> None:
    snapshot = TableSnapshot(path, world.table)
    await snapshot.save()
    _put(path, b"mark")
    await snapshot.save()
    assert _content(path) == b"mark"
    world.trunk(version=2)
    await snapshot.save()
    assert _content(path) != b"mark"
