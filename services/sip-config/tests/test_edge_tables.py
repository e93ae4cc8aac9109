"""Whatever comes in whichever order, the edges' tables are those of the newest state."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sip_config.domain.edge_tables import Change, EdgeTables, HeldNumber
from sip_config.domain.history import DEPTH, History
from sip_config.domain.records import Destination, Record, Table
from sip_config.domain.trunk import Trunk
from sip_config.domain.version import snapshot_version

SWITCH = Destination(1, "127.0.0.1", 5080)
Make = Callable[..., Trunk]
Contents = dict[tuple[Table, str], str]

_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("trunk"), st.integers(1, 3), st.integers(1, 4), st.booleans()),
        st.tuples(st.just("number"), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)),
        st.tuples(st.just("no trunk"), st.integers(1, 3)),
        st.tuples(st.just("no number"), st.integers(1, 4)),
    ),
    max_size=25,
)


def _step(tables: EdgeTables, step: Sequence[Any], make: Make) -> Change | None:
    match step:
        case ("trunk", place, version, enabled):
            return tables.put_trunk(make(place, version=version, enabled=enabled))
        case ("number", place, version, trunk):
            e164 = f"+4420794600{place}"
            return tables.put_number(HeldNumber(f"num_{place}", "t_a", version, e164, f"trk_{trunk}"))
        case ("no trunk", place):
            return tables.drop_trunk(f"trk_{place}")
        case ("no number", place):
            return tables.drop_number(f"num_{place}")
    raise AssertionError(step)


def _applied(contents: Contents, change: Change) -> Contents:
    after = contents | {(record.table, record.key): record.value for record in change.set}
    return {key: value for key, value in after.items() if key not in change.deleted}


def _contents(records: Sequence[Record]) -> Contents:
    return {(record.table, record.key): record.value for record in records}


@given(steps=_STEPS)
def test_changes_one_by_one_lead_to_the_whole(trunk: Make, steps: Sequence[Any]) -> None:
    tables = EdgeTables([SWITCH])
    held: Contents = {}
    destinations = tables.destinations
    for step in steps:
        before = tables.version
        change = _step(tables, step, trunk)
        if change is None:
            assert tables.version == before
            continue
        assert (change.from_version, change.to_version) == (before, tables.version)
        held = _applied(held, change)
        destinations = change.destinations if change.destinations is not None else destinations
    assert held == _contents(tables.records)
    assert destinations == tables.destinations
    assert tables.version == snapshot_version(tables.records, tables.destinations)


@given(steps=_STEPS, cut=st.integers(0, 25))
def test_a_node_that_was_away_gets_what_it_lacks_in_one_change(
    trunk: Make, steps: Sequence[Any], cut: int
) -> None:
    tables = EdgeTables([SWITCH])
    history = History(tables.version, {})
    away, held = tables.version, _contents(tables.records)
    for place, step in enumerate(steps):
        change = _step(tables, step, trunk)
        if change is not None:
            history.add(change)
        if place == cut:
            away, held = tables.version, _contents(tables.records)
    missing = history.since(away)
    after = held if missing is None else _applied(held, missing)
    assert after == _contents(tables.records)


def test_a_number_is_offered_only_with_its_own_tenants_trunk(trunk: Make) -> None:
    tables = EdgeTables([SWITCH])
    number = HeldNumber("num_1", "t_b", 1, "+442079460001", "trk_1")
    assert tables.put_number(number) is None
    tables.put_trunk(trunk(tenant_id="t_a"))
    assert [record.table for record in tables.records] == [Table.TRUNK]
    tables.put_number(HeldNumber("num_2", "t_a", 1, "+442079460002", "trk_1"))
    assert {record.key for record in tables.records} == {"acme1.sip.example", "+442079460002"}


def test_what_was_deleted_does_not_come_back(trunk: Make) -> None:
    tables = EdgeTables([SWITCH])
    tables.put_trunk(trunk())
    tables.drop_trunk("trk_1")
    assert tables.put_trunk(trunk(version=9)) is None
    assert tables.records == []


def test_an_endpoint_is_probed_while_an_enabled_trunk_names_it(trunk: Make) -> None:
    tables = EdgeTables([SWITCH])
    tables.put_trunk(trunk(1))
    tables.put_trunk(trunk(2))
    assert len(tables.destinations) == 2
    tables.put_trunk(trunk(1, version=2, enabled=False))
    assert len(tables.destinations) == 2
    tables.drop_trunk("trk_2")
    assert tables.destinations == (SWITCH,)


def test_history_forgets_what_is_too_long_ago(trunk: Make) -> None:
    tables = EdgeTables([SWITCH])
    first = tables.version
    history = History(first, {})
    versions = []
    for version in range(1, DEPTH + 2):
        change = tables.put_trunk(trunk(version=version))
        assert change is not None
        history.add(change, "trk_1", version)
        versions.append(tables.version)
    assert history.since(first) is None
    found = history.since(versions[0])
    assert found is not None
    assert len(found.set) == 1
    position = history.position(versions[-2])
    assert position is not None
    assert history.trunk_version_at("trk_1", position) == DEPTH
