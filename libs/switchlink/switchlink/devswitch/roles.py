"""What a channel is made of, and whom it deals with."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from .channel import Channel

Direction = Literal["inbound", "outbound"]


def now_us() -> int:
    return time.time_ns() // 1000


@dataclass(slots=True)
class Times:
    """Microseconds since 1970, as FreeSWITCH tells them; 0: not yet."""

    created: int = field(default_factory=now_us)
    progress: int = 0
    progress_media: int = 0
    answered: int = 0
    bridged: int = 0
    hungup: int = 0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls whom, as FreeSWITCH's caller profile has it."""

    number: str
    name: str
    destination: str
    network: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    phrase: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Application(Protocol):
    """What a channel is doing. It is stopped once: before the next one starts (""), or at the end."""

    name: str
    data: str

    def start(self) -> None: ...

    def stop(self, cause: str) -> None: ...


class Observer(Protocol):
    """Whoever dialled a channel wants to know how it goes."""

    def rang(self) -> None: ...

    def sent_early_media(self) -> None: ...

    def answered(self) -> None: ...

    def ended(self) -> None: ...


class Walking(Protocol):
    """What the dialplan gave a channel to do."""

    def go(self) -> None: ...


class Home(Protocol):
    """Where channels live."""

    def forget(self, channel: "Channel") -> None: ...

    def run_hook(self, channel: "Channel", variable: str) -> None:
        """The api command in this variable of the channel, if it has one."""

    def fire(self, name: str, channel: "Channel") -> None: ...
