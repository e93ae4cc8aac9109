"""One request that was turned away, as the edge or the router told it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SaidBy(StrEnum):
    EDGE = "edge"
    ROUTER = "router"


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was read: a log, and the position in it. What was read before is not counted again."""

    log: str
    position: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """tenant_id, trunk_id "": it belongs to nobody whom the edge knows. source_address: without the port;
    called, caller: as the provider sent them; number: E.164 as a router recognised it, "" otherwise.
    about: the header, extension, kind of body or method that the code is about, "" where none is named."""

    at: datetime
    tenant_id: str
    trunk_id: str
    code: str
    sip_status: int
    said_by: SaidBy
    source_address: str
    called: str
    caller: str
    number: str
    call_id: str
    edge_id: str
    place: Place
    method: str = "INVITE"
    about: str = ""


def address_of(source: str) -> str:
    """Of "198.51.100.7:5060" and "[2001:db8::7]:5060"; anything else as it is."""
    host, colon, port = source.rpartition(":")
    if not colon or not port.isdigit() or (":" in host and not host.startswith("[")):
        host = source
    return host.removeprefix("[").removesuffix("]")
