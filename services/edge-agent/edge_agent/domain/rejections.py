"""What the edge refused, as it reports it, and what of that is news.

A report is read with suspicion: known fields, of their type, of bounded length. What it is about (a header,
an extension, a kind of body, a method) is a word, and none with a long number in it: numbers may be hidden. A
caller that sends the same INVITE again because nobody answers was refused once, not eleven times.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST = 128
LONGEST_WORD = 64
_CHARACTERS = r"[A-Za-z0-9.!%*_+`'~-]+"
_WORD = re.compile(rf"{_CHARACTERS}(/{_CHARACTERS})?")
_NUMBER = re.compile(r"[0-9]{5}")
REPEATS_FOR = 33.0  # seconds that an unanswered INVITE is repeated, and a little more
REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Rejection:
    code: str
    sip_status: int
    tenant_id: str
    trunk_id: str
    source_address: str
    method: str
    caller: str
    called: str
    sip_call_id: str
    about: str = ""


def read(report: Mapping[str, object]) -> Rejection | None:
    code, status = report.get("code"), report.get("sip_status")
    if not isinstance(code, str) or not code or not isinstance(status, int):
        return None
    return Rejection(
        code=_text(code),
        sip_status=status,
        tenant_id=_text(report.get("tenant_id")),
        trunk_id=_text(report.get("trunk_id")),
        source_address=_text(report.get("source_address")),
        method=_text(report.get("method")),
        caller=_text(report.get("caller")),
        called=_text(report.get("called")),
        sip_call_id=_text(report.get("sip_call_id")),
        about=_word(report.get("about")),
    )


class News:
    """Tells a new refusal from a repeated one; forgets the oldest when there are many."""

    def __init__(self) -> None:
        self._until: OrderedDict[Rejection, float] = OrderedDict()

    def is_new(self, rejection: Rejection, now: float) -> bool:
        while self._until and (len(self._until) > REMEMBERED or next(iter(self._until.values())) <= now):
            self._until.popitem(last=False)
        if rejection in self._until:
            return False
        self._until[rejection] = now + REPEATS_FOR
        return True


def _text(value: object) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""


def _word(value: object) -> str:
    """Empty where it is none, such as in the report of an edge that says nothing of it."""
    if not isinstance(value, str) or len(value) > LONGEST_WORD or _NUMBER.search(value):
        return ""
    return value if _WORD.fullmatch(value) else ""
