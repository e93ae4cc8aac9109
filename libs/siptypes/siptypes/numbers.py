"""A telephone number as it is kept and compared: E.164 with its plus."""

import re

from siptypes.faults import Fault

# The shortest numbers that libphonenumber's metadata calls valid have 6 digits (Austria, Germany).
MIN_DIGITS = 6
MAX_DIGITS = 15  # ITU-T E.164, 6.1
PATTERN = rf"^\+[1-9][0-9]{{{MIN_DIGITS - 1},{MAX_DIGITS - 1}}}$"
"""For schemas; in code `is_e164` is the rule."""
_E164 = re.compile(PATTERN)


def is_e164(text: str) -> bool:
    return _E164.fullmatch(text) is not None


def number_faults(text: str, pointer: str) -> list[Fault]:
    """Of what should be E.164; nothing is read into a national writing."""
    if is_e164(text):
        return []
    if text[:1] == " " and is_e164(f"+{text[1:]}"):  # application/x-www-form-urlencoded
        detail, hint = "the plus arrived as a blank", f"write + as %2B in an address: %2B{text[1:]}"
    else:
        detail, hint = "this is not an E.164 number", "write it with + and its country's code, digits only"
    return [Fault(pointer, "number_not_e164", detail, hint)]
