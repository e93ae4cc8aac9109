"""Reads a number as a tenant writes it and gives E.164, or says in words what is wrong with it.

International writing (+49 30 123456, also 0049...) stands for itself; national writing is read with the
trunk's country. Rules and metadata are libphonenumber's (ITU-T E.164 and each country's numbering plan). What
a country wrote before is read and kept as it is written now. Metadata is older than the newest range: a
number of a possible length that it does not know is read, and `is_known` says whether it does.
"""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumber, ValidationResult, shortnumberinfo

from siptypes.country_rules import rules_of
from siptypes.numbering import readings
from siptypes.numbers import MAX_DIGITS
from siptypes.other_writings import other_writings

MAX_WRITTEN = 40
_WRITTEN = re.compile(r"\+?[0-9 ()./\-\u00a0]+")

_PLUS_ZEROS = re.compile(r"\+[ ()./\-\u00a0]*(00?)")
_LEFT_OUT = "number_zero_missing"

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
        parsed = phonenumbers.parse(_without_plus_zero(text), country)
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


def is_known(e164: E164) -> bool:
    """Whether the numbering plan that is known here has it in use."""
    return phonenumbers.is_valid_number(phonenumbers.parse(e164.value, None))


def _without_plus_zero(text: str) -> str:
    """No number begins with a zero: +00 stands for a plus, and a plus before one zero was put there by
    mistake."""
    zeros = _PLUS_ZEROS.match(text)
    return text if zeros is None else ("+" if zeros[1] == "00" else "0") + text[zeros.end() :]


def _judge(parsed: PhoneNumber, country: str) -> E164 | Unreadable:
    parsed = _current(parsed)
    if not phonenumbers.is_valid_number(parsed):
        zero = PhoneNumber(parsed.country_code, parsed.national_number, italian_leading_zero=True)
        if phonenumbers.is_valid_number(zero):
            full = phonenumbers.format_number(zero, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
            detail = "in this country the zero in front belongs to the number, and it is missing"
            return Unreadable(_LEFT_OUT, detail, f"write {full}")
        possible = phonenumbers.is_possible_number_with_reason(parsed)
        if possible in _LENGTH_PROBLEMS:
            code, words = _LENGTH_PROBLEMS[possible]
            return Unreadable(code, f"the number {words}", _hint(country))
    value = _e164(parsed)
    if len(value) - 1 > MAX_DIGITS:
        return Unreadable("number_too_long", "the number has too many digits", _hint(country))
    if value not in readings(value, rules_of(country)):
        detail = "the number begins with a zero behind its country's code, or has too few digits"
        return Unreadable("number_unreadable", detail, _hint(country))
    return E164(value)


def _current(parsed: PhoneNumber) -> PhoneNumber:
    """As its country writes it now, without zeros that were left between."""
    again = phonenumbers.parse(_e164(parsed), None)
    if again != parsed:
        return _current(again)
    if phonenumbers.is_valid_number(parsed):
        return parsed
    code, national = str(parsed.country_code), phonenumbers.national_significant_number(parsed)
    for other in other_writings(code, national):
        now = phonenumbers.parse(f"+{code}{other}", None)
        if phonenumbers.is_valid_number(now):
            return now
    return parsed


def _e164(parsed: PhoneNumber) -> str:
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _hint(country: str) -> str:
    example = phonenumbers.example_number(country)
    if example is None:
        return "write it in full, with + and the country's code"
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    full = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return f"in {country} a number reads {national}, or {full} in full"
