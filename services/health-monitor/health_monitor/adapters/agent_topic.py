"""Voice agents as the state topic of plans and agents tells them."""

from collections.abc import Mapping

from health_monitor.app.board import Board
from health_monitor.domain.agent import Agent
from health_monitor.domain.trunk import Endpoint
from keepline.routing.v1 import agent_pb2
from keepline.routing.v1.plan_pb2 import RoutingState
from servicekit.kafka.follower import Handler
from siptypes.endpoints import endpoint_of_uri

TOPIC = "keepline.routing.plan.state.v1"


class AgentTopic:
    def __init__(self, board: Board[Agent]) -> None:
        self._board = board

    def handlers(self) -> Mapping[str, Handler]:
        return {TOPIC: self._heard}

    def _heard(self, key: str, value: bytes | None) -> None:
        if value is None:
            self._board.drop(key)
            return
        state = RoutingState.FromString(value)
        if state.HasField("agent"):
            self._agent(state.agent)

    def _agent(self, message: agent_pb2.Agent) -> None:
        where = endpoint_of_uri(message.sip.uri) if message.HasField("sip") else None
        if where is None:
            self._board.leave_out(message.id)
        else:
            endpoint = Endpoint(*where)
            self._board.put(Agent(message.id, message.tenant_id, message.version, message.name, endpoint))
