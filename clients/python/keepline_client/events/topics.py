"""The topics that others read, and what is in each (`keepline/topics.yaml` in keepline-proto)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from keepline.audit.v1.audit_entry_pb2 import AuditEntry
from keepline.events.v1.call_event_pb2 import CallEvent
from keepline.events.v1.onboarding_event_pb2 import OnboardingEvent
from keepline.events.v1.rejection_pb2 import Rejection
from keepline.health.v1.agent_health_pb2 import AgentStatus
from keepline.health.v1.trunk_health_pb2 import TrunkStatus
from keepline.phone.v1.number_pb2 import NumberState
from keepline.routing.v1.plan_pb2 import RoutingState
from keepline.sip.v1.trunk_pb2 import TrunkState

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Topic(Generic[M]):
    """version: of a state, which grows with each change; None for topics of events."""

    name: str
    message: type[M]
    version: Callable[[M], int] | None = None


CALLS = Topic("keepline.call.events.v1", CallEvent)
REJECTIONS = Topic("keepline.sip.rejections.v1", Rejection)
ONBOARDINGS = Topic("keepline.onboarding.events.v1", OnboardingEvent)
TRUNKS = Topic("keepline.sip.trunk.state.v1", TrunkState, lambda state: state.trunk.version)
NUMBERS = Topic("keepline.phone.number.state.v1", NumberState, lambda state: state.number.version)
AGENTS_AND_PLANS = Topic(
    "keepline.routing.plan.state.v1", RoutingState, lambda state: max(state.plan.version, state.agent.version)
)
TRUNK_STATUS = Topic("keepline.trunk.status.v1", TrunkStatus, lambda status: status.version)
AGENT_STATUS = Topic("keepline.agent.status.v1", AgentStatus, lambda status: status.version)
AUDIT = Topic("keepline.audit.v1", AuditEntry)
ALL: tuple[Topic[Any], ...] = (
    CALLS,
    REJECTIONS,
    ONBOARDINGS,
    TRUNKS,
    NUMBERS,
    AGENTS_AND_PLANS,
    TRUNK_STATUS,
    AGENT_STATUS,
    AUDIT,
)
