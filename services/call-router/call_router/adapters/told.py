"""Values of the domain as JSON: fields by their names, times as RFC 3339, and nothing where nothing is."""

from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from call_router.domain.call_event import CallHeard
from servicekit.timestamps import rfc3339

# of which 0 says that there is none
_ZERO_IS_NONE = frozenset({"sip_status", "plan_version"})
_INSIDE = frozenset({"tenant_id", "kind"})


def told(value: Any) -> Any:
    match value:
        case datetime():
            return rfc3339(value)
        case tuple():
            return [told(one) for one in value]
        case CallHeard(provider=provider, agent=agent):
            return {"provider": told(provider), "agent": told(agent)}
        case _ if is_dataclass(value):
            named = {field.name: getattr(value, field.name) for field in fields(value)}
            return {name: told(inner) for name, inner in named.items() if not _absent(name, inner)}
        case _:
            return value


def _absent(name: str, value: object) -> bool:
    return value is None or value == "" or name in _INSIDE or (name in _ZERO_IS_NONE and value == 0)
