"""What a program of a tenant shows instead of a person's token; it never gives more than its maker has."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from siptypes.faults import Fault, name_faults

# least first
ROLES = ("viewer", "admin")
_RANKS = {"viewer": 0, "admin": 1, "owner": 2}

Allows = Callable[[Collection[str], str], bool]
"""Whether whoever has the scopes may do what the scope names."""


@dataclass(frozen=True, slots=True)
class KeyFields:
    """What a tenant decides of a key, checked; scopes in order."""

    name: str
    role: str
    scopes: tuple[str, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """digest: keyed hash of the whole key. last_used_at: to the minute. held_since: since when changes do not
    reach the services."""

    id: str
    tenant_id: str
    version: int
    fields: KeyFields
    digest: bytes
    created_by: str
    created_at: datetime
    updated_at: datetime
    last_used_at: datetime | None = None
    held_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyDraft:
    """None, but for expires_at: it could not be read, which is told elsewhere."""

    name: str | None
    role: str | None = "viewer"
    scopes: Sequence[str] | None = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes or changes a key. scopes: None: all, for a token; expires_at: of an API key."""

    subject: str
    role: str
    scopes: frozenset[str] | None
    expires_at: datetime | None


def check_key(
    draft: KeyDraft,
    maker: Maker,
    now: datetime,
    *,
    known_scopes: Collection[str],
    allows: Allows,
    end: datetime | None = None,
) -> KeyFields | list[Fault]:
    """end: that the key has already, which may have passed."""
    name, role, scopes = draft.name, draft.role, draft.scopes
    faults = [] if name is None else name_faults(name, "call it what uses it")
    faults += [] if role is None else _role_faults(role, maker)
    faults += [] if scopes is None else _scope_faults(scopes, maker, known_scopes, allows)
    faults += _end_faults(draft.expires_at, maker, now, end)
    if faults or name is None or role is None or scopes is None:
        return faults
    return KeyFields(name.strip(), role, tuple(sorted(set(scopes))), draft.expires_at)


def _role_faults(role: str, maker: Maker) -> list[Fault]:
    if role not in ROLES:
        hint = "use viewer for a program that reads, admin for one that writes"
        return [Fault("/role", "role_unknown", f"the role is not one of {', '.join(ROLES)}", hint)]
    if _RANKS[role] > _RANKS.get(maker.role, -1):
        return [Fault("/role", "role_exceeds_yours", f"your own role is {maker.role}", f"use {maker.role}")]
    return []


def _scope_faults(scopes: Sequence[str], maker: Maker, known: Collection[str], allows: Allows) -> list[Fault]:
    if not scopes:
        return [
            Fault("/scopes", "scopes_missing", "the key has no scope", "name what it may do: trunks:read")
        ]
    faults = []
    for index, scope in enumerate(scopes[: len(known)]):
        if scope not in known:
            hint = f"use any of {', '.join(known)}"
            faults.append(Fault(f"/scopes/{index}", "scope_unknown", "there is no such scope", hint))
        elif maker.scopes is not None and not allows(maker.scopes, scope):
            detail = f"your own key has no scope {scope}"
            hint = "leave it out, or make the key with a token"
            faults.append(Fault(f"/scopes/{index}", "scope_exceeds_yours", detail, hint))
    if len(scopes) > len(known):
        faults.append(Fault("/scopes", "scopes_too_many", f"there are {len(known)} scopes", "name each once"))
    return faults


def _end_faults(
    expires_at: datetime | None, maker: Maker, now: datetime, end: datetime | None
) -> list[Fault]:
    if expires_at is not None and expires_at <= now and expires_at != end:
        return [Fault("/expires_at", "expiry_past", "this moment has passed", "leave it out for no end")]
    if maker.expires_at is not None and (expires_at is None or expires_at > maker.expires_at):
        detail = f"your own key ends at {maker.expires_at.isoformat()}"
        return [Fault("/expires_at", "expiry_exceeds_yours", detail, "choose a moment before that")]
    return []
