"""How onboardings go, all tenants together: how many get to the end, how long it takes, where people stop."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sip_config.domain.onboarding.news import stopped_at
from sip_config.domain.onboarding.onboarding import Onboarding, OnboardingState, Step


@dataclass(frozen=True, slots=True)
class RefusedCode:
    """fixed: of `count` rejections, those to which a fix was applied."""

    code: str
    count: int
    fixed: int


@dataclass(frozen=True, slots=True)
class Success:
    """completion_rate: None of none. p50, p90: seconds from the beginning until live; None while none is."""

    begun: int
    live: int
    live_untested: int
    abandoned: int
    open: int
    completion_rate: float | None
    p50: float | None
    p90: float | None
    stopped_at: Sequence[tuple[Step, int]]
    refused: Sequence[RefusedCode]


@dataclass(slots=True)
class Counting:
    """One onboarding after the other, so that they are never all in memory."""

    states: Counter[OnboardingState] = field(default_factory=Counter)
    untested: int = 0
    seconds: list[float] = field(default_factory=list)
    stopped: Counter[Step] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    fixed: Counter[str] = field(default_factory=Counter)

    def add(self, one: Onboarding) -> None:
        self.states[one.state] += 1
        if one.state is OnboardingState.ABANDONED:
            self.stopped[stopped_at(one)] += 1
        if one.live_at is not None:
            self.seconds.append((one.live_at - one.created_at).total_seconds())
            self.untested += one.tested is None
        for met in one.refused:
            self.refused[met.code] += 1
            self.fixed[met.code] += bool(met.fix)

    def success(self) -> Success:
        begun, live = self.states.total(), self.states[OnboardingState.LIVE]
        seconds = sorted(self.seconds)
        return Success(
            begun,
            live,
            self.untested,
            self.states[OnboardingState.ABANDONED],
            self.states[OnboardingState.OPEN],
            live / begun if begun else None,
            _percentile(seconds, 0.5),
            _percentile(seconds, 0.9),
            [(step, self.stopped[step]) for step in Step if self.stopped[step]],
            [RefusedCode(code, count, self.fixed[code]) for code, count in self.refused.most_common()],
        )


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    """The nearest rank: one that was measured."""
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None
