"""Agents as their state topic tells them: voice agents are probed, human ones name a trunk."""

import pytest

from keepline.routing.v1 import agent_pb2, plan_pb2
from servicekit.settings import KafkaSettings
from sip_config.adapters.kafka.state_topics import AgentTopic
from sip_config.app.node_feed import NodeFeed
from sip_config.domain.human_agents import HumanAgents
from sip_config.domain.resources import Kind


class Told:
    """The topic's reader, and what came of what it was told."""

    def __init__(self, feed: NodeFeed) -> None:
        self.feed = feed
        self.people = HumanAgents()
        broker = KafkaSettings(bootstrap="127.0.0.1:9092")
        self.topic = AgentTopic(self.people, feed, broker, lambda: None)

    def agent(self, version: int, **kind: agent_pb2.SipAgent | agent_pb2.HumanAgent) -> None:
        agent = agent_pb2.Agent(id="agt_1", tenant_id="t_a", version=version, name="Desk", **kind)  # type: ignore[arg-type]
        self.topic.plan_or_agent("agt_1", plan_pb2.RoutingState(agent=agent).SerializeToString())

    def probed(self) -> list[str]:
        return [one.name for one in self.feed.tables.resources() if one.name.startswith(Kind.ENDPOINT)]


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("sip:desk@agents.example", "endpoint/udp:agents.example:5060"),
        ("sip:desk@192.0.2.9:5070;transport=tcp", "endpoint/tcp:192.0.2.9:5070"),
        ("sip:desk@[2001:db8::1];transport=tls", "endpoint/tls:[2001:db8::1]:5061"),
        ("sip:desk@agents.example:0", None),
        ("tel:+4930123", None),
    ],
)
async def test_a_voice_agent_is_probed_where_its_uri_leads(
    feed: NodeFeed, uri: str, name: str | None
) -> None:
    told = Told(feed)
    told.agent(1, sip=agent_pb2.SipAgent(uri=uri))
    assert told.probed() == ([name] if name else [])
    told.topic.plan_or_agent("agt_1", None)
    assert told.probed() == []


async def test_one_that_becomes_a_person_names_a_trunk_and_is_probed_no_more(feed: NodeFeed) -> None:
    told = Told(feed)
    told.agent(1, sip=agent_pb2.SipAgent(uri="sip:desk@agents.example"))
    told.agent(2, human=agent_pb2.HumanAgent(trunk_id="trk_1", target="100"))
    assert told.probed() == []
    assert [agent.name for agent in told.people.of("trk_1")] == ["Desk"]
    told.agent(3, sip=agent_pb2.SipAgent(uri="sip:desk@agents.example"))
    assert told.probed() == ["endpoint/udp:agents.example:5060"]
    assert told.people.of("trk_1") == []


async def test_a_plan_says_nothing_about_agents(feed: NodeFeed) -> None:
    told = Told(feed)
    told.agent(1, sip=agent_pb2.SipAgent(uri="sip:desk@agents.example"))
    plan = plan_pb2.RoutingState(plan=plan_pb2.RoutingPlan(id="pln_1", tenant_id="t_a"))
    told.topic.plan_or_agent("pln_1", plan.SerializeToString())
    assert told.probed() == ["endpoint/udp:agents.example:5060"]
