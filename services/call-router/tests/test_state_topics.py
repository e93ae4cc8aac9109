"""The table follows the state topics, and trusts none of them blindly."""

from typing import Any

from call_router.adapters.kafka.state_topics import NUMBERS, ROUTING, TRUNKS, StateTopics
from call_router.adapters.messages.routing import agent_message, plan_message
from call_router.domain.table import RoutingTable
from keepline.phone.v1.number_pb2 import Number, NumberState
from keepline.routing.v1.agent_pb2 import Agent, SipAgent
from keepline.routing.v1.plan_pb2 import RoutingState
from keepline.sip.v1.trunk_pb2 import Trunk, TrunkState
from keepline.types.v1.endpoint_pb2 import SipEndpoint
from siptypes.country_rules import rules_of


def _trunk(host: str = "10.0.0.1") -> bytes:
    endpoint = SipEndpoint(host=host, port=5060, transport="TRANSPORT_TCP")
    trunk = Trunk(id="trk_a", tenant_id="t_a", version=1, name="x", country="DE", enabled=True)
    trunk.endpoints.append(endpoint)
    return TrunkState(trunk=trunk).SerializeToString()


def _number(e164: str = "+49301234567") -> bytes:
    number = Number(id="num_a", tenant_id="t_a", version=1, number=e164, trunk_id="trk_a")
    return NumberState(number=number).SerializeToString()


def _topics(table: RoutingTable | None = None) -> tuple[RoutingTable, Any, StateTopics]:
    table = table or RoutingTable(rules_of)
    topics = StateTopics(table)
    handlers = topics.handlers()
    return table, lambda topic, key, value: handlers[topic](key, value), topics


def test_what_the_topics_say_is_what_is_routed(world: Any) -> None:
    table, heard, topics = _topics()
    heard(TRUNKS, "trk_a", _trunk())
    heard(NUMBERS, "num_a", _number())
    for agent in world.table.agents.values():
        heard(ROUTING, agent.id, RoutingState(agent=agent_message(agent)).SerializeToString())
    plan = world.table.records("plan")["pln_a"]
    heard(ROUTING, "pln_a", RoutingState(plan=plan_message(plan)).SerializeToString())
    assert not table.ready
    topics.caught_up()
    assert table.ready
    world.table = table
    assert [leg.agent_id for leg in world.route().legs] == ["agt_first", "agt_second"]
    assert table.trunks["trk_a"].trunk.endpoints[0].transport == "tcp"


def test_a_tombstone_takes_away(world: Any) -> None:
    _, heard, _ = _topics(world.table)
    heard(NUMBERS, "num_a", None)
    assert world.route().outcome.code == "number_unknown"


def test_a_message_that_does_not_fit_is_skipped() -> None:
    table, heard, _ = _topics()
    evil = Agent(id="agt_1", tenant_id="t_a", version=1, name="x", sip=SipAgent(uri="sip:a@b,c\r\nd"))
    heard(ROUTING, "agt_1", RoutingState(agent=evil).SerializeToString())
    heard(ROUTING, "agt_2", RoutingState().SerializeToString())
    heard(ROUTING, "agt_3", b"\xff\xff")
    heard(TRUNKS, "trk_a", _trunk(host="evil.example;x=y"))
    heard(TRUNKS, "trk_other", _trunk())
    heard(NUMBERS, "num_a", _number("+49{30}"))
    assert len(table) == 0


def test_what_the_topics_no_longer_show_is_gone_after_the_first_reading(world: Any) -> None:
    table, heard, topics = _topics(world.table)
    heard(TRUNKS, "trk_a", _trunk())
    heard(NUMBERS, "num_other", None)
    topics.caught_up()
    assert "trk_a" in table.trunks
    assert table.number_index.held == {}


def test_a_topic_that_shows_nothing_takes_nothing_away(world: Any) -> None:
    table, _, topics = _topics(world.table)
    before = table.version
    topics.caught_up()
    assert table.version == before
    assert world.route().outcome.code == "routed"
