"""Trunks, numbers and agents as the state topics tell them."""

from collections.abc import Callable, Mapping

from keepline.phone.v1.number_pb2 import NumberState
from keepline.routing.v1.agent_pb2 import Agent
from keepline.routing.v1.plan_pb2 import RoutingState
from keepline.sip.v1.trunk_pb2 import TrunkState
from servicekit.kafka.connection import Broker
from servicekit.kafka.follower import Handler, StateFollower
from sip_config.adapters.messages.trunks import trunk_of
from sip_config.adapters.mongo.trunks import TOPIC as TRUNKS
from sip_config.app.node_feed import NodeFeed, Place
from sip_config.domain.human_agents import HumanAgent, HumanAgents
from sip_config.domain.known_records import HeldNumber, VoiceAgent
from sip_config.domain.resources import EndpointBody
from siptypes.endpoints import endpoint_of_uri
from siptypes.faults import Misfit
from siptypes.versions import Revision

NUMBERS = "keepline.phone.number.state.v1"
PLANS = "keepline.routing.plan.state.v1"
_LOGS = {TRUNKS: "trunk", NUMBERS: "number"}


class StateTopics:
    def __init__(self, feed: NodeFeed, broker: Broker, on_caught_up: Callable[[], None]) -> None:
        self._feed = feed
        self.follower = StateFollower(broker, self.handlers(), name="sip-config", on_caught_up=on_caught_up)

    def revision(self) -> Revision:
        """How far each partition was read."""
        positions = self.follower.positions()
        return {log_name(topic, partition): offset for (topic, partition), offset in positions.items()}

    def handlers(self) -> Mapping[str, Handler]:
        return {TRUNKS: self._trunk, NUMBERS: self._number}

    def _trunk(self, key: str, value: bytes | None) -> None:
        if value is None:
            self._feed.trunk_deleted(key)
            return
        topic, partition, offset = self.follower.at
        place = Place(log_name(topic, partition), offset)
        message = TrunkState.FromString(value).trunk
        if not self._feed.trunk_seen(message.id, message.version, place):
            self._feed.trunk_written(trunk_of(message), place)

    def _number(self, key: str, value: bytes | None) -> None:
        if value is None:
            self._feed.number_deleted(key)
            return
        number = NumberState.FromString(value).number
        self._feed.number_written(
            HeldNumber(number.id, number.tenant_id, number.version, number.number, number.trunk_id)
        )


class AgentTopic:
    """Agents: what a human one names, and where a voice agent is probed."""

    def __init__(
        self, agents: HumanAgents, feed: NodeFeed, broker: Broker, on_caught_up: Callable[[], None]
    ) -> None:
        self._agents = agents
        self._feed = feed
        self.follower = StateFollower(
            broker, {PLANS: self.plan_or_agent}, name="sip-config-agents", on_caught_up=on_caught_up
        )

    def plan_or_agent(self, key: str, value: bytes | None) -> None:
        state = None if value is None else RoutingState.FromString(value)
        if state is None:
            self._agents.drop(key)
            self._feed.agent_deleted(key)
        elif state.HasField("agent"):
            self._agent(state.agent)

    def _agent(self, agent: Agent) -> None:
        self._feed.agent_written(VoiceAgent(agent.id, agent.version, _probed(agent)))
        if agent.HasField("human"):
            human = HumanAgent(agent.id, agent.tenant_id, agent.name, agent.human.trunk_id)
            self._agents.put(human)
        else:
            self._agents.drop(agent.id)


def _probed(agent: Agent) -> EndpointBody | None:
    where = endpoint_of_uri(agent.sip.uri) if agent.HasField("sip") else None
    try:
        return None if where is None else EndpointBody(*where)
    except Misfit:
        return None


def log_name(topic: str, partition: int) -> str:
    """As revisions name it: "trunk/0"."""
    return f"{_LOGS.get(topic, topic)}/{partition}"
