"""The newest call of each of many numbers or trunks: how it is asked, and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from pydantic import BaseModel, Field

from call_router.adapters.number_filter import CALLED
from call_router.domain.call_record import CallRecord
from call_router.ports import LatestBy
from servicekit.api.absent import may_be_absent
from servicekit.api.lists import Kind, Parameters, filter_values, refused, unknown_parameters
from servicekit.errors import Violation
from servicekit.timestamps import rfc3339

MOST = 200
KINDS: Mapping[str, Kind] = {"number": CALLED, "trunk_id": str}


class LatestCallBody(BaseModel):
    id: str
    started_at: datetime
    answered: bool
    refusal_code: str = may_be_absent("why the caller was refused")
    caller: str = may_be_absent("as the provider sent it")


class LatestBody(BaseModel):
    number: str = may_be_absent("as it was asked")
    trunk_id: str = may_be_absent("as it was asked")
    call: LatestCallBody = may_be_absent("absent: none is kept")


class LatestCallsBody(BaseModel):
    latest: list[LatestBody] = Field(description="one for each that was asked, in the same order")


def latest_asked(sent: Parameters) -> tuple[LatestBy, Sequence[str]]:
    """Raises Invalid."""
    faults = list(unknown_parameters(sent, KINDS))
    asked: list[tuple[LatestBy, Sequence[str]]] = []
    for by in get_args(LatestBy):
        if sent.get(by):
            values = filter_values(by, KINDS[by], sent[by], faults, MOST)
            asked.append((by, list(dict.fromkeys(map(str, values)))))
    if len(asked) != 1:
        hint = f"send number or trunk_id, 1 to {MOST} times"
        detail = "numbers and trunks are not asked together" if asked else "of what is not said"
        faults.append(Violation("/number", "parameter_invalid", detail, hint))
    if faults:
        raise refused(faults)
    return asked[0]


def latest_document(by: LatestBy, found: Iterable[tuple[str, CallRecord | None]]) -> dict[str, Any]:
    """A LatestCallsBody."""
    return {"latest": [{by: value, **({} if one is None else {"call": _call(one)})} for value, one in found]}


def _call(record: CallRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "started_at": rfc3339(record.started_at),
        "answered": record.answered,
        **({"refusal_code": record.refusal_code} if record.refusal_code else {}),
        **({"caller": record.caller} if record.caller else {}),
    }
