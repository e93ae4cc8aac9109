"""Who acts in the current gRPC call or REST request.

Code that needs the tenant asks `principal()`; nothing takes a tenant id from a message.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum

from servicekit.auth.scopes import Deed, Resource, allows
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
    # of the API key that it showed; "": it showed a token
    key_id: str = ""
    # what that key may do, "trunks:read"; a token has none and may do what its role may
    scopes: frozenset[str] = frozenset()
    # epoch seconds; None: the key has no end
    expires_at: float | None = field(default=None, compare=False)

    def may(self, resource: Resource, deed: Deed) -> bool:
        """What its key allows; the role is another question."""
        return not self.key_id or allows(self.scopes, f"{resource}:{deed}")


_current: ContextVar[Principal | None] = ContextVar("keepline_principal", default=None)


def acting() -> Principal | None:
    """None: the process acts by itself."""
    return _current.get()


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


def reading_tenant(resource: Resource | None = None) -> str:
    """resource: what is read. Where none is named, API keys are refused."""
    return _within(require(Role.OWNER, Role.ADMIN, Role.VIEWER), resource, "read").tenant_id


def writing_tenant(resource: Resource | None = None) -> str:
    """resource: what is written, as above."""
    return _within(require(Role.OWNER, Role.ADMIN), resource, "write").tenant_id


def _within(who: Principal, resource: Resource | None, deed: Deed) -> Principal:
    if resource is None and who.key_id:
        raise Forbidden(
            "api_key_forbidden", "no API key may do this", hint="use the token of a person, not an API key"
        )
    if resource is not None and not who.may(resource, deed):
        raise Forbidden(
            "scope_missing",
            f"the API key {who.key_id} has no scope {resource}:{deed}",
            hint=f"use a key with the scope {resource}:{deed}, or add it to this one",
        )
    return who


def no_node_here() -> Forbidden:
    """Nodes reach what is made for them and nothing else."""
    return Forbidden(
        "role_forbidden",
        f"the role {Role.NODE} may not do this",
        hint="use the token of a person or a service, not the one of a node",
    )


def act_as(who: Principal) -> None:
    """For the rest of this task."""
    _current.set(who)


@contextmanager
def acting_as(who: Principal) -> Iterator[Principal]:
    token = _current.set(who)
    try:
        yield who
    finally:
        _current.reset(token)
