"""Just enough of a SIP message for a test's phone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

Header = tuple[str, str]
Body = tuple[str, str]
"""Content-Type and text."""

NOTHING: Body = ("", "")

SUCCESS = 2  # the class of a status

_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}


@dataclass(frozen=True, slots=True)
class SipMessage:
    start: str
    headers: Sequence[Header] = field(default_factory=tuple)
    body: str = ""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        pairs = (line.partition(":")[::2] for line in lines if ":" in line)
        return cls(start, tuple((name.strip(), value.strip()) for name, value in pairs), body)

    def render(self) -> bytes:
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers)]
        lines += [f"Content-Length: {len(self.body.encode())}", "", self.body]
        return "\r\n".join(lines).encode()

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if _long(key) == name.lower()]

    def one(self, name: str) -> str:
        values = self.all(name)
        return values[0] if values else ""

    @property
    def is_request(self) -> bool:
        return not self.start.startswith("SIP/2.0")

    @property
    def method(self) -> str:
        """Of a request, or of the request that this answers."""
        return self.start.split(" ")[0] if self.is_request else self.one("CSeq").split(" ")[-1]

    @property
    def status(self) -> int:
        return int(self.start.split(" ")[1])

    @property
    def is_provisional(self) -> bool:
        return not self.is_request and self.status // 100 == 1

    @property
    def is_success(self) -> bool:
        return not self.is_request and self.status // 100 == SUCCESS

    @property
    def reason(self) -> str:
        return self.start.split(" ", 2)[2]

    @property
    def uri(self) -> str:
        return self.start.split(" ")[1]

    @property
    def uri_user(self) -> str:
        return self.uri.partition(":")[2].partition("@")[0]


def answer(
    request: SipMessage,
    status: int,
    reason: str,
    more: Sequence[Header] = (),
    body: Body = NOTHING,
) -> SipMessage:
    """Copies what RFC 3261 8.2.6 says, with a tag of the caller's choosing in `more`'s To, if any."""
    replaced = {name.lower() for name, _ in more}
    copied = [
        (name, value)
        for name, value in request.headers
        if _long(name) in ("via", "from", "to", "call-id", "cseq", "record-route")
        and _long(name) not in replaced
    ]
    kind, text = body
    described = [("Content-Type", kind)] if kind else []
    return SipMessage(f"SIP/2.0 {status} {reason}", (*copied, *more, *described), text)


def contact_uri(message: SipMessage) -> str:
    value = message.one("Contact")
    return value.partition("<")[2].partition(">")[0] if "<" in value else value.partition(";")[0]


def tag_of(value: str) -> str:
    return value.partition(";tag=")[2].partition(";")[0]


def _long(name: str) -> str:
    lowered = name.lower()
    return _COMPACT.get(lowered, lowered)
