"""What a SIP leg is to a channel, without a SIP stack in sight."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

Peer = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Invite:
    """An INVITE that came in, as far as a channel wants to know."""

    call_id: str
    request_user: str
    request_uri: str
    from_user: str
    from_host: str
    from_name: str
    to_uri: str
    contact_uri: str
    source: Peer
    sdp: str
    max_forwards: int
    custom: Mapping[str, str]  # the X- headers


@dataclass(frozen=True, slots=True)
class Dial:
    """An INVITE to send: `next_hop` gets it, whatever the URI says."""

    uri: str
    next_hop: Peer
    caller_user: str
    caller_name: str
    sdp: str
    max_forwards: int = 70
    custom: Mapping[str, str] = field(default_factory=dict)


class LegEvents(Protocol):
    """What the far side did. `q850` is its own reason, when it gave one."""

    def far_rang(self) -> None: ...

    def far_sent_early_media(self, sdp: str) -> None: ...

    def far_answered(self, sdp: str) -> None:
        """`sdp` may be "" where the far side described itself before."""

    def far_described_nothing(self, status: int, phrase: str) -> None:
        """Its answer cannot be read, or says nothing of its media; it was told BYE or CANCEL."""

    def far_described(self, sdp: str) -> None:
        """Its answer to the offer that went out with our 200."""

    def far_refused(self, status: int, phrase: str, q850: int | None) -> None: ...

    def far_cancelled(self) -> None: ...

    def far_hung_up(self, q850: int | None) -> None: ...

    def far_is_gone(self) -> None:
        """It never acknowledged our 200; it was told BYE."""

    def far_offered(self, sdp: str) -> str | None:
        """A new offer within the call ("" asks for ours): our answer, None when it cannot be met."""


class Leg(Protocol):
    @property
    def call_id(self) -> str: ...

    def ring(self) -> None: ...

    def send_early_media(self, sdp: str) -> None: ...

    def answer(self, sdp: str, *, is_offer: bool) -> None:
        """`is_offer`: the far side made none, and answers ours in its ACK."""

    def refuse(self, status: int, phrase: str, cause: str, q850: int, headers: Mapping[str, str]) -> None: ...

    def hang_up(self, cause: str, q850: int) -> None:
        """BYE when it was answered, CANCEL when we called."""


class Dialler(Protocol):
    def dial(self, dial: Dial, events: LegEvents) -> Leg: ...
