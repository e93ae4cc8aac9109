"""The stores of call-router keep one contract over the in-memory twin and over a real database."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from call_router.adapters.agent_shape import AGENTS
from call_router.adapters.call_shape import CALLS
from call_router.adapters.messages.routing import agent_of, plan_of
from call_router.adapters.mongo.agents import AgentDocuments
from call_router.adapters.mongo.plans import PlanDocuments
from call_router.adapters.mongo.records import RecordDocuments
from call_router.adapters.plan_shape import PLANS
from call_router.domain.agent import Agent, HumanAgent, SipAgent
from call_router.domain.call_event import (
    CallAnswered,
    CallEnded,
    CallEvent,
    CallHeard,
    CallRouted,
    CallStarted,
    EarlyMedia,
    EndedLeg,
    LegFailed,
    LegRinging,
    LegStarted,
    Media,
    Packets,
    WholeCall,
)
from call_router.domain.call_history import CallHistory
from call_router.domain.explain import Explained, TraceStep
from call_router.domain.leg import Leg
from call_router.domain.passing import Passing
from call_router.domain.plan import Plan
from call_router.ports import Change, Kept, Planned
from harness.components.mongo import Mongo as Server
from keepline.audit.v1.audit_entry_pb2 import AuditEntry
from keepline.routing.v1.plan_pb2 import RoutingState
from servicekit.api.lists import ListAsked, ListRule
from servicekit.audit import TOPIC as AUDIT
from servicekit.documents import Collection
from servicekit.errors import Conflict
from servicekit.mongo import connect
from servicekit.outbox import OutboxRelay
from servicekit.settings import MongoSettings
from servicekit.testing import FakeClock, MemoryCollection, MemoryProducer

NOW = datetime(2026, 11, 23, 9, 0, 0, 123000, tzinfo=UTC)
SIP = SipAgent("sip:desk@agents.example:5060;transport=udp")


@dataclass
class Stores:
    voice_agents: Collection
    routing_plans: Collection
    agents: AgentDocuments
    plans: PlanDocuments
    records: RecordDocuments
    clock: FakeClock


def _stores(voice_agents: Collection, routing_plans: Collection, call_records: Collection) -> Stores:
    clock = FakeClock(NOW)
    return Stores(
        voice_agents,
        routing_plans,
        AgentDocuments(voice_agents, clock, lambda: None),
        PlanDocuments(routing_plans, clock, lambda: None),
        RecordDocuments(call_records),
        clock,
    )


@pytest.fixture(params=["memory", "mongo"])
def server(request: pytest.FixtureRequest) -> Server | None:
    """The real server is started only when the suite gets to it."""
    return request.getfixturevalue("mongo") if request.param == "mongo" else None


@pytest_asyncio.fixture
async def stores(server: Server | None) -> AsyncIterator[Stores]:
    names = ("voice_agents", "routing_plans", "call_records")
    if server is None:
        stores = _stores(*(MemoryCollection(name) for name in names))
        await _prepare(stores)
        yield stores
        return
    mongo = await connect(MongoSettings(uri=server.uri, database=f"contract_{secrets.token_hex(4)}"))
    stores = _stores(*(mongo.collection(name) for name in names))
    await _prepare(stores)
    yield stores
    await mongo.close()


async def _prepare(stores: Stores) -> None:
    for documents in (stores.agents, stores.plans, stores.records):
        await documents.prepare()


def agent(number: int = 1, **changes: Any) -> Agent:
    return replace(Agent(f"agt_{number}", "t_a", 1, "Desk", SIP, 20, NOW, NOW), **changes)


def plan(number: int = 1, *numbers: str, **changes: Any) -> Plan:
    made = Plan(f"pln_{number}", "t_a", 1, "Front desk", numbers, "agt_1", "agt_2", True, NOW, NOW)
    return replace(made, **changes)


def asked(rule: ListRule, **sent: str) -> ListAsked:
    return rule.read({name: [text] for name, text in sent.items()})


async def _relayed(collection: Collection) -> list[tuple[str, bytes | None]]:
    producer = MemoryProducer()
    await OutboxRelay(collection, producer).relay_once()
    return [(record.key, record.value) for record in producer.sent if record.topic != AUDIT]


async def test_the_audit_log_hears_of_each_change_of_an_agent_and_a_plan(stores: Stores) -> None:
    await stores.agents.add(agent())
    await stores.agents.replace(agent(version=2, name="Second"), 1, agent())
    await stores.plans.add(plan(1, "+49301234567"))
    await stores.plans.remove("t_a", "pln_1", 1)
    producer = MemoryProducer()
    for collection in (stores.voice_agents, stores.routing_plans):
        await OutboxRelay(collection, producer).relay_once()
    told = [AuditEntry.FromString(sent.value or b"") for sent in producer.sent if sent.topic == AUDIT]
    assert [(one.resource, one.action, one.version) for one in told] == [
        ("agent", "created", 1),
        ("agent", "changed", 2),
        ("plan", "created", 1),
        ("plan", "deleted", 2),
    ]
    assert list(told[1].fields) == ["name"]


async def test_an_agent_comes_back_as_it_was_stored(stores: Stores) -> None:
    human = agent(2, kind=HumanAgent("trk_1", "+493055555"))
    for one in (agent(), human):
        await stores.agents.add(one)
        assert await stores.agents.get("t_a", one.id) == one
    assert await stores.agents.get("t_b", "agt_1") is None
    assert (await stores.agents.page("t_a", asked(AGENTS))).items == [agent(), human]
    first = await stores.agents.page("t_a", asked(AGENTS, page_size="1"))
    assert first.items == [agent()]
    token = first.next_page_token
    assert (await stores.agents.page("t_a", asked(AGENTS, page_token=token))).items == [human]
    assert (await stores.agents.page("t_a", asked(AGENTS, order_by="id desc"))).items == [human, agent()]
    assert (await stores.agents.page("t_a", asked(AGENTS, q="DESK"))).items == [agent(), human]
    assert (await stores.agents.page("t_a", asked(AGENTS, name="Bar"))).items == []
    assert (await stores.agents.page("t_b", asked(AGENTS))).items == []
    assert not await stores.agents.add(agent(name="Twice"))
    assert await stores.agents.get("t_a", "agt_1") == agent()


async def test_an_agent_is_replaced_only_in_the_version_that_was_read(stores: Stores) -> None:
    await stores.agents.add(agent())
    assert await stores.agents.replace(agent(version=2, name="Second"), 1)
    assert not await stores.agents.replace(agent(version=2, name="Third"), 1)
    assert not await stores.agents.replace(agent(version=3, tenant_id="t_b"), 2)
    found = await stores.agents.get("t_a", "agt_1")
    assert found is not None
    assert (found.name, found.version) == ("Second", 2)


SOON, LATER = NOW + timedelta(seconds=20), NOW + timedelta(seconds=60)


async def test_an_agent_about_to_be_deleted_can_be_named_by_no_plan(stores: Stores) -> None:
    for number in (1, 2, 3):
        await stores.agents.add(agent(number, tenant_id="t_b" if number == 3 else "t_a"))
    assert (await stores.agents.count("t_a"), await stores.agents.count("t_c")) == (2, 0)
    wanted = ["agt_1", "agt_2", "agt_3", "agt_4"]
    assert await stores.agents.assignable("t_a", wanted) == {"agt_1", "agt_2"}
    assert await stores.agents.retire("t_a", "agt_1", LATER)
    assert await stores.agents.assignable("t_a", wanted) == {"agt_2"}
    assert await stores.agents.retire("t_a", "agt_1", None)
    assert await stores.agents.assignable("t_a", wanted) == {"agt_1", "agt_2"}
    assert not await stores.agents.retire("t_a", "agt_3", LATER)


async def test_a_deletion_that_nobody_ends_opens_the_agent_again(stores: Stores) -> None:
    await stores.agents.add(agent())
    assert await stores.agents.retire("t_a", "agt_1", LATER)
    stores.clock.advance(61)
    assert await stores.agents.assignable("t_a", ["agt_1"]) == {"agt_1"}
    assert not await stores.agents.remove("t_a", "agt_1", 1, NOW + timedelta(seconds=81))


async def test_only_an_agent_that_stays_closed_for_long_enough_is_removed(stores: Stores) -> None:
    await stores.agents.add(agent())
    assert not await stores.agents.remove("t_a", "agt_1", 1, SOON)
    await stores.agents.retire("t_a", "agt_1", NOW + timedelta(seconds=19))
    assert not await stores.agents.remove("t_a", "agt_1", 1, SOON)
    await stores.agents.retire("t_a", "agt_1", LATER)
    assert await stores.agents.remove("t_a", "agt_1", 1, SOON)


async def test_a_removal_beside_a_change_loses_neither_the_tombstone_nor_the_change(stores: Stores) -> None:
    await stores.agents.add(agent())
    await stores.plans.add(plan(1))
    await stores.agents.retire("t_a", "agt_1", LATER)
    assert await stores.agents.replace(agent(version=2, name="Second"), 1)
    assert await stores.plans.replace(plan(1, version=2, name="Second"), 1) is True
    # who read version 1 before that
    assert not await stores.agents.remove("t_a", "agt_1", 1, SOON)
    assert not await stores.plans.remove("t_a", "pln_1", 1)
    assert await stores.agents.remove("t_a", "agt_1", 2, SOON)
    assert await stores.plans.remove("t_a", "pln_1", 2)
    assert not await stores.agents.replace(agent(version=3, name="Third"), 2)
    assert await stores.plans.replace(plan(1, version=3), 2) is False
    for collection, key in ((stores.voice_agents, "agt_1"), (stores.routing_plans, "pln_1")):
        (found,) = await collection.find({})
        assert [entry["seq"] for entry in found["outbox"]] == [1, 1.5, 2, 2.5, 3, 3.5]
        told = await _relayed(collection)
        assert (len(told), told[-1]) == (3, (key, None))
        assert await collection.count_documents({}) == 0


async def test_each_write_of_an_agent_is_told_and_its_deletion_with_a_tombstone(stores: Stores) -> None:
    await stores.agents.add(agent())
    await stores.agents.replace(agent(version=2, name="Second"), 1)
    told = [
        agent_of(RoutingState.FromString(value or b"").agent)
        for _, value in await _relayed(stores.voice_agents)
    ]
    assert told == [agent(), agent(version=2, name="Second")]
    await stores.agents.retire("t_a", "agt_1", LATER)
    assert await stores.agents.remove("t_a", "agt_1", 2, SOON)
    assert not await stores.agents.remove("t_a", "agt_1", 2, SOON)
    assert await stores.agents.get("t_a", "agt_1") is None
    assert (await stores.agents.page("t_a", asked(AGENTS))).items == []
    assert await _relayed(stores.voice_agents) == [("agt_1", None)]
    assert await stores.voice_agents.count_documents({}) == 0


async def test_a_plan_comes_back_as_it_was_stored_and_is_told(stores: Stores) -> None:
    for one in (plan(1, "+49301234567", "+49301234568"), plan(2)):
        assert await stores.plans.add(one) is None
        assert await stores.plans.get("t_a", one.id) == one
    told = [
        plan_of(RoutingState.FromString(value or b"").plan)
        for _, value in await _relayed(stores.routing_plans)
    ]
    assert sorted(told, key=lambda one: one.id) == list((await stores.plans.page("t_a", asked(PLANS))).items)
    assert [one.id for one in await stores.plans.naming("t_a", "agt_2")] == ["pln_1", "pln_2"]
    assert await stores.plans.naming("t_b", "agt_2") == []
    assert await stores.plans.naming("t_a", "agt_9") == []


async def test_a_number_is_in_one_plan_of_its_tenant(stores: Stores) -> None:
    assert await stores.plans.add(plan(1, "+49301234567", "+49301234568")) is None
    taken = Planned("+49301234568", "pln_1")
    assert await stores.plans.add(plan(2, "+49301111111", "+49301234568")) == taken
    assert await stores.plans.get("t_a", "pln_2") is None
    assert await stores.plans.add(plan(3, "+49301234567", tenant_id="t_b")) is None
    assert await stores.plans.add(plan(4)) is None
    assert await stores.plans.add(plan(5)) is None
    assert await stores.plans.replace(plan(4, "+49301234568", version=2), 1) == taken


async def test_a_number_that_was_taken_out_or_whose_plan_is_deleted_is_free(stores: Stores) -> None:
    await stores.plans.add(plan(1, "+49301234567", "+49301234568"))
    assert await stores.plans.add(plan(1, "+49301234567")) == Planned("", "pln_1")
    assert await stores.plans.replace(plan(1, "+49301234567", version=2), 1) is True
    assert await stores.plans.add(plan(2, "+49301234568")) is None
    assert await stores.plans.replace(plan(1, version=3), 2) is True
    assert await stores.plans.add(plan(3, "+49301234567")) is None
    assert await stores.plans.count("t_a") == 3
    assert await stores.plans.remove("t_a", "pln_2", 1)
    assert await stores.plans.add(plan(4, "+49301234568")) is None
    assert await stores.plans.replace(plan(1, version=9), 2) is False


async def test_what_was_deleted_is_not_made_again_under_its_id(stores: Stores) -> None:
    await stores.agents.add(agent())
    await stores.agents.retire("t_a", "agt_1", NOW)
    assert await stores.agents.remove("t_a", "agt_1", 1, NOW)
    await stores.plans.add(plan(1, "+49301234567"))
    await stores.plans.remove("t_a", "pln_1", 1)
    with pytest.raises(Conflict, match="idempotency_key_spent"):
        await stores.agents.add(agent())
    with pytest.raises(Conflict, match="idempotency_key_spent"):
        await stores.plans.add(plan(1, "+49301234567"))


LEGS = (Leg("agt_1", "Desk", "sip:desk@agents.example", 20),)
TRACE = (TraceStep("trunk", True, "trk_1 is enabled"),)
ROUTED = CallRouted(Explained("because", "routed", LEGS, 0, TRACE, "+49301234567", "num_1", "pln_1", 1, "0f"))
MEDIA = Media(3000, None, 5, 1.25, "opus", "PCMU")
ENDED_LEG = EndedLeg(0, "agt_1", "sip:desk@agents.example", 200, "NORMAL_CLEARING", NOW, None, NOW, NOW)
WHOLE = WholeCall(
    NOW, NOW, "+4917012345678", "0301234567", "127.0.1.5:5060", agent_id="agt_1", legs=(ENDED_LEG,)
)
FACTS = [
    CallStarted("+4917012345678", "0301234567", "127.0.1.5:5060"),
    ROUTED,
    CallAnswered(0, "agt_1", 3000),
    CallEnded("NORMAL_CLEARING", 200, 3000, 60000, MEDIA, "caller", WHOLE),
]


def _history(number: int, facts: int = 4, tenant_id: str = "t_a", trunk_id: str = "trk_1") -> CallHistory:
    began = NOW + timedelta(minutes=number, seconds=1)
    whole = replace(WHOLE, started_at=began, answered_at=began)
    return CallHistory.of(
        CallEvent(
            f"call_{number}",
            began + timedelta(seconds=second),
            tenant_id,
            trunk_id,
            replace(fact, whole=whole) if isinstance(fact, CallEnded) else fact,
        )
        for second, fact in enumerate(FACTS[:facts])
    )


async def _keep(stores: Stores, *histories: CallHistory) -> None:
    assert await stores.records.write([Change(history, 0) for history in histories]) == set()


async def test_a_call_comes_back_as_it_was_kept(stores: Stores) -> None:
    histories = [_history(facts, facts) for facts in range(1, 5)]
    await _keep(stores, *histories)
    found = await stores.records.find([history.call_id for history in histories] + ["call_9"])
    assert found == {history.call_id: Kept(history, 1) for history in histories}


async def test_every_kind_of_event_comes_back(stores: Stores) -> None:
    facts = [
        *FACTS,
        LegStarted(0, "agt_1", "sip:desk@agents.example"),
        LegRinging(0, "agt_1"),
        EarlyMedia(0, "agt_1"),
        LegFailed(1, "agt_1", 486, "USER_BUSY", "busy", "refusal", 0, 486, "agent_busy"),
        CallHeard(0, 1, Packets(1, None), Packets()),
    ]
    history = CallHistory.of(
        CallEvent("call_1", NOW, "t_a", "trk_1", fact, 2, "sw1", "edge1", "outbound") for fact in facts
    )
    await _keep(stores, history)
    assert (await stores.records.find(["call_1"]))["call_1"].history == history


async def test_a_call_is_written_only_over_what_it_was_made_from(stores: Stores) -> None:
    started, routed, whole = _history(1, 1), _history(1, 2), _history(1)
    await _keep(stores, started)
    other = Change(_history(2), 0)
    assert await stores.records.write([Change(routed, 0), other]) == {"call_1"}
    assert await stores.records.write([Change(routed, 1)]) == set()
    assert await stores.records.write([Change(whole, 1), Change(_history(3), 0)]) == {"call_1"}
    assert await stores.records.write([Change(whole, 2)]) == set()
    found = await stores.records.find(["call_1", "call_2", "call_3"])
    assert found == {
        "call_1": Kept(whole, 3),
        "call_2": Kept(other.history, 1),
        "call_3": Kept(_history(3), 1),
    }


async def test_calls_are_listed_newest_first_in_pages(stores: Stores) -> None:
    await _keep(stores, *(_history(number) for number in range(1, 6)), _history(6, tenant_id="t_b"))
    first = await stores.records.page("t_a", asked(CALLS, page_size="2"))
    assert [one.history.call_id for one in first.items] == ["call_5", "call_4"]
    token = first.next_page_token
    second = await stores.records.page("t_a", asked(CALLS, page_size="9", page_token=token))
    assert [one.history.call_id for one in second.items] == ["call_3", "call_2", "call_1"]
    assert second.next_page_token == ""


IN_TWO_MINUTES = (NOW + timedelta(minutes=2)).isoformat()
FILTERS = [
    ({"trunk_id": "trk_2"}, [2]),
    ({"number": "+49301234567"}, [3, 2]),
    ({"number": "+49309999999"}, []),
    ({"answered": "true"}, [3]),
    ({"answered": "false"}, [2, 1]),
    ({"agent_id": "agt_1"}, [3]),
    ({"direction": "inbound"}, [3, 2, 1]),
    ({"direction": "outbound"}, []),
    ({"started_at_after": IN_TWO_MINUTES}, [3, 2]),
    ({"started_at_before": IN_TWO_MINUTES}, [1]),
    ({"trunk_id": "trk_1", "answered": "true", "started_at_after": NOW.isoformat()}, [3]),
    ({"order_by": "started_at"}, [1, 2, 3]),
]


@pytest.mark.parametrize(("wanted", "numbers"), FILTERS)
async def test_calls_are_found_by_what_they_say(
    stores: Stores, wanted: dict[str, str], numbers: list[int]
) -> None:
    await _keep(stores, _history(1, 1), _history(2, 2, trunk_id="trk_2"), _history(3))
    found = await stores.records.page("t_a", asked(CALLS, **wanted))
    assert [one.history.call_id for one in found.items] == [f"call_{number}" for number in numbers]


async def test_what_is_not_written_is_told_all_the_same(stores: Stores) -> None:
    await stores.plans.add(plan(1, "+49301234567"))
    await stores.agents.add(agent())
    plans, agents = stores.plans.unwritten(), stores.agents.unwritten()
    assert await plans.add(plan(2, "+49301234568")) is None
    assert await plans.add(plan(2, "+49301234567")) == Planned("+49301234567", "pln_1")
    assert await plans.add(plan(2, "+49301234567", tenant_id="t_b")) is None
    assert await plans.replace(plan(1, "+49301234569", version=2), 1) is True
    assert await plans.replace(plan(1, version=8), 7) is False
    assert await plans.remove("t_a", "pln_1", 1)
    assert await agents.add(agent(2))
    assert await agents.replace(agent(version=2, name="Second"), 1)
    assert not await agents.replace(agent(version=8), 7)
    assert (await stores.plans.page("t_a", asked(PLANS))).items == [plan(1, "+49301234567")]
    assert (await stores.agents.page("t_a", asked(AGENTS))).items == [agent()]


async def test_the_newest_call_of_each_value_is_found(stores: Stores) -> None:
    await _keep(stores, _history(3), _history(1), _history(2, trunk_id="trk_2"), _history(9, tenant_id="t_b"))
    found = await stores.records.latest("t_a", "trunk_id", ["trk_1", "trk_2", "trk_9"])
    assert {by: kept.history.call_id for by, kept in found.items()} == {"trk_1": "call_3", "trk_2": "call_2"}
    number = "+49301234567"
    newest = await stores.records.latest("t_a", "number", [number, "+4930999"])
    assert {by: kept.history.call_id for by, kept in newest.items()} == {number: "call_3"}


async def test_what_passes_from_plan_to_plan_is_remembered_until_it_is_over(stores: Stores) -> None:
    giver = plan(1, "+49301234567", "+49301234568")
    await stores.plans.add(giver)
    passing = Passing("t_a", "pln_1", "pln_2", ("+49301234567",), NOW)
    less = plan(1, "+49301234568", version=2)
    assert await stores.plans.pass_on(less, giver, passing)
    assert not await stores.plans.pass_on(plan(1, version=3), less, passing)  # one at a time
    assert not await stores.plans.pass_on(less, giver, passing)
    assert await stores.plans.get("t_a", "pln_1") == less
    assert await stores.plans.passing_of("pln_1") == passing
    assert await stores.plans.passings(NOW) == []
    assert await stores.plans.passings(NOW + timedelta(seconds=1)) == [passing]
    assert await stores.plans.having("t_a", ["+49301234568", "+4930999"]) == [less]
    assert await stores.plans.having("t_b", ["+49301234568"]) == []
    await stores.plans.passed(replace(passing, taker_id="pln_9"))
    assert await stores.plans.passing_of("pln_1") == passing
    assert not await stores.plans.remove("t_a", "pln_1", 2)
    await stores.plans.passed(passing)
    assert await stores.plans.passing_of("pln_1") is None
    assert await stores.plans.remove("t_a", "pln_1", 2)
