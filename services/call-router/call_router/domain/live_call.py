"""A call in the switch as whoever watches knows it, and what can be heard of it.

What the edge and the routers left on the provider's channel comes along with each event of it, so every
sight of the channel tells the whole story up to then: an event that was lost is made good by the next.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from call_router.domain.call_event import EndedBy, Media, Packets
from call_router.domain.journey import NOTHING_NOTED, Journey, LegTimes
from call_router.domain.route import Call


@dataclass(frozen=True, slots=True)
class Channel:
    """The provider's side of a call in the switch."""

    uuid: str
    call: Call
    started_at: datetime
    journey: Journey | None = None
    # index of the leg that it was last sent to
    leg: int | None = None
    # of that leg
    times: LegTimes = NOTHING_NOTED
    # status and code of the refusal that it was last sent to
    refused: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    leg: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Routed:
    """As much of a decision as the end of the call needs when the channel is gone with its switch."""

    number: str
    number_id: str
    plan_id: str
    code: str
    # of the legs, in order
    agent_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LiveCall:
    channel: Channel
    answered: Answered | None = None
    # None: nothing was decided yet
    routed: Routed | None = None
    # numbers of the events that were told, but for those of CallHeard
    told: frozenset[int] = frozenset()
    # sample of the last CallHeard
    heard: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """The provider's channel as it stands now."""

    channel: Channel
    answered_at: datetime | None = None


LegStep = Literal["started", "ringing", "early_media", "answered"]


@dataclass(frozen=True, slots=True)
class LegMoved:
    """An agent's channel got on. `uuid` is that of the provider's channel."""

    uuid: str
    leg: int
    step: LegStep
    at: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """The packets of a call that goes on, counted for the `sample`-th time."""

    uuid: str
    sample: int
    at: datetime
    provider: Packets
    agent: Packets


@dataclass(frozen=True, slots=True)
class HungUp:
    channel: Channel
    at: datetime
    cause: str
    # that the provider got, as the switch says it; 0: it did not say
    sip_status: int = 0
    # when the provider got its 200
    answered_at: datetime | None = None
    media: Media | None = None
    ended_by: EndedBy = ""
    # not None: nobody saw the end, `at` is when the call was last seen
    estimated_within_ms: int | None = None


Happening = Seen | LegMoved | Counted | HungUp
