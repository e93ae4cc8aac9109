"""API keys of a tenant."""

from datetime import datetime
from typing import NotRequired, TypedDict

from pydantic import Field

from keepline_client.fields import Reset
from keepline_client.resources.common import ListQuery, Versioned
from keepline_client.rest.kinds import Kind


class ApiKey(Versioned):
    name: str
    prefix: str
    """How the key begins."""
    role: str
    scopes: tuple[str, ...]
    expires_at: datetime | None = None
    created_by: str
    last_used_at: datetime | None = None
    """To the minute."""
    changes_held_since: datetime | None = None
    secret: str | None = Field(default=None, repr=False)
    """The whole key, in the answer to its creation only. None where a try whose answer was lost had made it:
    delete that key and make another."""


class NewApiKey(TypedDict):
    name: str
    scopes: list[str]
    role: NotRequired[str]
    expires_at: NotRequired[datetime]


class ApiKeyChange(TypedDict, total=False):
    name: str
    scopes: list[str]
    expires_at: datetime | Reset


class ApiKeyQuery(ListQuery, total=False):
    q: str
    role: str | list[str]
    created_at_after: datetime
    created_at_before: datetime


API_KEYS: Kind[ApiKey, NewApiKey, ApiKeyChange, ApiKeyQuery] = Kind("/api/v1/keys", ApiKey, "keys")
