"""What was decided for a call and how its legs went so far: it travels on the call's channel.

So any router goes on with the decision that another one made, and whoever watches the switch can tell the
whole of it, however late it came.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from call_router.domain.explain import Explained
from call_router.domain.leg import Leg
from call_router.domain.route import Call


@dataclass(frozen=True, slots=True)
class LegTimes:
    """When a leg got on, as the switch noted it; None: it did not, or it was not noted."""

    # its INVITE
    began_at: datetime | None = None
    # its first 180
    rang_at: datetime | None = None
    # its first 183 with SDP
    early_media_at: datetime | None = None
    # its 200
    answered_at: datetime | None = None


NOTHING_NOTED = LegTimes()


@dataclass(frozen=True, slots=True)
class LegFailure:
    """How a leg ended, as the switch says it; sip_status 0: without a SIP answer."""

    sip_status: int
    cause: str
    at: datetime
    times: LegTimes = NOTHING_NOTED


@dataclass(frozen=True, slots=True)
class Journey:
    call: Call
    decision: Explained
    fallback_on_busy: bool
    decided_at: datetime
    # the router that decided
    router_id: str
    # of the legs 0, 1, ... in order
    failures: tuple[LegFailure, ...] = ()

    @property
    def legs(self) -> tuple[Leg, ...]:
        return self.decision.legs

    def failed(self, failure: LegFailure) -> "Journey":
        return replace(self, failures=(*self.failures, failure))
