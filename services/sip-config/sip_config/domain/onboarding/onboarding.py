"""One way through "Connect a number": what was chosen, which steps are done, and what came of its calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Line(StrEnum):
    """What the tenant has."""

    TRUNK = "trunk"
    FORWARD = "forward"
    PORT = "port"


class Step(StrEnum):
    """In their order."""

    LINE = "line"
    PROVIDER = "provider"
    NUMBERS = "numbers"
    AGENT = "agent"
    CALL = "call"


class OnboardingState(StrEnum):
    OPEN = "open"
    LIVE = "live"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class OnboardedNumber:
    """number: E.164."""

    number_id: str
    number: str


@dataclass(frozen=True, slots=True)
class OnboardingFields:
    """What a tenant says of it, checked; "" where it is not known yet. armed: "call it now" is open."""

    line: Line
    provider_name: str = ""
    trunk_id: str = ""
    numbers: tuple[OnboardedNumber, ...] = ()
    agent_id: str = ""
    plan_id: str = ""
    armed: bool = False


@dataclass(frozen=True, slots=True)
class TestedBy:
    """The call that proved it. caller_heard, agent_heard: whether packets of that side came through; None
    where nothing was measured."""

    call_id: str
    number: str
    at: datetime
    answered_after_ms: int
    caller_heard: bool | None
    agent_heard: bool | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A rejection that it met, and when. fix: the kind of the one that was applied to it, "" while none."""

    rejection_id: str
    code: str
    at: datetime
    fix: str = ""
    fixed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Onboarding:
    """version: of what its tenant reads. revision: grows with each write, also of what was only seen.
    done: when each step was done that is done. deleted: its tenant does not see it any more."""

    id: str
    tenant_id: str
    version: int
    revision: int
    fields: OnboardingFields
    state: OnboardingState
    done: Mapping[Step, datetime]
    created_at: datetime
    updated_at: datetime
    armed_at: datetime | None = None
    tested: TestedBy | None = None
    skipped_test_at: datetime | None = None
    emergency_acknowledged_at: datetime | None = None
    live_at: datetime | None = None
    refused: tuple[Refused, ...] = field(default=())
    deleted: bool = False

    @property
    def missing(self) -> tuple[Step, ...]:
        """Steps that are not done."""
        return tuple(step for step in Step if step not in self.done)

    @property
    def next_step(self) -> Step | None:
        """None: it is live, or could be."""
        return None if self.state is OnboardingState.LIVE else next(iter(self.missing), None)
