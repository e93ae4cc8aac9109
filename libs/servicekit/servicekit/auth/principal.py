"""Who acts in the current gRPC call or REST request.

Code that needs the tenant asks `principal()`; nothing takes a tenant id from a message.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum

from servicekit.errors import Forbidden, Unauthenticated


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    VIEWER = "viewer"
    OPERATOR = "operator"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class Principal:
    tenant_id: str
    subject: str
    role: Role
    # what it showed, to be shown to another service in its name; in no log and no comparison
    token: str = field(default="", repr=False, compare=False)


_current: ContextVar[Principal | None] = ContextVar("keepline_principal", default=None)


def principal() -> Principal:
    current = _current.get()
    if current is None:
        raise Unauthenticated(
            "token_missing", "the request carries no token", hint="send Authorization: Bearer ..."
        )
    return current


def require(*roles: Role) -> Principal:
    """The current principal, when its role is one of `roles`."""
    current = principal()
    if current.role not in roles:
        allowed = " or ".join(roles)
        raise Forbidden(
            "role_forbidden",
            f"the role {current.role} may not do this",
            hint=f"use a token whose role is {allowed}",
        )
    return current


def reading_tenant() -> str:
    return require(Role.OWNER, Role.ADMIN, Role.VIEWER).tenant_id


def writing_tenant() -> str:
    return require(Role.OWNER, Role.ADMIN).tenant_id


def no_node_here() -> Forbidden:
    """Nodes reach what is made for them and nothing else."""
    return Forbidden(
        "role_forbidden",
        f"the role {Role.NODE} may not do this",
        hint="use the token of a person or a service, not the one of a node",
    )


@contextmanager
def acting_as(who: Principal) -> Iterator[Principal]:
    token = _current.set(who)
    try:
        yield who
    finally:
        _current.reset(token)
