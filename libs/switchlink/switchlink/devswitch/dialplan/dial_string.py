"""Reads the arguments of `originate` and `bridge`: {variables}[variables]sofia/inner/URI;fs_path=...

One destination, which is one plain SIP URI; everything else is refused rather than guessed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from switchlink.devswitch.legs import Peer

_TARGET = re.compile(
    r"sofia/inner/(?P<uri>sips?:[A-Za-z0-9+._~*%-]{1,128}@(?P<host>[A-Za-z0-9.-]{1,253})(?::(?P<port>\d{1,5}))?"
    r"(?:;transport=udp)?)(?:;fs_path=sip:(?P<hop>[0-9.]{7,15}):(?P<hop_port>\d{1,5}))?"
)
_APPLICATION = re.compile(r"&(?P<name>[a-z_]+)(?:\((?P<data>[^()]*(?:\([^()]*\)[^()]*)*)\))?")
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_ADDRESS = re.compile(r"[0-9.]{7,15}")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "s": " "}


_BRIDGED = re.compile(
    r"sofia/inner/(?P<uri>sips?:[^\s,|;\[\]{}@]{1,128}@(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::\d{1,5})?"
    r"(?:;transport=(?:udp|tcp|tls))?);fs_path=sip:(?P<hop>[0-9.]{7,15}):(?P<hop_port>\d{1,5})"
)


class Unreadable(ValueError):
    """The words that FreeSWITCH would answer."""


@dataclass(frozen=True, slots=True)
class Originate:
    uri: str
    next_hop: Peer
    variables: Mapping[str, str]
    application: str
    data: str


@dataclass(frozen=True, slots=True)
class BridgeTo:
    """`shared` are the variables in braces, `own` those of the leg, in brackets."""

    uri: str
    next_hop: Peer
    shared: Mapping[str, str]
    own: Mapping[str, str]


def parse_bridge(text: str) -> BridgeTo:
    """Raises Unreadable."""
    shared, rest = _variables(text.strip())
    own, target = _variables(rest, "[]")
    found = _BRIDGED.fullmatch(target)
    if found is None:
        raise Unreadable("DESTINATION_OUT_OF_ORDER")
    return BridgeTo(found["uri"], _next_hop(found), shared, own)


def parse(text: str) -> Originate:
    variables, rest = _variables(text.strip())
    target, _, action = rest.partition(" ")
    found = _TARGET.fullmatch(target)
    todo = _APPLICATION.fullmatch(action.strip())
    if found is None:
        raise Unreadable("DESTINATION_OUT_OF_ORDER")
    if todo is None:
        raise Unreadable("-USAGE: <call url> &<application_name>(<app_args>)")
    return Originate(found["uri"], _next_hop(found), variables, todo["name"], todo["data"] or "")


def _next_hop(found: re.Match[str]) -> Peer:
    groups = found.groupdict()
    host, port = found["hop"] or groups["host"], found["hop_port"] or groups["port"] or "5060"
    if not _ADDRESS.fullmatch(host) or not 0 < int(port) < 65536:  # noqa: PLR2004
        raise Unreadable("DESTINATION_OUT_OF_ORDER")
    return host, int(port)


def _variables(text: str, braces: str = "{}") -> tuple[dict[str, str], str]:
    if not text.startswith(braces[0]):
        return {}, text
    pairs: dict[str, str] = {}
    word: list[str] = []
    quoted = False
    characters = iter(enumerate(text[1:], start=1))
    for index, character in characters:
        if character == "\\":
            following = next(characters, (0, "\\"))[1]
            word.append(_ESCAPES.get(following, following))
        elif character == "'":
            quoted = not quoted
        elif character in (",", braces[1]) and not quoted:
            _add(pairs, "".join(word))
            word = []
            if character == braces[1]:
                return pairs, text[index + 1 :].strip()
        else:
            word.append(character)
    raise Unreadable("DESTINATION_OUT_OF_ORDER")


def _add(pairs: dict[str, str], text: str) -> None:
    name, equals, value = text.partition("=")
    if equals:
        if not _NAME.fullmatch(name.strip()):
            raise Unreadable("DESTINATION_OUT_OF_ORDER")
        pairs[name.strip()] = value
