"""A number that a tenant holds on a trunk, and the label it gives it."""

from dataclasses import dataclass
from datetime import datetime

from phone_sources.domain.e164 import E164, Unreadable, is_known, read_number
from siptypes.faults import MAX_NAME, Fault, is_name

MAX_LABEL = MAX_NAME
NO_COUNTRY = "ZZ"
"""ISO 3166-1 leaves it to its users: what has no trunk to be read by can only be written internationally."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """As much of a trunk as a number needs."""

    id: str
    tenant_id: str
    country: str


@dataclass(frozen=True, slots=True)
class NumberDraft:
    """What a tenant asks for. None: it could not be read, which was told already; label None: also none."""

    number: str | None
    trunk_id: str | None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class NumberFields:
    """What a tenant may change of a number that it holds. label "": it has none."""

    trunk_id: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    id: str
    tenant_id: str
    version: int
    e164: E164
    fields: NumberFields
    created_at: datetime
    updated_at: datetime

    @property
    def trunk_id(self) -> str:
        return self.fields.trunk_id

    @property
    def label(self) -> str:
        return self.fields.label


def check_number(written: str | None, trunk: Trunk | None) -> E164 | list[Fault]:
    """trunk: None where the tenant does not have the one that it names; a national writing then says
    nothing."""
    if written is None:
        return []
    read = read_number(written, NO_COUNTRY if trunk is None else trunk.country)
    if not isinstance(read, Unreadable):
        return read
    if trunk is None and written.strip()[:1] not in ("", "+"):
        return []
    return [Fault("/number", read.code, read.detail, read.hint)]


def number_warnings(e164: E164) -> list[Fault]:
    """What somebody should look at, though the number is held."""
    if is_known(e164):
        return []
    detail = "the numbering plan of its country, as far as it is known here, does not have this number"
    return [Fault("/number", "number_not_known", detail, "check the digits, and call it")]


def label_faults(label: str | None) -> list[Fault]:
    if label is None or not label.strip() or is_name(label):
        return []
    detail = "the label is too long or cannot be printed"
    return [Fault("/label", "label_invalid", detail, f"use up to {MAX_LABEL} printable characters")]


def trunk_fault(trunk_id: str) -> Fault:
    """Of a trunk that the tenant does not have, or does not have any more."""
    hint = "list your trunks and name one"
    return Fault("/trunk_id", "trunk_not_found", f"no trunk {trunk_id[:80]}", hint)
