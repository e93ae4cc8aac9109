"""What a called number may mean, and which numbers a tenant holds."""

from dataclasses import dataclass
from typing import Protocol

import phonenumbers

from siptypes import numbering
from siptypes.country_rules import rules_of

CALLING_CODES = tuple(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
_LEAST_ALIKE = 6
"""Digits that two numbers have to share at their ends before one is taken for the other."""


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number that the tenant itself holds."""

    id: str
    number: str
    trunk_id: str


class NumbersKnown(Protocol):
    """Of one tenant; another tenant's number is not known here."""

    def ending(self, trunk_id: str, end: str) -> OwnNumber | None:
        """On that trunk, with these digits at its end."""

    def held(self, number: str) -> OwnNumber | None:
        """On whichever of its trunks."""


def is_shown(called: str) -> bool:
    """False where numbers are hidden: a keyed hash, or the last digits only, stand in their place."""
    return not called.startswith(("hmac-", "**"))


def readings(called: str, country: str) -> tuple[str, ...]:
    """Each number that it could mean on a trunk of that country, as the routers read it."""
    return numbering.readings(called, rules_of(country)) if is_shown(called) else ()


def is_in_use(number: str) -> bool:
    """As far as its country's numbering plan is known."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def with_zero(number: str) -> str:
    """With the zero behind the country's code that somebody left out."""
    code = next((one for one in CALLING_CODES if number.startswith(f"+{one}")), "")
    return f"+{code}0{number.removeprefix(f'+{code}')}" if code else ""


def country_of(number: str) -> str:
    """ISO 3166-1 alpha-2 of an E.164 number; "" where it has none of its own."""
    try:
        found = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return ""
    return found if found in phonenumbers.SUPPORTED_REGIONS else ""


def end_of(called: str) -> str:
    """Without signs and the zeros in front: what the number ends with that was meant, however it was dialled.
    "" where it is too short to say so."""
    digits = "".join(one for one in called if one.isdigit()).lstrip("0")
    return digits if len(digits) >= _LEAST_ALIKE else ""
