"""What is asked of a switch, on a connection of its own: events never wait behind an answer.

FreeSWITCH runs `api` in the thread of the connection, one after the other (mod_event_socket).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from servicekit.clock import Clock
from switchlink.esl import CommandRefused, EslLink, ProtocolViolation

# `show channels` of ten thousand calls takes seconds
_LONG = 30.0
_UUID = re.compile(r"[A-Za-z0-9-]{1,64}")
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Core:
    """One life of the switch."""

    id: str
    # to the second, never too early
    started_at: datetime


class Questions:
    """Each raises EslError when the switch does not answer."""

    def __init__(self, link: EslLink, clock: Clock) -> None:
        self.link = link
        self._clock = clock

    async def core(self) -> Core:
        core = (await self.link.api("global_getvar", "core_uuid")).strip()
        seconds = (await self.link.api("uptime")).strip()
        up = int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 10 else 0  # noqa: PLR2004
        return Core(core, self._clock.now() - timedelta(seconds=up))

    async def providers_channels(self) -> Sequence[str]:
        answer = _json(await self.link.api("show channels as json", timeout=_LONG))
        rows = answer.get("rows", []) if isinstance(answer, dict) else []
        return [row["uuid"] for row in rows if row.get("direction") == "inbound" and is_uuid(row.get("uuid"))]

    async def dump(self, uuid: str) -> Mapping[str, str] | None:
        """None: it is gone."""
        try:
            answer = _json(await self.link.api("uuid_dump", uuid, "json", timeout=_LONG))
        except CommandRefused:
            return None
        if not isinstance(answer, dict):
            return None
        return {name: value for name, value in answer.items() if isinstance(value, str)}

    async def exists(self, uuid: str) -> bool:
        return (await self.link.api("uuid_exists", uuid, timeout=_LONG)).strip() == "true"

    async def inbound_paused(self) -> bool:
        return (await self.link.api("fsctl", "pause_check", "inbound")).strip() == "true"

    async def pause_inbound(self, paused: bool) -> None:
        await self.link.api("fsctl", "pause" if paused else "resume", "inbound")

    async def measure(self, uuid: str) -> None:
        """Makes the figures of its media readable before its end."""
        await self.link.api("uuid_set_media_stats", uuid)


def is_uuid(value: object) -> bool:
    """Of a channel. FreeSWITCH takes what origination_uuid says, so it need not be one of RFC 9562; no other
    text of a channel goes into a command."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _json(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ProtocolViolation(f"an answer is not JSON: {error}") from error
