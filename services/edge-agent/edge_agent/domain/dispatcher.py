"""The edge's list of destinations as a file, and its states.

    1 sip:127.0.0.1:5080;transport=udp 8 0 sockname=inner
    #2 sip:[2001:db8::1]:5060;transport=udp        a provider's endpoint, which the agent probes

Rule: each destination is one short line (Kamailio reads 1,023 characters), and a reload begins with the state
that was known: without it a dead switch would be tried again for every change of the list.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from edge_agent.domain.records import Destination, RecordInvalid, Transport

SWITCHES = 1
_LINE = re.compile(r"#?(\d+) sip:(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+)):(\d+);transport=(udp|tcp|tls)\b.*")
_FIRST = {"A": 0, "I": 1, "T": 2, "D": 4}
_SECOND = {"P": 8, "X": 0}


@dataclass(frozen=True, slots=True)
class Sockets:
    """Which sockets this edge has."""

    ipv6: bool = False
    tls: bool = False


def uri(destination: Destination) -> str:
    host = f"[{destination.host}]" if ":" in destination.host else destination.host
    return f"sip:{host}:{destination.port};transport={destination.transport}"


def render(
    destinations: Iterable[Destination], states: Mapping[tuple[int, str], str], sockets: Sockets
) -> str:
    """states: "AP", "IX"... by set and URI, as the edge tells them."""
    lines = []
    for one in destinations:
        address = uri(one)
        socket = _socket(one, sockets)
        if not socket:
            lines.append(f"#{one.set_id} {address}\n")
            continue
        flags = _flags(states.get((one.set_id, address), "AX"))
        lines.append(f"{one.set_id} {address} {flags} 0 sockname={socket}\n")
    return "".join(lines)


def parse(text: str) -> tuple[Destination, ...] | None:
    """What `render` was given, or None when the file is another one's."""
    found = []
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        set_id, v6, host, port, transport = match.groups()
        try:
            found.append(Destination(int(set_id), v6 or host, int(port), Transport(transport)))
        except RecordInvalid:
            return None
    return tuple(found)


def reachable(destinations: Iterable[Destination], sockets: Sockets) -> set[tuple[int, str]]:
    """What the edge should have loaded."""
    return {(one.set_id, uri(one)) for one in destinations if _socket(one, sockets)}


def _socket(destination: Destination, sockets: Sockets) -> str:
    inner = destination.set_id == SWITCHES and destination.transport is Transport.UDP
    return "inner" if inner and ":" not in destination.host else ""


def _flags(state: str) -> int:
    """From the two letters of dispatcher.list."""
    return _FIRST.get(state[:1], 0) | _SECOND.get(state[1:2], 0)
