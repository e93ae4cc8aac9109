"""What a called number may mean, and which numbers a tenant holds."""

from dataclasses import dataclass
from typing import Protocol

import phonenumbers

_LONGEST = 40
_INTERNATIONAL = "00"
"""ITU-T E.164 recommends it, and providers send it also from countries that dial something else."""
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
    """Each number that it could mean and that its country has in use, as E.164."""
    if len(called) > _LONGEST or not is_shown(called):
        return ()
    found = [read_in(called, country)]
    digits = "".join(one for one in called if one.isdigit())
    if digits.startswith(_INTERNATIONAL):
        found.append(read_in(f"+{digits.removeprefix(_INTERNATIONAL)}", country))
    elif digits and digits[0] != "0" and not called.startswith("+"):
        found.append(read_in(f"+{digits}", country))
    return tuple(dict.fromkeys(number for number in found if number))


def read_in(called: str, country: str) -> str:
    """As dialled in that country; "" where that is no number in use."""
    try:
        parsed = phonenumbers.parse(called, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


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
