"""Where a call goes, and why: one row for each way that a decision can end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from call_router.domain.agent import HumanAgent
from call_router.domain.explain import explain
from call_router.domain.records import Endpoint
from call_router.domain.route import Call


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    change: Callable[..., object]
    code: str
    sip_status: int
    reason: str
    trace: str  # the rules, each with + or - for matched or not


def _nothing(_world: object) -> None:
    return None


ROWS = [
    Row(
        "all is there",
        _nothing,
        "routed",
        0,
        "+49301234567 is answered by First, as plan Front desk says; if that fails, by Second.",
        "+table +trunk +number +plan +agent +agent",
    ),
    Row(
        "no table was ever loaded",
        lambda w: setattr(w.table, "ready", False),
        "table_missing",
        503,
        "No routing table has been loaded yet, neither from disk nor from the topics.",
        "-table",
    ),
    Row(
        "the trunk was deleted",
        lambda w: w.table.delete("trk_a"),
        "trunk_unknown",
        404,
        "There is no trunk trk_a of tenant t_a.",
        "+table -trunk",
    ),
    Row(
        "the trunk is another tenant's",
        lambda w: w.trunk(version=2, tenant_id="t_b"),
        "trunk_unknown",
        404,
        "There is no trunk trk_a of tenant t_a.",
        "+table -trunk",
    ),
    Row(
        "the trunk is disabled",
        lambda w: w.trunk(version=2, enabled=False),
        "trunk_disabled",
        403,
        "The trunk is switched off.",
        "+table -trunk",
    ),
    Row(
        "the number was deleted",
        lambda w: w.table.delete("num_a"),
        "number_unknown",
        404,
        "+49301234567 is no number of this trunk.",
        "+table +trunk -number",
    ),
    Row(
        "the number is on another trunk",
        lambda w: w.number(version=2, trunk_id="trk_z"),
        "number_unknown",
        404,
        "+49301234567 is no number of this trunk.",
        "+table +trunk -number",
    ),
    Row(
        "the number is another tenant's, on our trunk",
        lambda w: w.number(version=2, tenant_id="t_b"),
        "number_unknown",
        404,
        "+49301234567 is no number of this trunk.",
        "+table +trunk -number",
    ),
    Row(
        "no plan names the number",
        lambda w: w.table.delete("pln_a"),
        "plan_missing",
        480,
        "No routing plan names +49301234567.",
        "+table +trunk +number -plan",
    ),
    Row(
        "both agents were deleted",
        lambda w: (w.table.delete("agt_first"), w.table.delete("agt_second")),
        "agent_missing",
        480,
        "Nobody can answer +49301234567: agent agt_first does not exist and agent agt_second does not exist.",
        "+table +trunk +number +plan -agent -agent",
    ),
    Row(
        "the first agent was deleted",
        lambda w: w.table.delete("agt_first"),
        "routed",
        0,
        "+49301234567 is answered by Second, as plan Front desk says; agent agt_first does not exist.",
        "+table +trunk +number +plan -agent +agent",
    ),
    Row(
        "an agent is another tenant's",
        lambda w: w.agent("agt_first", version=2, tenant_id="t_b"),
        "routed",
        0,
        "+49301234567 is answered by Second, as plan Front desk says; agent agt_first does not exist.",
        "+table +trunk +number +plan -agent +agent",
    ),
    Row(
        "a person is behind a trunk without endpoints",
        lambda w: (
            w.trunk("trk_pbx", endpoints=()),
            w.agent("agt_first", version=2, kind=HumanAgent("trk_pbx", "100")),
        ),
        "routed",
        0,
        "+49301234567 is answered by Second, as plan Front desk says; "
        "agent agt_first is behind trunk trk_pbx, which has no endpoint to call.",
        "+table +trunk +number +plan -agent +agent",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_outcome_has_a_code_a_status_a_sentence_and_a_trace(row: Row, world: Any) -> None:
    row.change(world)
    told = explain(world.route())
    assert (told.code, told.sip_status, told.reason) == (row.code, row.sip_status, row.reason)
    assert " ".join(("+" if step.matched else "-") + step.rule for step in told.trace) == row.trace
    assert bool(told.legs) == (row.code == "routed")


def test_legs_are_in_the_order_of_the_plan(world: Any) -> None:
    legs = world.route().legs
    assert [leg.agent_id for leg in legs] == ["agt_first", "agt_second"]
    assert legs[0].uri == "sip:agt_first@127.0.2.1:5060;transport=udp"
    assert legs[0].ring_seconds == 20


def test_a_person_is_called_at_the_first_endpoint_of_the_trunk_as_it_is_now(world: Any) -> None:
    world.human("agt_human", "trk_pbx", "+493055555")
    world.plan(version=2, first_agent_id="agt_human", fallback_agent_id="")
    world.trunk("trk_pbx", endpoints=(_endpoint("10.9.9.9"), _endpoint("10.8.8.8")))
    assert world.route().legs[0].uri == "sip:+493055555@10.9.9.9:5070;transport=tcp"
    world.trunk("trk_pbx", version=2, endpoints=(_endpoint("2001:db8::1"),))
    assert world.route().legs[0].uri == "sip:+493055555@[2001:db8::1]:5070;transport=tcp"


@pytest.mark.parametrize("state", [{"enabled": False}, {"tenant_id": "t_b"}])
def test_a_person_behind_a_trunk_that_may_not_be_used_is_not_called(
    state: dict[str, Any], world: Any
) -> None:
    world.trunk("trk_pbx", **state)
    world.agent("agt_first", version=2, kind=HumanAgent("trk_pbx", "100"))
    assert [leg.agent_id for leg in world.route().legs] == ["agt_second"]


def test_the_same_number_on_two_trunks_goes_by_the_trunk_it_came_in_on(world: Any) -> None:
    world.trunk("trk_b", tenant_id="t_b")
    world.number("num_b", tenant_id="t_b", trunk_id="trk_b")
    world.agent("agt_b", tenant_id="t_b")
    world.plan("pln_b", tenant_id="t_b", first_agent_id="agt_b", fallback_agent_id="")
    assert [leg.agent_id for leg in world.route(tenant_id="t_b", trunk_id="trk_b").legs] == ["agt_b"]
    assert world.route().legs[0].agent_id == "agt_first"


def test_what_reads_as_two_numbers_of_the_trunk_is_refused(world: Any) -> None:
    world.trunk("trk_us", country="US")
    world.number("num_1", trunk_id="trk_us", e164="+4930123456")
    world.number("num_2", trunk_id="trk_us", e164="+14930123456")
    told = explain(world.route("4930123456", trunk_id="trk_us"))
    assert (told.code, told.sip_status) == ("number_ambiguous", 404)
    assert told.reason == "4930123456 can be read as more than one number of this trunk."


def test_a_decision_can_be_replayed_from_what_it_keeps(world: Any) -> None:
    decision = world.route("030 1234567")
    assert decision.call == Call("t_a", "trk_a", "030 1234567", "+4917012345678", "127.0.1.5:5060", "call_1")
    assert world.route("030 1234567") == decision
    assert explain(decision).table_version == f"{world.table.version:016x}"
    assert (explain(decision).number_id, explain(decision).plan_id) == ("num_a", "pln_a")


def _endpoint(host: str) -> Endpoint:
    return Endpoint(host, 5070, "tcp")
