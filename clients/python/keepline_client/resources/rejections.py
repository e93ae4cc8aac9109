"""What was turned away, why, and what would let the next call pass: read only, but for its fixes."""

from datetime import datetime

from keepline_client.resources.common import ListQuery, Told
from keepline_client.rest.kinds import ReadKind


class NearestMiss(Told):
    network: str | None = None
    just_outside: bool | None = None
    """The network could be widened to hold the address."""
    number: str | None = None
    trunk_id: str | None = None
    country: str | None = None
    """By which `called` would be read as that number."""


class Fix(Told):
    """Fields beside id and kind are there as the kind has them."""

    id: str
    """Says all that it would do."""
    kind: str
    source_cidr: str | None = None
    replaces: tuple[str, ...] | None = None
    country: str | None = None
    number: str | None = None
    number_id: str | None = None


class FixApplied(Told):
    at: datetime
    fix: str | None = None
    """None: it was mended in another way."""
    by: str | None = None
    trunk_version: int | None = None


class Rejection(Told):
    """Requests that were alike, counted."""

    id: str
    version: int
    trunk_id: str | None = None
    code: str
    rule: str
    sip_status: int
    said_by: str
    others: bool
    """Many more, without their addresses and numbers."""
    method: str | None = None
    about: str | None = None
    """Of the newest: the header that cannot be read, or the extension, body or method that is not ours."""
    source_address: str | None = None
    caller: str | None = None
    called: str | None = None
    number: str | None = None
    count: int
    first_at: datetime
    last_at: datetime
    state: str
    """ "open", or "fixed": by what is known now the same request would pass."""
    detail: str
    hint: str
    allows: tuple[str, ...]
    nearest: NearestMiss | None = None
    fixes: tuple[Fix, ...]
    fixed: FixApplied | None = None
    call_id: str | None = None
    edge_id: str | None = None


class RejectionQuery(ListQuery, total=False):
    q: str
    trunk_id: str | list[str]
    code: str | list[str]
    rule: str | list[str]
    source_address: str | list[str]
    called: str | list[str]
    number: str | list[str]
    state: str | list[str]
    first_at_after: datetime
    first_at_before: datetime
    last_at_after: datetime
    last_at_before: datetime


REJECTIONS: ReadKind[Rejection, RejectionQuery] = ReadKind("/api/v1/sip/rejections", Rejection, "rejections")
