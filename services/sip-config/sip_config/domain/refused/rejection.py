"""What is kept of refusals: those that are alike within a window stand in one row, counted.

Alike are refusals of one trunk by one code, from one address, of one called number. When too many differ
within a window, the others stand together in one row without address and number: a flood costs no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sip_config.domain.refused.explanation import Explanation
from sip_config.domain.refused.refusal import Refusal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class State(StrEnum):
    OPEN = "open"
    FIXED = "fixed"
    """By what is known now the same request would pass."""


@dataclass(frozen=True, slots=True)
class Alike:
    """What refusals of one row have in common. others: of all that found no row of their own."""

    tenant_id: str
    trunk_id: str
    code: str
    window_at: datetime
    source_address: str = ""
    called: str = ""
    others: bool = False

    def of_others(self) -> "Alike":
        return replace(self, source_address="", called="", others=True)


def alike(refusal: Refusal, window: timedelta) -> Alike:
    since = refusal.at - _EPOCH
    window_at = _EPOCH + since // window * window
    return Alike(
        refusal.tenant_id,
        refusal.trunk_id,
        refusal.code,
        window_at,
        refusal.source_address,
        refusal.called,
    )


@dataclass(frozen=True, slots=True)
class Fixed:
    """fix: the id of the one that was applied, "" where it was mended in another way; by: who applied it;
    trunk_version: of the trunk since then, 0 where the trunk was not changed."""

    at: datetime
    fix: str = ""
    by: str = ""
    trunk_version: int = 0


@dataclass(frozen=True, slots=True)
class Rejection:
    """last: the newest refusal of the row; seen: how far each log was counted; fixed: while it is."""

    id: str
    version: int
    alike: Alike
    last: Refusal
    count: int
    first_at: datetime
    explanation: Explanation
    seen: Mapping[str, int] = field(default_factory=dict)
    fixed: Fixed | None = None

    @property
    def state(self) -> State:
        return State.OPEN if self.fixed is None else State.FIXED

    @property
    def number(self) -> str:
        """E.164 that was called, as far as it is known."""
        return "" if self.alike.others else self.last.number or next(iter(self.explanation.read_as), "")


def counted(before: Rejection, told: Sequence[Refusal]) -> Rejection:
    """With those that were not counted yet; `before` itself where there are none."""
    new = [one for one in told if one.place.position > before.seen.get(one.place.log, -1)]
    if not new:
        return before
    seen = dict(before.seen)
    for one in new:
        seen[one.place.log] = max(one.place.position, seen.get(one.place.log, -1))
    newest = max(new, key=lambda one: one.at)
    return replace(
        before,
        last=newest if newest.at >= before.last.at else before.last,
        count=before.count + len(new),
        first_at=min(before.first_at, *(one.at for one in new)),
        seen=seen,
    )


def begun(row_id: str, of: Alike, told: Sequence[Refusal], explanation: Explanation) -> Rejection:
    """A row that is not stored yet: its version is 0."""
    first = min(told, key=lambda one: one.at)
    return counted(Rejection(row_id, 0, of, first, 0, first.at, explanation), told)


def judged(row: Rejection, explanation: Explanation, now: datetime) -> Rejection:
    """By what is known now. A row that was fixed is open again when a later request was turned away and the
    explanation does not say that it would pass by now."""
    if explanation.holds_now:
        return replace(row, explanation=explanation, fixed=row.fixed or Fixed(now))
    still = row.fixed is not None and row.last.at <= row.fixed.at
    return replace(row, explanation=explanation, fixed=row.fixed if still else None)
