"""The audio streams that an SDP describes and does not switch off (RFC 8866, 5.14; RFC 3264, 6)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

# port and transport, and at least one format
_AUDIO = re.compile(r"m=audio (?!0(?:/[0-9]+)?\s)\S+\s+(\S+)\s+(\S.*)")
# RTP/SAVP, UDP/TLS/RTP/SAVPF (RFC 3711, RFC 5764)
_SECURED = re.compile(r"(?:\S+/)?RTP/SAVPF?")
_RTPMAP = re.compile(r"a=rtpmap:([0-9]{1,3}) ([A-Za-z0-9.-]{1,16})/")


@dataclass(frozen=True, slots=True)
class Sound:
    """`formats`: payload types, as they are written. `lines`: of the stream alone, without its m= line."""

    transport: str
    formats: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def encrypted(self) -> bool:
        return _SECURED.fullmatch(self.transport) is not None

    @property
    def names(self) -> dict[str, str]:
        """Of the formats that this stream names itself: another one may give the same number to its own."""
        return {one[1]: one[2] for one in map(_RTPMAP.match, self.lines) if one}


@dataclass(frozen=True, slots=True)
class Described:
    """`session`: the lines that hold for every stream."""

    session: tuple[str, ...]
    sounds: tuple[Sound, ...]


def described(lines: list[str]) -> Described:
    session = tuple(takewhile(lambda line: not line.startswith("m="), lines))
    return Described(session, tuple(filter(None, map(_sound, _streams(lines[len(session) :])))))


def _streams(lines: list[str]) -> Iterator[list[str]]:
    stream: list[str] = []
    for line in [*lines, "m="]:
        if line.startswith("m=") and stream:
            yield stream
            stream = []
        stream.append(line)


def _sound(stream: list[str]) -> Sound | None:
    first = _AUDIO.match(stream[0])
    return Sound(first[1], tuple(first[2].split()), tuple(stream[1:])) if first else None
