"""Pasted lines and many numbers as JSON: how they are sent, and what is said of each."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from phone_sources.app.bulk import MAX_NUMBERS
from phone_sources.app.judging import MAX_LINES
from phone_sources.domain.bringing import Brought, Outcome, Wanted
from phone_sources.domain.e164 import MAX_WRITTEN
from phone_sources.domain.judgement import Judgement, Verdict
from phone_sources.domain.number import MAX_LABEL
from servicekit.api.absent import documented, may_be_absent
from servicekit.api.resource import Reading, Resource
from servicekit.refusals import invalid
from siptypes.faults import Fault
from siptypes.numbers import PATTERN

_TRUNK = "trk_01kb0000000000000000000000"


class LinesToJudge(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"trunk_id": _TRUNK, "lines": ["(555) 749-9211", "020 7946 0123;Bar"]}},
    )
    trunk_id: str = may_be_absent("where the numbers are to go; its country reads national writing")
    country: str = may_be_absent("ISO 3166-1 alpha-2: reads national writing in the place of the trunk's")
    lines: list[str] = Field(
        description="one number each, in any writing, or a row of CSV with a number and its label",
        min_length=1,
        max_length=MAX_LINES,
    )


class JudgedLineBody(BaseModel):
    line: str = Field(description="as it was sent")
    verdict: Verdict = Field(
        description="new: nobody has it; yours: on this trunk already, or on any where none was named; "
        "elsewhere: on another trunk of yours; taken: somebody else has it; repeated: an earlier line has "
        "it; unreadable: no number was found"
    )
    number: str = may_be_absent("E.164; absent: unreadable", pattern=PATTERN)
    national: str = may_be_absent("the same as its own country writes it")
    label: str = may_be_absent("of a row of CSV: its first other cell")
    number_id: str = may_be_absent("of the number that you have")
    trunk_id: str = may_be_absent("where that number is now")
    code: str = may_be_absent(
        "what is wrong; each has a page. Of a number that can be brought in: what to look at, or why its "
        "label is left out"
    )
    detail: str = may_be_absent("one sentence: what is wrong")
    hint: str = may_be_absent("one sentence: what to do")


class JudgedBody(BaseModel):
    lines: list[JudgedLineBody] = Field(description="one for each line, in the same order")


class NumberToBring(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: str = documented(
        "as you write it: in full with +, or national in the trunk's country",
        minLength=1,
        maxLength=MAX_WRITTEN,
    )
    label: str = may_be_absent("what you call it", maxLength=MAX_LABEL)


class NumbersToBring(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"trunk_id": _TRUNK, "numbers": [{"number": "020 7946 0123"}]}},
    )
    trunk_id: str = documented("one of your trunks")
    numbers: list[NumberToBring] = Field(min_length=1, max_length=MAX_NUMBERS)
    move: bool = Field(default=False, description="true: also those that are on another trunk of yours")


class BroughtBody(BaseModel):
    number: str = Field(description="E.164; as it was sent where it could not be read")
    outcome: Outcome = Field(description="kept: it was on this trunk already, and was not changed")
    number_id: str = may_be_absent("absent: refused")
    code: str = may_be_absent("refused: why; otherwise what to look at; each has a page")
    detail: str = may_be_absent("one sentence: what is wrong")
    hint: str = may_be_absent("one sentence: what to do")


class BulkBody(BaseModel):
    results: list[BroughtBody] = Field(description="one for each number, in the same order")


JUDGE = Resource(LinesToJudge, read_only=frozenset())
BULK = Resource(NumbersToBring, read_only=frozenset())


def lines_asked(reading: Reading) -> tuple[str, str, Sequence[str]]:
    """Trunk and country, "" where nothing is said, and the lines. Raises Invalid."""
    _check(reading)
    return reading["trunk_id"] or "", reading["country"] or "", reading["lines"]


def bulk_asked(reading: Reading) -> tuple[str, Sequence[Wanted], bool]:
    """The trunk, the numbers, and whether to move. Raises Invalid."""
    _check(reading)
    wanted = [Wanted(one.number, one.label) for one in reading["numbers"]]
    return reading["trunk_id"], wanted, reading["move"]


def _check(reading: Reading) -> None:
    if reading.faults:
        raise invalid("number", reading.faults)


def judged_document(judged: Sequence[Judgement]) -> dict[str, Any]:
    """A JudgedBody."""
    return {"lines": [_judged(one) for one in judged]}


def _judged(one: Judgement) -> dict[str, Any]:
    read = {"number": one.e164.value, "national": one.national} if one.e164 else {}
    held = {"number_id": one.held.id, "trunk_id": one.held.trunk_id} if one.held else {}
    label = {"label": one.label} if one.label else {}
    return {"line": one.line, "verdict": str(one.verdict), **read, **label, **held, **_fault(one.fault)}


def bulk_document(brought: Sequence[Brought]) -> dict[str, Any]:
    """A BulkBody."""
    return {"results": [_brought(one) for one in brought]}


def _brought(one: Brought) -> dict[str, Any]:
    held = {"number_id": one.number_id} if one.number_id else {}
    return {"number": one.number, "outcome": str(one.outcome), **held, **_fault(one.fault)}


def _fault(fault: Fault | None) -> dict[str, str]:
    return {} if fault is None else {"code": fault.code, "detail": fault.detail, "hint": fault.hint}
