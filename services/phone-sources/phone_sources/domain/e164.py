"""Reads a number as a tenant writes it and gives E.164, or says in words what is wrong with it.

International writing (+49 30 123456, also 0049...) stands for itself; national writing is read with the
trunk's country. Rules and metadata are libphonenumber's (ITU-T E.164 and each country's numbering plan).
"""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import ValidationResult, shortnumberinfo

MAX_WRITTEN = 40
_WRITTEN = re.compile(r"\+?[0-9 ()./\-\u00a0]+")

_LENGTH_PROBLEMS = {
    ValidationResult.TOO_SHORT: ("number_too_short", "has too few digits"),
    ValidationResult.TOO_LONG: ("number_too_long", "has too many digits"),
    ValidationResult.INVALID_LENGTH: (
        "number_length_invalid",
        "has a number of digits that is not in use there",
    ),
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: ("number_without_area", "lacks its area code"),
    ValidationResult.INVALID_COUNTRY_CODE: ("number_country_unknown", "begins with no country's code"),
}


@dataclass(frozen=True, slots=True)
class E164:
    """A number with its leading plus, at most 15 digits."""

    value: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a writing is not a number that can be held: stable code, sentence, how to repair it."""

    code: str
    detail: str
    hint: str


def read_number(written: str, country: str) -> E164 | Unreadable:
    """written: as typed; country: ISO 3166-1 alpha-2 of the trunk."""
    text = written.strip()
    if not text:
        return Unreadable(
            "number_empty", "the number is empty", "write it as +49 30 1234567 or as dialled in its country"
        )
    if len(text) > MAX_WRITTEN or not _WRITTEN.fullmatch(text):
        return Unreadable(
            "number_characters",
            "the number holds something other than digits, spaces, + ( ) . / -",
            "write digits only, with a leading + for another country",
        )
    if shortnumberinfo.is_emergency_number(re.sub(r"[^0-9+]", "", text), country):
        return Unreadable(
            "number_emergency",
            "emergency numbers are never routed to an agent",
            "leave emergency calls with your provider",
        )
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        return Unreadable(
            "number_unreadable", f"this is not read as a number of {country}: {error._msg}", _hint(country)
        )
    return _judge(parsed, country)


def national(e164: E164) -> str:
    """As its own country writes it: (212) 736-5000."""
    parsed = phonenumbers.parse(e164.value, None)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def is_country(code: str) -> bool:
    """Of ISO 3166-1 alpha-2, with a numbering plan."""
    return code in phonenumbers.SUPPORTED_REGIONS


def _judge(parsed: phonenumbers.PhoneNumber, country: str) -> E164 | Unreadable:
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible in _LENGTH_PROBLEMS:
        code, words = _LENGTH_PROBLEMS[possible]
        return Unreadable(code, f"the number {words}", _hint(country))
    if not phonenumbers.is_valid_number(parsed):
        return Unreadable(
            "number_not_in_use", "no such number is assigned in its country's numbering plan", _hint(country)
        )
    return E164(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _hint(country: str) -> str:
    example = phonenumbers.example_number(country)
    if example is None:
        return "write it in full, with + and the country's code"
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    full = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return f"in {country} a number reads {national}, or {full} in full"
