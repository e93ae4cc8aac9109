"""Whatever comes in whichever order, what nodes should hold is the newest state."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_config.adapters.messages.resources import encode
from sip_config.domain.change_log import ChangeLog, Moved
from sip_config.domain.known_records import GONE, HeldNumber, VoiceAgent
from sip_config.domain.node_tables import NodeTables, Room
from sip_config.domain.resources import Body, EndpointBody, Kind, Resource, SwitchBody, kind_of
from sip_config.domain.trunk import Endpoint, Trunk
from siptypes.endpoints import Transport
from siptypes.faults import Misfit
from siptypes.versions import part, written

SWITCH = SwitchBody("sw1", "127.0.0.1", 5080)
PREFIX = {"trunk": "trk", "number": "num", "agent": "agt"}
Make = Callable[..., Trunk]
Contents = dict[str, int]

_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("trunk"), st.integers(1, 3), st.integers(1, 4), st.booleans()),
        st.tuples(st.just("number"), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)),
        st.tuples(st.just("agent"), st.integers(1, 3), st.integers(1, 4), st.integers(0, 2)),
        st.tuples(st.just("no"), st.just("agent"), st.integers(1, 3)),
        st.tuples(st.just("no"), st.just("trunk"), st.integers(1, 3)),
        st.tuples(st.just("no"), st.just("number"), st.integers(1, 4)),
        st.tuples(st.just("room"), st.integers(0, 3)),
    ),
    max_size=25,
)


def number(place: int, version: int = 1, trunk: int = 1, tenant: str = "t_a", last: str = "") -> HeldNumber:
    return HeldNumber(f"num_{place}", tenant, version, f"+4420794600{last or place}", f"trk_{trunk}")


def agent(place: int, version: int = 1, where: int = 1) -> VoiceAgent:
    """where: the trunks' address is 1; 0 for none."""
    endpoint = EndpointBody(f"192.0.2.{where}", 5060, Transport.UDP) if where else None
    return VoiceAgent(f"agt_{place}", version, endpoint)


def _step(tables: NodeTables, step: Sequence[Any], make: Make) -> list[Moved]:
    match step:
        case ("trunk", place, version, enabled):
            return tables.put_trunk(make(place, version=version, enabled=enabled))
        case ("number", place, version, trunk):
            return tables.put_number(number(place, version, trunk))
        case ("agent", place, version, where):
            return tables.put_agent(agent(place, version, where))
        case ("no", what, place):
            drop = {"trunk": tables.drop_trunk, "number": tables.drop_number, "agent": tables.drop_agent}
            return drop[what](f"{PREFIX[what]}_{place}")
        case ("room", most):
            return tables.make_room(Room(numbers=most))
    raise AssertionError(step)


def _contents(tables: NodeTables) -> Contents:
    return {resource.name: resource.version for resource in tables.resources()}


def _version(tables: NodeTables) -> str:
    return written(sum(part(one.name, one.version) for one in tables.resources()))


@given(steps=_STEPS, cut=st.integers(0, 25))
def test_what_a_node_lacks_leads_to_the_whole_from_wherever_it_was(
    trunk: Make, steps: Sequence[Any], cut: int
) -> None:
    tables = NodeTables(encode, [SWITCH])
    log = ChangeLog(tables.version)
    away, held = tables.version, _contents(tables)
    for place, step in enumerate(steps):
        before = tables.version
        moved = _step(tables, step, trunk)
        assert tables.version == _version(tables)
        if moved:
            log.add(before, tables.version, moved)
        else:
            assert tables.version == before
        if place == cut:
            away, held = tables.version, _contents(tables)
    since = log.since(away)
    assert since is not None
    for name, was_there in since.items():
        assert (name in held) == was_there
        found = tables.find(name)
        held.pop(name, None)
        if found is not None:
            held[name] = found.version
    assert held == _contents(tables)


@given(steps=_STEPS)
def test_no_number_stands_without_its_trunk_and_none_is_forgotten(trunk: Make, steps: Sequence[Any]) -> None:
    tables = NodeTables(encode, [SWITCH])
    for step in steps:
        _step(tables, step, trunk)
        names = _contents(tables)
        for resource in tables.resources():
            if kind_of(resource.name) is Kind.NUMBER:
                assert tables.known.trunk_of(resource.name)
                found = tables.known.trunk(tables.known.trunk_of(resource.name))
                assert found is not None
                assert f"trunk/{found.domain}" in names
    tables.make_room(Room())
    known = {one for one in range(1, 5) for n in [f"number/+4420794600{one}"] if tables.known.trunk_of(n)}
    offered = {one for one in known if tables.find(f"number/+4420794600{one}")}
    living = {one for one in known if tables.known.trunk(tables.known.trunk_of(f"number/+4420794600{one}"))}
    assert offered == living


def test_an_invalid_record_changes_nothing(trunk: Make) -> None:
    tables = NodeTables(encode, [SWITCH])
    tables.put_trunk(trunk())
    tables.put_number(number(1))
    before = _contents(tables)
    with pytest.raises(Misfit, match="is not E"):
        tables.put_number(HeldNumber("num_2", "t_a", 1, "+1", "trk_1"))
    with pytest.raises(Misfit, match="is not E"):
        tables.put_number(HeldNumber("num_1", "t_a", 2, "+49|x", "trk_1"))
    with pytest.raises(Misfit, match="not a network"):
        tables.put_trunk(trunk(version=2, source_cidrs=("203.0.113.0/30|x",)))
    with pytest.raises(Misfit, match="host"):
        tables.put_trunk(trunk(version=2, endpoints=(Endpoint("a b", 5060, Transport.UDP),)))
    assert _contents(tables) == before
    assert tables.put_trunk(trunk(version=2, enabled=False))
    assert tables.drop_number("num_1")


@pytest.mark.parametrize("other", [{"domain": "other.sip.example"}, {"tenant_id": "t_b"}])
def test_a_trunk_that_claims_another_domain_or_tenant_changes_nothing(trunk: Make, other: Any) -> None:
    tables = NodeTables(encode, [])
    tables.put_trunk(trunk())
    before = _contents(tables)
    with pytest.raises(Misfit):
        tables.put_trunk(trunk(version=2, endpoints=(Endpoint("192.0.2.9", 5060, Transport.UDP),), **other))
    assert _contents(tables) == before
    tables.drop_trunk("trk_1")
    assert _contents(tables) == {}


def test_a_number_is_offered_only_with_its_own_tenants_trunk(trunk: Make) -> None:
    tables = NodeTables(encode, [SWITCH])
    assert tables.put_number(number(1, tenant="t_b")) == []
    tables.put_trunk(trunk(tenant_id="t_a"))
    assert set(_contents(tables)) == {"switch/sw1", "endpoint/udp:192.0.2.1:5060", "trunk/acme1.sip.example"}
    assert tables.put_number(number(2)) == [Moved("number/+44207946002", False)]


def test_what_was_deleted_does_not_come_back(trunk: Make) -> None:
    tables = NodeTables(encode, [SWITCH])
    tables.put_trunk(trunk())
    tables.drop_trunk("trk_1")
    assert tables.put_trunk(trunk(version=9)) == []
    assert set(_contents(tables)) == {"switch/sw1"}


def test_an_endpoint_is_there_while_an_enabled_trunk_names_it(trunk: Make) -> None:
    tables = NodeTables(encode, [SWITCH])
    endpoint = "endpoint/udp:192.0.2.1:5060"
    tables.put_trunk(trunk(1))
    tables.put_trunk(trunk(2))
    tables.put_trunk(trunk(1, version=2, enabled=False))
    assert tables.find(endpoint)
    tables.drop_trunk("trk_2")
    assert not tables.find(endpoint)


def test_of_two_numbers_with_the_same_digits_the_newer_counts_and_then_the_other(trunk: Make) -> None:
    tables = NodeTables(encode, [SWITCH])
    tables.put_trunk(trunk(1))
    tables.put_trunk(trunk(2))
    tables.put_number(number(1, trunk=1, last="7"))
    before = _contents(tables)
    tables.put_number(number(2, trunk=2, last="7"))
    assert _contents(tables) != before
    tables.drop_number("num_2")
    assert _contents(tables) == before


def test_what_the_smallest_edge_cannot_hold_waits_and_comes_in_when_there_is_room(trunk: Make) -> None:
    tables = NodeTables(encode, [SWITCH])
    tables.put_trunk(trunk())
    tables.make_room(Room(numbers=2))
    for place in (1, 2, 3):
        tables.put_number(number(place))
    assert list(tables.surplus[Kind.NUMBER]) == ["number/+44207946003"]
    assert tables.drop_number("num_1")
    assert tables.find("number/+44207946003")
    assert tables.surplus[Kind.NUMBER] == {}


def test_at_a_start_the_newest_are_left_out_whatever_the_order_they_came_in(trunk: Make) -> None:
    left = []
    for order in ((1, 2, 3), (3, 1, 2)):
        tables = NodeTables(encode, [SWITCH])
        tables.put_trunk(trunk())
        for place in order:
            tables.put_number(number(place))
        tables.make_room(Room(numbers=2), evict=True)
        left.append(tables.version)
        assert list(tables.surplus[Kind.NUMBER]) == ["number/+44207946003"]
    assert left[0] == left[1]


def test_nothing_grows_with_what_is_gone(trunk: Make) -> None:
    """The sets that the tables keep beside their content are empty, or bounded, once all is deleted."""
    tables = NodeTables(encode, [SWITCH])
    empty = tables.version
    for place in range(50):
        tables.put_trunk(trunk(place, endpoints=(Endpoint(f"192.0.2.{place}", 5060, Transport.UDP),)))
        tables.put_number(number(place, trunk=place))
        tables.put_agent(agent(place, where=place + 1))
    for place in range(50):
        tables.drop_agent(f"agt_{place}")
        tables.drop_number(f"num_{place}")
        tables.drop_trunk(f"trk_{place}")
    assert tables.version == empty
    known = tables.known
    for kept in (known._numbers_of, known._endpoints._known, known._holders._of):
        assert len(kept) == 0
    for records in (known._trunks, known._numbers, known._agents):
        assert len(records) == 0
    for place in range(GONE + 10):
        tables.drop_number(f"num_gone_{place}")
    assert len(known._gone) == GONE


def test_of_ten_thousand_destinations_a_change_touches_its_own_only(trunk: Make) -> None:
    """Counted, not timed: what is encoded and what is told, for 5,000 trunks of two endpoints each."""
    encoded = []

    def counted(body: Body) -> Resource:
        encoded.append(body.name)
        return encode(body)

    def ports(place: int, first: int) -> tuple[Endpoint, ...]:
        return tuple(Endpoint(f"11.0.{place >> 8}.{place & 255}", first + n, Transport.UDP) for n in (0, 1))

    tables = NodeTables(counted, [SWITCH])
    for place in range(5000):
        assert len(tables.put_trunk(trunk(place, endpoints=ports(place, 5060)))) == 3
    assert tables.count(Kind.ENDPOINT) == 10_000
    assert len(encoded) == 1 + 3 * 5000
    encoded.clear()
    moved = tables.put_trunk(trunk(17, version=2, endpoints=ports(17, 5061)))
    assert {one.name for one in moved} == {
        "endpoint/udp:11.0.0.17:5060",
        "endpoint/udp:11.0.0.17:5062",
        "trunk/acme17.sip.example",
    }
    assert len(encoded) == 2
    assert tables.version == _version(tables)


def test_the_log_forgets_what_is_too_long_ago(trunk: Make) -> None:
    log = ChangeLog("v0", max_names=6, max_changes=4)
    for place in range(1, 10):
        log.add(f"v{place - 1}", f"v{place}", [Moved(f"number/{place}", False)])
    assert log.since("v4") is None
    assert list(log.since("v5") or ()) == [f"number/{n}" for n in (9, 8, 7, 6)]
    log.add("v9", "v10", [Moved(f"number/{n}", True) for n in range(5)])
    assert log.since("v7") is None
    assert len(log.since("v8") or ()) == 6
    assert len(log._positions) == len(log._entries) + 1


NAMED: list[tuple[str, list[Any], set[str]]] = [
    ("an agent's address is probed", [("agent", 1, 1, 2)], {"192.0.2.2"}),
    ("as a trunk's is, once", [("agent", 1, 1, 1), ("trunk", 1, 1, True)], {"192.0.2.1"}),
    (
        "as long as one names it",
        [
            ("agent", 1, 1, 1),
            ("agent", 2, 1, 1),
            ("trunk", 1, 1, True),
            ("no", "agent", 1),
            ("no", "trunk", 1),
        ],
        {"192.0.2.1"},
    ),
    (
        "and no longer",
        [("agent", 1, 1, 1), ("agent", 2, 1, 1), ("no", "agent", 1), ("no", "agent", 2)],
        set(),
    ),
    ("at another address", [("agent", 1, 1, 1), ("agent", 1, 2, 2)], {"192.0.2.2"}),
    ("an older version that comes late", [("agent", 1, 2, 2), ("agent", 1, 1, 1)], {"192.0.2.2"}),
    ("a deleted one that comes late", [("agent", 1, 1, 1), ("no", "agent", 1), ("agent", 1, 2, 1)], set()),
    ("one that became a person", [("agent", 1, 1, 1), ("agent", 1, 2, 0)], set()),
]


@pytest.mark.parametrize(("name", "steps", "expect"), NAMED)
def test_what_agents_name_is_probed(trunk: Make, name: str, steps: list[Any], expect: set[str]) -> None:
    tables = NodeTables(encode, [SWITCH])
    for step in steps:
        _step(tables, step, trunk)
    named = {one.name for one in tables.resources() if kind_of(one.name) is Kind.ENDPOINT}
    assert named == {f"endpoint/udp:{host}:5060" for host in expect}
