"""An API key as JSON: what may be written of it, how it is read, and how its list is asked."""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from servicekit.api.absent import documented, may_be_absent
from servicekit.api.asked import Asked, Change
from servicekit.api.lists import ListRule
from servicekit.api.resource import Reading, Resource
from servicekit.auth import principal
from servicekit.auth.api_keys.form import prefix_of
from servicekit.auth.scopes import SCOPES
from servicekit.timestamps import rfc3339
from sip_config.domain.api_key import ApiKey, KeyDraft, Maker
from siptypes.faults import MAX_NAME

_Role = Literal["viewer", "admin"]


class KeyToCreate(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "billing",
                "role": "viewer",
                "scopes": ["calls:read", "numbers:read"],
            }
        },
    )
    name: str = documented("what uses it", minLength=1, maxLength=MAX_NAME)
    role: _Role = Field(default="viewer", description="admin for a program that writes")
    scopes: list[str] = documented(
        "what it may do; write includes read", items={"type": "string", "enum": list(SCOPES)}, minItems=1
    )
    expires_at: AwareDatetime = may_be_absent("left out: it has no end")


class KeyBody(BaseModel):
    id: str
    version: int
    name: str
    prefix: str = Field(description="how the key begins")
    role: _Role
    scopes: list[str]
    expires_at: datetime = may_be_absent("absent: it has no end")
    created_at: datetime
    updated_at: datetime
    created_by: str = Field(description="the subject that made it")
    last_used_at: datetime = may_be_absent("to the minute; absent: it was not used yet")
    changes_held_since: datetime = may_be_absent(
        "since when changes of keys do not reach the services, because the broker is away; absent: they do"
    )


class KeyMade(KeyBody):
    secret: str = may_be_absent(
        "the whole key, shown here and never again; absent when the request was repeated under its"
        " Idempotency-Key: revoke this key then, and make another"
    )


class KeyPage(BaseModel):
    keys: list[KeyBody]
    next_page_token: str = may_be_absent("absent on the last page")


COMPUTED = ("last_used_at", "changes_held_since")
KEY = Resource(
    KeyToCreate,
    read_only=frozenset(
        {"id", "tenant_id", "version", "prefix", "role", "created_at", "updated_at", "created_by"}
    ),
    computed=frozenset(COMPUTED),
    only_in_post=frozenset({"role"}),
)
KEYS = ListRule(
    fields=tuple(KeyBody.model_fields),
    order={"name": str, "created_at": datetime, "updated_at": datetime},
    filters={"role": ("viewer", "admin")},
    times=("created_at",),
    q="part of the name, in any case",
)


def maker() -> Maker:
    """Who asks, for the rule that a key gives no more than its maker has."""
    who = principal()
    if not who.key_id:
        return Maker(who.subject, str(who.role), None, None)
    ends = None if who.expires_at is None else datetime.fromtimestamp(who.expires_at, UTC)
    return Maker(who.subject, str(who.role), who.scopes, ends)


def asked_of(reading: Reading, role: str | None) -> Asked[KeyDraft]:
    draft = KeyDraft(reading["name"], role, reading["scopes"], reading["expires_at"])
    return Asked(draft, reading.faults)


def change_of(patch: object, found: tuple[Any, ...] = ()) -> Change[ApiKey, KeyDraft]:
    """patch: a merge patch; found: what is wrong with the request besides."""
    return lambda before: asked_of(KEY.patched(stored(before), patch, found), before.fields.role)


def stored(key: ApiKey) -> dict[str, Any]:
    """As a patch may send it back."""
    return {**key_document(key), "tenant_id": key.tenant_id}


def key_document(key: ApiKey) -> dict[str, Any]:
    """A KeyBody."""
    fields = key.fields
    times = {
        "expires_at": fields.expires_at,
        "last_used_at": key.last_used_at,
        "changes_held_since": key.held_since,
    }
    return {
        "id": key.id,
        "version": key.version,
        "name": fields.name,
        "prefix": prefix_of(key.id),
        "role": fields.role,
        "scopes": list(fields.scopes),
        "created_at": rfc3339(key.created_at),
        "updated_at": rfc3339(key.updated_at),
        "created_by": key.created_by,
        **{name: rfc3339(at) for name, at in times.items() if at is not None},
    }
