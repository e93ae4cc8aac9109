"""What a leg that we called says of its media, and what it is to sofia-sip, FreeSWITCH's stack.

The stack ends a leg by itself, before FreeSWITCH has a say, where an answer cannot be read or says nothing
of the media; it then tells a status of its own making.
"""

from dataclasses import dataclass
from typing import Any

from switchlink.devswitch.media import sdp

from .body import whole_sdp

_ANSWERED = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """`status` and `phrase` are what is told of the leg's end; `reason` is what the leg is told."""

    status: int
    phrase: str
    reason: tuple[int, str]


_UNREADABLE = 400, "Malformed Session Description"
_INCOMPLETE = 488, "Incomplete offer/answer"
# an ACK without a description, to a 200 that held our offer
NO_ANSWER_TO_OURS = Fault(*_INCOMPLETE, _INCOMPLETE)


class Answers:
    """Of one leg, in turn."""

    def __init__(self) -> None:
        self._described = False

    def read(self, status: int, phrase: str, body: Any) -> str | Fault:
        """Its SDP, "" where there is none."""
        text = whole_sdp(body)
        if text and not sdp.readable(text):
            # a 183 of which no SDP is left is a 180
            told = _ANSWERED if status >= _ANSWERED else 180
            return Fault(told, phrase, _UNREADABLE if told != _ANSWERED or self._described else _INCOMPLETE)
        if status >= _ANSWERED and not text and not self._described:
            return Fault(500, "Internal Error", _INCOMPLETE)
        self._described = self._described or bool(text)
        return text
