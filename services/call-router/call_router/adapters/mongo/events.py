"""Call events inside the document of their call: what stands beside them there is not repeated."""

from datetime import datetime
from typing import get_args

import msgspec

from call_router.domain.call_event import CallEvent, Fact
from servicekit.documents import Document

_KINDS: dict[str, type[Fact]] = {kind.__name__: kind for kind in get_args(Fact)}
_AROUND = ("attempt", "switch_id", "edge_id", "direction")


def event_document(event: CallEvent) -> Document:
    """{kind, at, attempt, switch_id, edge_id, direction, fact: {...}}"""
    return {
        "kind": type(event.fact).__name__,
        "at": event.at,
        "attempt": event.attempt,
        "switch_id": event.switch_id,
        "edge_id": event.edge_id,
        "direction": event.direction,
        "fact": msgspec.to_builtins(event.fact, builtin_types=(datetime,)),
    }


def event_of_document(call_id: str, tenant_id: str, trunk_id: str, found: Document) -> CallEvent:
    fact = msgspec.convert(found["fact"], _KINDS[found["kind"]])
    around = {name: found[name] for name in _AROUND}
    return CallEvent(call_id, found["at"], tenant_id, trunk_id, fact, **around)
