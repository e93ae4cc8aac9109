"""The part of SDP (RFC 4566, offer and answer RFC 3264) that one audio stream of G.711 needs."""

import re
from dataclasses import dataclass

CODECS = {0: "PCMU", 8: "PCMA"}
_EVENTS = re.compile(r"^a=rtpmap:(\d{2,3}) telephone-event/8000", re.MULTILINE)


class NoCommonCodec(Exception):
    """The other side offers no audio that we speak."""


@dataclass(frozen=True, slots=True)
class Media:
    """Where the other side wants its audio; payload: of the codec; events: of telephone-event, if any."""

    host: str
    port: int
    payload: int
    events: int | None

    @property
    def codec(self) -> str:
        return CODECS[self.payload]


def read(text: str) -> Media:
    lines = text.replace("\r", "").split("\n")
    audio = next((at for at, line in enumerate(lines) if line.startswith("m=audio ")), None)
    if audio is None:
        raise NoCommonCodec
    parts = lines[audio].split(" ")
    payloads = [int(part) for part in parts[3:] if part.isdigit()]
    payload = next((p for p in payloads if p in CODECS), None)
    host = _connection(lines, audio)
    port = parts[1].partition("/")[0] if len(parts) > 1 else ""
    if payload is None or host is None or not port.isdigit() or "RTP/AVP" not in parts:
        raise NoCommonCodec
    events = _EVENTS.search("\n".join(lines))
    return Media(host, int(port), payload, int(events[1]) if events else None)


def write(host: str, port: int, payload: int, events: int | None) -> str:
    kind = "IP6" if ":" in host else "IP4"
    lines = ["v=0", f"o=devswitch 1 1 IN {kind} {host}", "s=-", f"c=IN {kind} {host}", "t=0 0"]
    payloads = f"{payload}" if events is None else f"{payload} {events}"
    lines += [f"m=audio {port} RTP/AVP {payloads}", f"a=rtpmap:{payload} {CODECS[payload]}/8000"]
    if events is not None:
        lines += [f"a=rtpmap:{events} telephone-event/8000", f"a=fmtp:{events} 0-15"]
    return "\r\n".join([*lines, "a=ptime:20", "a=sendrecv", ""])


def _connection(lines: list[str], audio: int) -> str | None:
    """The stream's own c= line, else the session's."""
    own = [line for line in lines[audio:] if line.startswith("c=IN ")]
    whole = [line for line in lines[:audio] if line.startswith("c=IN ")]
    chosen = next(iter(own or whole), None)
    return chosen.split(" ")[-1].partition("/")[0] if chosen else None
