"""The table holds the newest of everything, whatever the order and number of the messages."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from call_router.domain.agent import Agent, SipAgent
from call_router.domain.number_index import number_key
from call_router.domain.plan import Plan
from call_router.domain.records import Number, Record, Trunk
from call_router.domain.table import RoutingTable
from siptypes.country_rules import rules_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _trunk(version: int) -> Trunk:
    return Trunk("trk_1", "t_a", version, f"v{version}", "DE", version % 2 == 0, ())


def _number(version: int) -> Number:
    return Number("num_1", "t_a", version, f"+4930123456{version}", "trk_1")


def _plan(plan_id: str, version: int, *numbers: str) -> Plan:
    return Plan(plan_id, "t_a", version, "x", numbers, "agt_1", "", False, NOW, NOW)


def _agent(version: int) -> Agent:
    return Agent("agt_1", "t_a", version, f"v{version}", SipAgent("sip:a@b.example"), 20, NOW, NOW)


def _filled(*happened: Record | str) -> RoutingTable:
    table = RoutingTable(rules_of)
    for step in happened:
        if isinstance(step, str):
            table.delete(step)
        else:
            table.apply(step)
    return table


def _content(table: RoutingTable) -> object:
    held = sorted((key, repr(place)) for key, place in table.number_index.held.items())
    return sorted(map(repr, table.all_records())), held, table.version, sorted(table.agents)


def _planned(table: RoutingTable, e164: str) -> str | None:
    held = table.number_index.held[number_key("t_a", "trk_1", e164)]
    return held.answer.plan.id if held.answer else None


HISTORY: list[Record] = [
    *[_trunk(v) for v in (1, 2, 3)],
    *[_number(v) for v in (1, 2, 3)],
    *[_agent(v) for v in (1, 2)],
    _plan("pln_1", 1, "+4930111111", "+4930222222"),
    _plan("pln_1", 2, "+4930111111"),
    _plan("pln_2", 1),
    _plan("pln_2", 2, "+4930222222"),
    *[Number(f"num_{last}", "t_a", 1, f"+493022222{last}", "trk_1") for last in (2, 3)],
    # two records that claim one place
    Number("num_8", "t_a", 1, "+4930222222", "trk_1"),
]


@settings(max_examples=100)
@given(st.lists(st.sampled_from(HISTORY), max_size=30), st.permutations(HISTORY))
def test_any_order_with_any_repetition_gives_the_same_table(
    repeated: list[Record], shuffled: list[Record]
) -> None:
    table = _filled(*repeated, *shuffled)
    assert _content(table) == _content(_filled(*HISTORY))
    assert _planned(table, "+4930222222") == "pln_2"


def test_an_older_version_changes_nothing() -> None:
    table = _filled(_trunk(3))
    assert not table.apply(_trunk(2))
    assert not table.apply(_trunk(3))
    assert table.trunks["trk_1"].trunk.version == 3


def test_what_was_deleted_is_not_brought_back_by_a_late_message() -> None:
    table = _filled(_number(2), "num_1", _number(3))
    assert len(table) == 0
    assert table.number_index.held == {}
    assert table.version == 0


def test_a_changed_number_leaves_its_old_place() -> None:
    table = _filled(_number(1), _number(2))
    assert list(table.number_index.held) == [number_key("t_a", "trk_1", "+49301234562")]


def test_a_number_that_moves_between_plans_is_never_lost_in_between() -> None:
    moving = "+4930222222"
    number = Number("num_9", "t_a", 1, moving, "trk_1")
    table = _filled(number, _plan("pln_1", 1, moving), _plan("pln_2", 2, moving))
    assert _planned(table, moving) == "pln_1"
    table.apply(_plan("pln_1", 2))
    assert _planned(table, moving) == "pln_2"
    table.delete("pln_2")
    assert _planned(table, moving) is None


def test_equal_content_has_an_equal_version_and_other_content_another() -> None:
    table = _filled(_trunk(1), _number(1))
    assert table.version == _filled(_number(1), _trunk(1)).version
    assert table.version != _filled(_trunk(2), _number(1)).version
    assert _filled(_trunk(1), "trk_1").version == 0


@given(st.permutations(HISTORY))
def test_a_table_filled_at_once_is_the_table_that_was_written_down(steps: list[Record]) -> None:
    built = _filled(*steps)
    filled = RoutingTable(rules_of)
    filled.fill(list(built.all_records()), built.version)
    assert _content(filled) == _content(built)
    assert filled.apply(_agent(9))
    assert built.apply(_agent(9))
    assert _content(filled) == _content(built)


# one number at two trunks, claimed twice at one of them and by two plans
CLAIMED: list[Record] = [
    *[
        Number(f"num_{n}", "t_a", 1, "+4930111111", trunk)
        for n, trunk in enumerate(("trk_1", "trk_1", "trk_2"))
    ],
    *[_plan(f"pln_{n}", 1, "+4930111111", f"+493022222{n}") for n in (1, 2)],
    Number("num_3", "t_a", 1, "+4930222221", "trk_1"),
    _agent(1),
]


@given(st.permutations(CLAIMED), st.sampled_from(["num_0", "num_2", "pln_1", "pln_2", "agt_1"]))
def test_claims_of_one_place_are_settled_alike_when_a_table_is_filled_at_once(
    steps: list[Record], gone: str
) -> None:
    built = _filled(*steps)
    filled = RoutingTable(rules_of)
    filled.fill(list(built.all_records()), built.version)
    assert _content(filled) == _content(built)
    assert filled.delete(gone)
    assert built.delete(gone)
    assert _content(filled) == _content(built)


def test_a_table_that_holds_something_is_not_filled() -> None:
    with pytest.raises(ValueError, match="not empty"):
        _filled(_trunk(1)).fill([_trunk(2)], 1)
