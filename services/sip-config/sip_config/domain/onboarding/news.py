"""What is told of an onboarding: what differs between two revisions, without names and numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sip_config.domain.onboarding.onboarding import Onboarding, OnboardingState, Step


class Kind(StrEnum):
    BEGUN = "begun"
    STEP_DONE = "step_done"
    REFUSED = "refused"
    FIXED = "fixed"
    LIVE = "live"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class News:
    """step: of step_done and abandoned; code: of refused and fixed; fix: the kind that was applied;
    tested: of live."""

    kind: Kind
    at: datetime
    step: Step | None = None
    code: str = ""
    fix: str = ""
    tested: bool = False


def news_of(before: Onboarding | None, after: Onboarding) -> list[News]:
    """In their order. before None: it was begun, which says that the line is chosen."""
    return list(_told(before, after))


def _told(before: Onboarding | None, after: Onboarding) -> Iterator[News]:
    if before is None:
        yield News(Kind.BEGUN, after.created_at)
    done = {Step.LINE} if before is None else before.done.keys()
    for step in Step:
        if step in after.done and step not in done:
            yield News(Kind.STEP_DONE, after.done[step], step)
    was = {} if before is None else {one.rejection_id: one for one in before.refused}
    for one in after.refused:
        known = was.get(one.rejection_id)
        if known is None:
            yield News(Kind.REFUSED, one.at, code=one.code)
        if one.fixed_at is not None and (known is None or known.fixed_at is None):
            yield News(Kind.FIXED, one.fixed_at, code=one.code, fix=one.fix)
    state = OnboardingState.OPEN if before is None else before.state
    if after.state is not state and after.state is OnboardingState.LIVE:
        yield News(Kind.LIVE, after.updated_at, tested=after.tested is not None)
    if after.state is not state and after.state is OnboardingState.ABANDONED:
        yield News(Kind.ABANDONED, after.updated_at, stopped_at(after))


def stopped_at(one: Onboarding) -> Step:
    """The first step that is not done; the last one where only "go live" was left."""
    return next(iter(one.missing), Step.CALL)
