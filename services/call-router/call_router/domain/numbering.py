"""Reads the called number as a provider sends it: as E.164, or as each number that it could mean.

A provider writes one number in many ways: +49301234567, 49301234567, 0049301234567, 030 1234567. Which of
them it uses is not known, so every reading that its country allows is a candidate, and the numbers that
the trunk holds decide between them (see route). The rules of a country are made outside, once.

A reading is a plus and 6 to 15 digits, whatever came in.
"""

from dataclasses import dataclass

from siptypes.numbers import MAX_DIGITS, MIN_DIGITS

MAX_CALLED = 40
# visual separators of RFC 3966
_SEPARATORS = str.maketrans("", "", "-.() ")


@dataclass(frozen=True, slots=True)
class CountryRules:
    """What the reading of a number needs to know of the trunk's country."""

    country_code: str
    # dialled before a number of the country itself; "" where there is none
    national_prefix: str
    # dialled before a number of another country
    international_prefixes: tuple[str, ...]
    # numbers of digits that a number of this country has behind its country code
    lengths: frozenset[int]


# Where the country is unknown: only international writing is understood.
NO_COUNTRY = CountryRules("", "", ("00",), frozenset())


def readings(called: str, rules: CountryRules) -> tuple[str, ...]:
    """Each number that `called` could mean, without repetition; none when it is not a number."""
    plus = called[:1] == "+"
    digits = called[1:] if plus else called
    if not (digits.isascii() and digits.isdigit()):
        digits = digits.translate(_SEPARATORS)
        if not (digits.isascii() and digits.isdigit()):
            return ()
    if len(called) > MAX_CALLED:
        return ()
    if plus:
        return ("+" + digits,) if MIN_DIGITS <= len(digits) <= MAX_DIGITS else ()
    return _without_plus(digits, rules)


def _without_plus(digits: str, rules: CountryRules) -> tuple[str, ...]:
    found = []
    if digits[0] != "0":
        found.append(digits)
    for prefix in rules.international_prefixes:
        if digits.startswith(prefix):
            found.append(digits[len(prefix) :])
    if rules.country_code:
        prefix = rules.national_prefix
        if prefix and digits.startswith(prefix):
            found.append(rules.country_code + digits[len(prefix) :])
        elif len(digits) in rules.lengths:
            found.append(rules.country_code + digits)
    candidates = ["+" + number for number in found if MIN_DIGITS <= len(number) <= MAX_DIGITS]
    return tuple(dict.fromkeys(candidates))
