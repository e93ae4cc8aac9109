"""Session descriptions, as far as two telephones need them: PCMU, PCMA and telephone-event over RTP/AVP.

What we answer holds as many media lines as what was offered, and no codec that the other side did not
name.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from switchlink.devswitch.legs import Peer

CODECS = {0: "PCMU", 8: "PCMA"}
DTMF_TYPE = 101
_MAX_LINES = 400
_RTPMAP = re.compile(r"a=rtpmap:(\d{1,3}) telephone-event/8000(/1)?", re.IGNORECASE)
_MEDIA = re.compile(r"m=(\w+) (\d{1,5})(?:/\d+)? (\S+) (.+)")
_CONNECTION = re.compile(r"c=IN IP4 ([0-9.]+)(/.*)?")
_MIRRORED = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}


@dataclass(frozen=True, slots=True)
class Description:
    """One side's audio. `codecs` are payload types of ours, in its order of preference."""

    peer: Peer
    codecs: tuple[int, ...]
    dtmf: int | None
    direction: str = "sendrecv"
    media: tuple[str, ...] = ("audio",)  # every m= line, so that an answer can mirror them

    @property
    def listens(self) -> bool:
        return self.direction in ("sendrecv", "recvonly") and self.peer[0] != "0.0.0.0"  # noqa: S104  a hold


def readable(text: str) -> bool:
    """Whether it is a description at all, as sofia-sip reads it: what it describes is another question."""
    session, sections = _split(text)
    return (
        all(any(line.startswith(name) for line in session) for name in ("v=", "o="))
        and all(any(line.startswith("c=") for line in (*session, *section)) for section in sections)
        and all(_MEDIA.fullmatch(section[0]) for section in sections)
    )


def parse(text: str) -> Description | None:
    """None: there is nothing in it that we could talk to."""
    session, sections = _split(text)
    for section in sections:
        found = _MEDIA.fullmatch(section[0])
        if found and found[1] == "audio" and found[3] == "RTP/AVP" and found[2] != "0":
            return _audio(found, section, session, tuple(one[0][2:] for one in sections))
    return None


def _split(text: str) -> tuple[list[str], list[list[str]]]:
    """The lines of the session, and those of each medium from its m= on."""
    lines = text.replace("\r\n", "\n").split("\n")[:_MAX_LINES]
    starts = [index for index, line in enumerate(lines) if line.startswith("m=")]
    ends = [*starts, len(lines)]
    return lines[: ends[0]], [lines[start:end] for start, end in pairwise(ends)]


def _audio(
    found: re.Match[str], section: Sequence[str], session: Sequence[str], media: tuple[str, ...]
) -> Description | None:
    host = _connection(section) or _connection(session)
    types = [int(word) for word in found[4].split() if word.isascii() and word.isdigit()]
    codecs = tuple(kind for kind in types if kind in CODECS)
    port = int(found[2])
    if host is None or not codecs or not 0 < port < 65536:  # noqa: PLR2004
        return None
    events = {int(line[1]) for line in map(_RTPMAP.fullmatch, section) if line}
    dtmf = next((kind for kind in types if kind in events), None)
    direction = next(
        (line[2:] for line in [*section, *session] if line.startswith("a=") and line[2:] in _MIRRORED),
        "sendrecv",
    )
    return Description((host, port), codecs, dtmf, direction, media)


def _connection(lines: Sequence[str]) -> str | None:
    found = next((match for match in map(_CONNECTION.fullmatch, lines) if match), None)
    if found is None:
        return None
    try:
        return str(ipaddress.IPv4Address(found[1]))
    except ValueError:
        return None


def offer(own: Peer, codecs: Sequence[int], dtmf: int | None) -> str:
    return _describe(own, [_audio_lines(own[1], codecs, dtmf, "sendrecv")])


def answer(own: Peer, to: Description, codecs: Sequence[int], dtmf: int | None) -> str:
    sections = []
    answered = False
    for line in to.media:
        kind, _, rest = line.partition(" ")
        if kind == "audio" and not answered and rest.startswith(str(to.peer[1])):
            sections.append(_audio_lines(own[1], codecs, dtmf, _MIRRORED[to.direction]))
            answered = True
        else:
            sections.append([f"m={kind} 0 {' '.join(rest.split()[1:3])}"])
    return _describe(own, sections)


def _describe(own: Peer, sections: Sequence[Sequence[str]]) -> str:
    head = ["v=0", f"o=keepline {own[1]} 1 IN IP4 {own[0]}", "s=-", f"c=IN IP4 {own[0]}", "t=0 0"]
    return "\r\n".join([*head, *(line for section in sections for line in section), ""])


def _audio_lines(port: int, codecs: Sequence[int], dtmf: int | None, direction: str) -> list[str]:
    types = [*codecs, *([] if dtmf is None else [dtmf])]
    lines = [f"m=audio {port} RTP/AVP {' '.join(map(str, types))}"]
    lines += [f"a=rtpmap:{codec} {CODECS[codec]}/8000" for codec in codecs]
    if dtmf is not None:
        lines += [f"a=rtpmap:{dtmf} telephone-event/8000", f"a=fmtp:{dtmf} 0-15"]
    return [*lines, "a=ptime:20", f"a={direction}"]
