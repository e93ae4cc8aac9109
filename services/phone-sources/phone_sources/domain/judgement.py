"""What would become of pasted lines, each by itself, if they were brought in. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from phone_sources.domain.e164 import E164, national
from phone_sources.domain.number import Number, number_warnings
from phone_sources.domain.pasted import Pasted
from siptypes.faults import Fault


class Verdict(StrEnum):
    NEW = "new"
    YOURS = "yours"
    ELSEWHERE = "elsewhere"
    TAKEN = "taken"
    REPEATED = "repeated"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Judgement:
    """e164: None where no number could be read; national: as its country writes it. held: the tenant's own.
    fault: why not, what should be looked at, or what is left out; None where all is well."""

    line: str
    verdict: Verdict
    e164: E164 | None = None
    national: str = ""
    label: str = ""
    held: Number | None = None
    fault: Fault | None = None


def judge(
    lines: Iterable[tuple[str, Pasted]], tenant_id: str, trunk_id: str, held: Mapping[E164, Number]
) -> Iterator[Judgement]:
    """lines: as given, and as read. trunk_id: where they are to go; "": nobody said. held: by whomever."""
    seen: dict[E164, int] = {}
    for place, (line, pasted) in enumerate(lines, 1):
        e164 = pasted.number
        if not isinstance(e164, E164):
            yield Judgement(
                line, Verdict.UNREADABLE, fault=Fault("/number", e164.code, e164.detail, e164.hint)
            )
            continue
        first = seen.setdefault(e164, place)
        if first != place:
            again = Fault(
                "/number", "number_repeated", f"line {first} has this number already", "leave one of them out"
            )
            yield Judgement(line, Verdict.REPEATED, e164, national(e164), pasted.label, fault=again)
        else:
            verdict, by, fault = _held(held.get(e164), tenant_id, trunk_id)
            warning = next(iter(number_warnings(e164)), None)
            fault = fault or warning or pasted.label_fault
            yield Judgement(line, verdict, e164, national(e164), pasted.label, by, fault)


def _held(by: Number | None, tenant_id: str, trunk_id: str) -> tuple[Verdict, Number | None, Fault | None]:
    if by is None:
        return Verdict.NEW, None, None
    if by.tenant_id != tenant_id:
        return Verdict.TAKEN, None, taken_fault(by, tenant_id)
    if trunk_id in ("", by.trunk_id):
        return Verdict.YOURS, by, None
    return Verdict.ELSEWHERE, by, taken_fault(by, tenant_id)


def taken_fault(by: Number, tenant_id: str) -> Fault:
    """Of a number that is held; another tenant is not told by whom."""
    if by.tenant_id == tenant_id:
        return Fault(
            "/number",
            "number_taken",
            f"you hold {by.e164.value} already, as {by.id} on trunk {by.trunk_id}",
            f"PATCH the trunk_id of {by.id} to move it to another trunk",
        )
    return Fault(
        "/number",
        "number_taken",
        "this number is held already",
        "check the digits; if the number is yours, ask support to release it",
    )
