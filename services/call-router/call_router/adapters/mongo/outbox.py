"""Entries of the outbox for the routing state topic, keyed by agent or plan id."""

from datetime import datetime

from servicekit.documents import Document
from servicekit.kafka import cloud_event
from servicekit.outbox import entry

TOPIC = "keepline.routing.plan.state.v1"
_KIND = "keepline.routing.v1.RoutingState"


def state_entry(key: str, version: int, value: bytes, at: datetime) -> Document:
    return entry(version, TOPIC, key, value, _headers(key, version, at), at=at)


def tombstone_entry(key: str, version: int, at: datetime) -> Document:
    return entry(version, TOPIC, key, None, _headers(key, version, at), at=at)


def _headers(key: str, version: int, at: datetime) -> dict[str, str]:
    return cloud_event("call-router", _KIND, f"{key}:{version}", at, subject=key)
