"""What the edge refused, as it reports it, and what of that is news.

A report is read with suspicion: known fields, of their type, of bounded length. A caller that sends the
same INVITE again because nobody answers was refused once, not eleven times.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST = 128
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
