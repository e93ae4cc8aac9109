"""What happened to a call, as it is told to the world.

(call_id, attempt, seq) names an event once and for all. `seq` follows from the kind of the event and its leg,
so that whoever watches the call, before or after a restart, gives the same event the same name.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from call_router.domain.explain import Explained

Direction = Literal["inbound", "outbound"]
EndedBy = Literal["caller", "agent", "keepline", ""]
# what follows a failed leg; "nothing": the caller is gone; "": not told
AfterLeg = Literal["next_leg", "refusal", "nothing", ""]

NODE_LOST, UNKNOWN = "node_lost", "unknown"
"""Causes of ends that nobody saw: the switch died with the call, and it left no word."""
STARTED_SEQ, ROUTED_SEQ, ENDED_SEQ = 1, 2, 1_000_000
# what has a name of its own: legs 0 to 998, and seven and a half hours of CallHeard in each
MAX_LEG, MAX_HEARD = 998, 899


@dataclass(frozen=True, slots=True)
class Media:
    """RTP of the provider's side as the switch counted it; None where nothing was measured. Where the codecs
    differ the switch transcoded."""

    packets_received: int | None = None
    packets_sent: int | None = None
    packets_lost: int | None = None
    jitter_max_ms: float | None = None
    # of the provider's side, at the end
    codec: str = ""
    # of the leg that was answered, at its answer
    leg_codec: str = ""


@dataclass(frozen=True, slots=True)
class Packets:
    """RTP packets of one side since the answer; None where nothing was measured."""

    received: int | None = None
    sent: int | None = None


@dataclass(frozen=True, slots=True)
class CallStarted:
    caller: str
    # as the provider sent it
    called: str
    # address and port that the INVITE came from
    source_address: str


@dataclass(frozen=True, slots=True)
class CallRouted:
    decision: Explained
    # the router that decided
    router_id: str = ""


@dataclass(frozen=True, slots=True)
class LegStarted:
    leg_index: int
    agent_id: str
    uri: str


@dataclass(frozen=True, slots=True)
class LegRinging:
    leg_index: int
    agent_id: str


@dataclass(frozen=True, slots=True)
class EarlyMedia:
    """The leg's first 183 with SDP; it is no answer."""

    leg_index: int
    agent_id: str


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """The agent's 200."""

    leg_index: int
    agent_id: str
    setup_ms: int


@dataclass(frozen=True, slots=True)
class LegFailed:
    leg_index: int
    agent_id: str
    sip_status: int
    # Q.850 cause name, as the switch says it
    cause: str
    # in words
    reason: str
    next: AfterLeg = ""
    # with "next_leg"
    next_leg_index: int = 0
    # with "refusal"
    refusal_status: int = 0
    refusal_code: str = ""


@dataclass(frozen=True, slots=True)
class CallHeard:
    """`sample` is 1, 2, ... within the leg."""

    leg_index: int
    sample: int
    provider: Packets
    agent: Packets


@dataclass(frozen=True, slots=True)
class EndedLeg:
    """A leg that was tried; a time is None where the switch did not note it."""

    index: int
    agent_id: str
    uri: str
    # the final one, 200 of the leg that was answered
    sip_status: int
    cause: str
    started_at: datetime | None
    ringing_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class WholeCall:
    """What was told of an attempt before its end. The end is CallEvent.at."""

    started_at: datetime
    # None: it was not
    answered_at: datetime | None
    caller: str
    called: str
    source_address: str
    # E.164; "" when it was not recognised
    number: str = ""
    number_id: str = ""
    plan_id: str = ""
    # of the decision; "" where no router decided
    code: str = ""
    # "" for a call that was answered or that the caller gave up
    refusal_code: str = ""
    # of the leg that was answered
    agent_id: str = ""
    legs: tuple[EndedLeg, ...] = ()


@dataclass(frozen=True, slots=True)
class CallEnded:
    hangup_cause: str
    sip_status: int
    setup_ms: int
    talk_ms: int
    media: Media | None
    ended_by: EndedBy
    whole: WholeCall
    # not None: nobody saw the end; `at` is when the call was last seen, it ended at most this much later
    estimated_within_ms: int | None = None


OfLeg = LegStarted | LegRinging | EarlyMedia | CallAnswered | LegFailed | CallHeard
Fact = CallStarted | CallRouted | OfLeg | CallEnded


@dataclass(frozen=True, slots=True)
class CallEvent:
    call_id: str
    at: datetime
    tenant_id: str
    trunk_id: str
    fact: Fact
    # 1, 2, ...: grows each time the edge sends the call to another switch
    attempt: int = 1
    switch_id: str = ""
    # "" where the edge did not say
    edge_id: str = ""
    direction: Direction = "inbound"

    @property
    def seq(self) -> int:
        return seq_of(self.fact)


def seq_of(fact: Fact) -> int:
    """Rises within an attempt and has gaps; see keepline.events.v1.CallEvent. ValueError beyond MAX_LEG and
    MAX_HEARD."""
    match fact:
        case CallStarted():
            return STARTED_SEQ
        case CallRouted():
            return ROUTED_SEQ
        case CallEnded():
            return ENDED_SEQ
        case _:
            if not 0 <= fact.leg_index <= MAX_LEG:
                raise ValueError(f"leg {fact.leg_index} has no number")
            return 1000 * (fact.leg_index + 1) + _kind(fact)


def _kind(fact: OfLeg) -> int:
    match fact:
        case LegStarted():
            return 1
        case LegRinging():
            return 2
        case EarlyMedia():
            return 3
        case CallAnswered():
            return 4
        case LegFailed():
            return 5
        case CallHeard():
            if not 1 <= fact.sample <= MAX_HEARD:
                raise ValueError(f"sample {fact.sample} of a leg has no number")
            return 100 + fact.sample
