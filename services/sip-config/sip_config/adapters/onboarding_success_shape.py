"""How onboardings go, as JSON, and for which time it is asked."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, Field

from servicekit.api.absent import may_be_absent
from servicekit.api.lists import read_time, refused, unknown_parameters
from servicekit.errors import Violation
from sip_config.domain.onboarding.onboarding import Step
from sip_config.domain.onboarding.success import Success

PARAMETERS = ("from", "to")
_DAYS = 30
_HINT = "write it as RFC 3339, such as 2026-11-23T09:00:00Z; a plus is %2B in a URL"


class SecondsToLiveBody(BaseModel):
    p50: float
    p90: float


class StoppedAtBody(BaseModel):
    step: Step = Field(description="the first step that was not done")
    count: int


class RefusedCodeBody(BaseModel):
    code: str
    count: int = Field(description="rejections, each of requests that were alike")
    fixed: int = Field(description="those to which a fix was applied")


class SuccessBody(BaseModel):
    begun: int
    live: int
    live_untested: int = Field(description="of the live ones: without an answered call")
    abandoned: int
    open: int
    completion_rate: float = may_be_absent("live of begun, 0 to 1; absent: none was begun")
    seconds_to_live: SecondsToLiveBody = may_be_absent("from the beginning until live; absent: none is live")
    stopped_at: list[StoppedAtBody] = Field(description="where the abandoned ones stopped")
    refused: list[RefusedCodeBody] = Field(description="the most frequent first")


def asked_between(sent: Mapping[str, Sequence[str]], now: datetime) -> tuple[datetime, datetime]:
    """Raises Invalid."""
    faults = list(unknown_parameters(sent, PARAMETERS))
    read: dict[str, datetime] = {}
    for name in PARAMETERS:
        texts = sent.get(name, ())
        at = read_time(texts[0]) if len(texts) == 1 else None
        if at is not None:
            read[name] = at
        elif texts:
            faults.append(Violation(f"/{name}", "parameter_invalid", "this is no time", _HINT))
    if faults:
        raise refused(faults)
    end = read.get("to", now)
    return read.get("from") or _days_before(end), end


def _days_before(end: datetime) -> datetime:
    """There is no time before the year 1."""
    return end - min(timedelta(days=_DAYS), end - datetime.min.replace(tzinfo=UTC))


def success_document(success: Success) -> dict[str, Any]:
    """A SuccessBody."""
    rate, p50 = success.completion_rate, success.p50
    return {
        "begun": success.begun,
        "live": success.live,
        "live_untested": success.live_untested,
        "abandoned": success.abandoned,
        "open": success.open,
        **({} if rate is None else {"completion_rate": round(rate, 4)}),
        **({} if p50 is None else {"seconds_to_live": {"p50": p50, "p90": success.p90}}),
        "stopped_at": [{"step": str(step), "count": count} for step, count in success.stopped_at],
        "refused": [{"code": one.code, "count": one.count, "fixed": one.fixed} for one in success.refused],
    }
