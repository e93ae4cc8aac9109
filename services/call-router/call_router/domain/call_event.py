"""What happened to a call, as it is told to the world: (call_id, seq) names an event once and for all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from call_router.domain.explain import Explained

EndedBy = Literal["caller", "agent", "keepline", ""]


@dataclass(frozen=True, slots=True)
class Media:
    """RTP of the provider's side as the switch counted it; None where nothing was measured."""

    packets_received: int | None = None
    packets_sent: int | None = None
    packets_lost: int | None = None
    jitter_max_ms: float | None = None
    codec: str = ""


@dataclass(frozen=True, slots=True)
class CallStarted:
    caller: str
    called: str
    source: str


@dataclass(frozen=True, slots=True)
class CallRouted:
    decision: Explained


@dataclass(frozen=True, slots=True)
class CallAnswered:
    leg_index: int
    agent_id: str
    setup_ms: int


@dataclass(frozen=True, slots=True)
class LegFailed:
    leg_index: int
    agent_id: str
    sip_status: int
    cause: str
    # what is done next, in words
    next: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    hangup_cause: str
    sip_status: int
    setup_ms: int
    talk_ms: int
    media: Media | None
    ended_by: EndedBy


Fact = CallStarted | CallRouted | CallAnswered | LegFailed | CallEnded


@dataclass(frozen=True, slots=True)
class CallEvent:
    call_id: str
    seq: int
    at: datetime
    tenant_id: str
    trunk_id: str
    fact: Fact
