"""What becomes of an onboarding: by its tenant's word, by time, and by what was seen of its calls.

Each answers the onboarding itself where nothing changes, otherwise its next version or revision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sip_config.domain.onboarding.onboarding import (
    Line,
    Onboarding,
    OnboardingFields,
    OnboardingState,
    Refused,
    Step,
    TestedBy,
)

MOST_REFUSED = 100
"""Rejections of one onboarding that are told; a flood of them is counted at the rejections."""


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    """As its end told it."""

    tenant_id: str
    trunk_id: str
    call_id: str
    number_id: str
    at: datetime
    answered_after_ms: int
    caller_heard: bool | None
    agent_heard: bool | None


def begun(onboarding_id: str, tenant_id: str, fields: OnboardingFields, now: datetime) -> Onboarding:
    none = OnboardingFields(Line.TRUNK)
    blank = Onboarding(onboarding_id, tenant_id, 0, 0, none, OnboardingState.OPEN, {}, now, now)
    return changed(blank, fields, now)


def changed(before: Onboarding, fields: OnboardingFields, now: datetime) -> Onboarding:
    """An abandoned one is taken up again. A test stands as long as its number is among the numbers."""
    tested = before.tested
    if tested is not None and tested.number not in [one.number for one in fields.numbers]:
        tested = None
    armed_at = (before.armed_at or now) if fields.armed else None
    after = replace(before, fields=fields, armed_at=armed_at, tested=tested, state=OnboardingState.OPEN)
    return _next_version(before, after, now)


def skipped(before: Onboarding, now: datetime) -> Onboarding:
    """Without a test call: nothing says that it works."""
    at = before.skipped_test_at or now
    return _next_version(before, replace(before, skipped_test_at=at, state=OnboardingState.OPEN), now)


def gone_live(before: Onboarding, now: datetime) -> Onboarding:
    """Whose steps are all done, and whose tenant knows about emergency calls."""
    if before.state is OnboardingState.LIVE:
        return before
    after = replace(before, state=OnboardingState.LIVE, live_at=now, emergency_acknowledged_at=now)
    return _next_version(before, after, now)


def abandoned(before: Onboarding, now: datetime) -> Onboarding:
    if before.state is not OnboardingState.OPEN:
        return before
    return _next_version(before, replace(before, state=OnboardingState.ABANDONED), now)


def deleted(before: Onboarding, now: datetime) -> Onboarding:
    """What tells of its tenant's line goes; how far it came stays, for the statistics. One that was open is
    abandoned by it."""
    tested = None if before.tested is None else replace(before.tested, call_id="", number="")
    left = replace(before, fields=OnboardingFields(before.fields.line), tested=tested, deleted=True)
    state = OnboardingState.ABANDONED if before.state is OnboardingState.OPEN else before.state
    version, revision = before.version + 1, before.revision + 1
    return replace(left, state=state, version=version, revision=revision, updated_at=now)


def heard(before: Onboarding, call: AnsweredCall, now: datetime) -> Onboarding:
    """The newest answered call of one of its numbers, since it was begun, is its test."""
    number = next((one.number for one in before.fields.numbers if one.number_id == call.number_id), "")
    late = call.at < before.created_at or (before.tested is not None and call.at <= before.tested.at)
    if before.state is not OnboardingState.OPEN or before.tenant_id != call.tenant_id or not number or late:
        return before
    tested = TestedBy(
        call.call_id, number, call.at, call.answered_after_ms, call.caller_heard, call.agent_heard
    )
    return _next_version(before, replace(before, tested=tested), now)


def met(before: Onboarding, refused: Sequence[Refused]) -> Onboarding:
    """Those that it did not meet yet; its version stays."""
    known = {one.rejection_id for one in before.refused}
    new = {one.rejection_id: one for one in refused if one.rejection_id not in known}
    room = MOST_REFUSED - len(before.refused)
    kept = list(new.values())[:room]
    if before.state is not OnboardingState.OPEN or not kept:
        return before
    return replace(before, refused=(*before.refused, *kept), revision=before.revision + 1)


def mended(before: Onboarding, rejection_id: str, fix: str, now: datetime) -> Onboarding:
    """As above, of a fix that was applied to a rejection that it met."""
    after = tuple(
        replace(one, fix=fix, fixed_at=now) if one.rejection_id == rejection_id and not one.fix else one
        for one in before.refused
    )
    if after == before.refused:
        return before
    return replace(before, refused=after, revision=before.revision + 1)


def _next_version(before: Onboarding, after: Onboarding, now: datetime) -> Onboarding:
    done = {step: before.done.get(step, now) for step in Step if _is_done(after, step)}
    after = replace(after, done=done)
    if after == before:
        return before
    return replace(after, version=before.version + 1, revision=before.revision + 1, updated_at=now)


def _is_done(one: Onboarding, step: Step) -> bool:
    fields = one.fields
    done: Mapping[Step, bool] = {
        Step.LINE: True,
        Step.PROVIDER: bool(fields.trunk_id),
        Step.NUMBERS: bool(fields.numbers),
        Step.AGENT: bool(fields.agent_id and fields.plan_id),
        Step.CALL: one.tested is not None or one.skipped_test_at is not None,
    }
    return done[step]
