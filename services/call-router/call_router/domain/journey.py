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
class LegFailure:
    """How a leg ended, as the switch says it; sip_status 0: without a SIP answer."""

    sip_status: int
    cause: str
    at: datetime


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
