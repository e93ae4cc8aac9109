"""A telephone number that a tenant holds."""

from typing import NotRequired, TypedDict

from keepline_client.fields import Reset
from keepline_client.resources.common import ChangedQuery, Dangling, Versioned, Warned
from keepline_client.rest.kinds import Kind


class Number(Versioned):
    number: str
    """E.164."""
    source: str
    trunk_id: str
    label: str | None = None
    dangling: tuple[Dangling, ...] = ()
    warnings: tuple[Warned, ...] = ()


class NewNumber(TypedDict):
    number: str
    """In full with +, or national in the trunk's country."""
    trunk_id: str
    label: NotRequired[str]


class NumberChange(TypedDict, total=False):
    trunk_id: str
    label: str | Reset


class NumberQuery(ChangedQuery, total=False):
    number: str | list[str]
    trunk_id: str | list[str]
    label: str | list[str]


NUMBERS: Kind[Number, NewNumber, NumberChange, NumberQuery] = Kind("/api/v1/phone/numbers", Number, "numbers")
