"""The states of a live call, what can happen to it, and what the switch can be told to do.

    Started ──▶ Trying(leg) ──▶ Answered ──▶ Ended
       │          │  ▲  └─────────────────────▲
       │          └──┘ next leg               │
       └────────▶ Refusing ───────────────────┘

The state can be read off the channel itself, so that a router that starts in the middle of a call goes on
with it.
"""

from dataclasses import dataclass
from datetime import datetime

from call_router.domain.call_event import EndedBy, Media
from call_router.domain.leg import Leg
from call_router.domain.route import Call, Decision


@dataclass(frozen=True, slots=True)
class Channel:
    """The provider's side of a call in the switch, with the marks that a router left on it."""

    uuid: str
    call: Call
    started_at: datetime
    # index of the leg that it was last sent to
    leg: int | None = None
    # the refusal that it was last sent to
    refused: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Started:
    channel: Channel


@dataclass(frozen=True, slots=True)
class Trying:
    channel: Channel
    decision: Decision
    leg: int

    @property
    def agent_id(self) -> str:
        legs = self.decision.legs
        return legs[self.leg].agent_id if self.leg < len(legs) else ""


@dataclass(frozen=True, slots=True)
class Refusing:
    channel: Channel
    status: int
    code: str
    # legs that were tried before
    failed: int


@dataclass(frozen=True, slots=True)
class Answered:
    channel: Channel
    leg: int
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    channel: Channel


State = Started | Trying | Refusing | Answered | Ended


@dataclass(frozen=True, slots=True)
class Failure:
    """How the last leg ended, as the switch says it."""

    sip_status: int
    cause: str


@dataclass(frozen=True, slots=True)
class Parked:
    channel: Channel
    at: datetime
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class PickedUp:
    channel: Channel
    at: datetime


@dataclass(frozen=True, slots=True)
class HungUp:
    channel: Channel
    at: datetime
    cause: str
    sip_status: int = 0
    answered: bool = False
    # None where the switch did not say
    setup_ms: int | None = None
    talk_ms: int | None = None
    media: Media | None = None
    ended_by: EndedBy = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """Found in the switch when it was asked what there is."""

    channel: Channel
    at: datetime
    parked: bool
    answered: bool
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Vanished:
    """No longer in the switch, and its end was not heard."""

    channel: Channel
    at: datetime
    cause: str


Happening = Parked | PickedUp | HungUp | Seen | Vanished


@dataclass(frozen=True, slots=True)
class SendTo:
    channel_uuid: str
    call_id: str
    index: int
    leg: Leg


@dataclass(frozen=True, slots=True)
class Refuse:
    channel_uuid: str
    status: int
    code: str


Command = SendTo | Refuse
