"""What an API key may do, in words such as "trunks:read"; what may be written may be read as well.

A person's token has no scopes: its role alone decides.
"""

from collections.abc import Collection
from typing import Literal, get_args

Resource = Literal["agents", "audit", "calls", "health", "keys", "numbers", "plans", "trunks"]
Deed = Literal["read", "write"]

RESOURCES: tuple[Resource, ...] = get_args(Resource)
_ONLY_READ: frozenset[Resource] = frozenset({"audit", "calls", "health"})

SCOPES: tuple[str, ...] = tuple(
    f"{resource}:{deed}"
    for resource in RESOURCES
    for deed in get_args(Deed)
    if deed == "read" or resource not in _ONLY_READ
)
"""All there are, in order."""


def allows(scopes: Collection[str], scope: str) -> bool:
    """Whether whoever has `scopes` may do what `scope` names."""
    resource, _, deed = scope.partition(":")
    return scope in scopes or (deed == "read" and f"{resource}:write" in scopes)
