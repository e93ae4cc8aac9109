"""A telephone number as it is kept and compared: E.164 with its plus."""

import re

# The shortest numbers that libphonenumber's metadata calls valid have 6 digits (Austria, Germany).
MIN_DIGITS = 6
MAX_DIGITS = 15  # ITU-T E.164, 6.1
_E164 = re.compile(rf"\+[1-9][0-9]{{{MIN_DIGITS - 1},{MAX_DIGITS - 1}}}")


def is_e164(text: str) -> bool:
    return _E164.fullmatch(text) is not None
