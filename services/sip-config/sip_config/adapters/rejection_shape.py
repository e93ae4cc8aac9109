"""A rejection as JSON, how its list is asked, and what is sent to apply a fix."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from servicekit.api.absent import documented, may_be_absent
from servicekit.api.lists import ListRule, Written
from servicekit.api.resource import Reading, Resource
from servicekit.refusals import invalid
from servicekit.timestamps import rfc3339
from sip_config.domain.refused.explanation import Fix, FixKind, Nearest, Rule
from sip_config.domain.refused.refusal import SaidBy
from sip_config.domain.refused.rejection import Fixed, Rejection, State
from siptypes.numbers import PATTERN, number_faults


class NearestBody(BaseModel):
    network: str = may_be_absent("one of the trunk's networks")
    just_outside: bool = may_be_absent("true: the network could be widened to hold the address")
    number: str = may_be_absent("a number of yours, E.164")
    trunk_id: str = may_be_absent("the trunk that it is on")
    country: str = may_be_absent("by which `called` would be read as that number")


class FixBody(BaseModel):
    """Fields beside id and kind are there as the kind has them."""

    id: str = Field(description="says all that the fix would do; applyFix takes it")
    kind: FixKind
    source_cidr: str = may_be_absent("allow_address, allow_network: who may send then")
    replaces: list[str] = may_be_absent("allow_network: networks of the trunk that it holds")
    country: str = may_be_absent("read_as_country: the trunk's from then on")
    number: str = may_be_absent(
        "E.164: what is brought in, moved or put on a plan; or what `called` then means"
    )
    number_id: str = may_be_absent("move_number: the one that is moved")


class FixedBody(BaseModel):
    at: datetime
    fix: str = may_be_absent("the one that was applied; absent: it was mended in another way")
    by: str = may_be_absent("who applied it")
    trunk_version: int = may_be_absent("of the trunk since then; absent: the trunk was not changed")


class RejectionBody(BaseModel):
    id: str
    version: int
    trunk_id: str = may_be_absent("absent: it belongs to no tenant")
    code: str = Field(description="source_not_allowed, number_unknown, ...; each has a page")
    rule: Rule = Field(description="what did not hold")
    sip_status: int = Field(description="of the answer; 0: nothing was answered")
    said_by: SaidBy
    others: bool = Field(description="true: many more, without their addresses and numbers")
    method: str = may_be_absent("of the newest request: INVITE is a call")
    about: str = may_be_absent(
        "of the newest, one word: the header that cannot be read, the extension, kind of body or method that "
        "we do not have, what is taken for an answer and is not ours; absent where nothing is named"
    )
    source_address: str = may_be_absent("where the requests came from, without the port, which changes")
    caller: str = may_be_absent("as the provider sent it, the newest; absent where the number is withheld")
    called: str = may_be_absent("as the provider sent it")
    number: str = may_be_absent("E.164 that `called` means in the trunk's country; absent: none")
    count: int = Field(description="how many were alike")
    first_at: datetime
    last_at: datetime
    state: State = Field(description="fixed: by what is known now the same request would pass")
    detail: str = Field(description="one sentence: why")
    hint: str = Field(description="one sentence: what to do")
    allows: list[str] = Field(description="networks that the trunk allowed; empty where they do not matter")
    nearest: NearestBody = may_be_absent("what almost held; absent: nothing did")
    fixes: list[FixBody] = Field(description="what would let the next one pass")
    fixed: FixedBody = may_be_absent("while it is fixed")
    call_id: str = may_be_absent("of the newest, where a call record is kept")
    edge_id: str = may_be_absent("the edge that it came in by")


class RejectionPage(BaseModel):
    rejections: list[RejectionBody]
    next_page_token: str = may_be_absent("absent on the last page")


class FixToApply(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"fix": "allow_address:203.0.113.9/32"}}
    )
    fix: str = documented("the id of one of the fixes", minLength=1, maxLength=128)
    plan_id: str = may_be_absent("put_on_plan: one of your routing plans")


FIELDS = tuple(RejectionBody.model_fields)
FIX = Resource(FixToApply, read_only=frozenset())
_E164 = Written(number_faults, {"type": "string", "pattern": PATTERN})
REJECTIONS = ListRule(
    fields=FIELDS,
    order={"first_at": datetime, "last_at": datetime, "count": int},
    filters={
        "trunk_id": str,
        "code": str,
        "rule": tuple(map(str, Rule)),
        "source_address": str,
        "called": str,
        "number": _E164,
        "state": tuple(map(str, State)),
    },
    times=("first_at", "last_at"),
    q="part of the address or of the called number",
    first=(("last_at", -1), ("id", -1)),
)


def fix_asked(reading: Reading) -> tuple[str, str]:
    """The fix, and the plan or "". Raises Invalid."""
    if reading.faults:
        raise invalid("rejection", reading.faults)
    return reading["fix"], reading["plan_id"] or ""


def rejection_document(row: Rejection) -> dict[str, Any]:
    """A RejectionBody."""
    of, last, why = row.alike, row.last, row.explanation
    return {
        "id": row.id,
        "version": row.version,
        **_there("trunk_id", of.trunk_id),
        "code": of.code,
        "rule": str(why.rule),
        "sip_status": last.sip_status,
        "said_by": str(last.said_by),
        "others": of.others,
        **_there("method", last.method),
        **_there("about", "" if of.others else last.about),
        **_there("source_address", of.source_address),
        **_there("caller", "" if of.others else last.caller),
        **_there("called", of.called),
        **_there("number", row.number),
        "count": row.count,
        "first_at": rfc3339(row.first_at),
        "last_at": rfc3339(last.at),
        "state": str(row.state),
        "detail": why.detail,
        "hint": why.hint,
        "allows": list(why.allows),
        **({} if why.nearest is None else {"nearest": _nearest(why.nearest)}),
        "fixes": [_fix(fix) for fix in why.fixes],
        **({} if row.fixed is None else {"fixed": _fixed(row.fixed)}),
        **_there("call_id", last.call_id),
        **_there("edge_id", last.edge_id),
    }


def _nearest(nearest: Nearest) -> dict[str, Any]:
    outside = {"network": nearest.network, "just_outside": nearest.just_outside} if nearest.network else {}
    number = {"number": nearest.number, "trunk_id": nearest.trunk_id} if nearest.number else {}
    return {**outside, **number, **_there("country", nearest.country)}


def _fix(fix: Fix) -> dict[str, Any]:
    named = {"source_cidr": fix.source_cidr, "country": fix.country, "number": fix.number}
    there = {name: value for name, value in {**named, "number_id": fix.number_id}.items() if value}
    replaces = {"replaces": list(fix.replaces)} if fix.kind is FixKind.ALLOW_NETWORK else {}
    return {"id": fix.id, "kind": str(fix.kind), **there, **replaces}


def _fixed(fixed: Fixed) -> dict[str, Any]:
    version = {"trunk_version": fixed.trunk_version} if fixed.trunk_version else {}
    return {"at": rfc3339(fixed.at), **_there("fix", fixed.fix), **_there("by", fixed.by), **version}


def _there(name: str, value: str) -> dict[str, str]:
    return {name: value} if value else {}
