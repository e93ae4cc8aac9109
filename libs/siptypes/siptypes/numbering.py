"""Reads the called number as a provider sends it: as E.164, or as each number that it could mean.

A provider writes one number in many ways: +49301234567, 49301234567, 0049301234567, 030 1234567, and
+490301234567 with a zero that has no place there. Which of them it uses is not known, so every reading that
its country allows is a candidate, and the numbers that the trunk holds decide between them (see the router's
decision). The rules of a country are made once.

A reading is a plus and 6 to 15 digits, the first of them no zero, whatever came in.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from siptypes.numbers import MAX_DIGITS, MIN_DIGITS
from siptypes.other_writings import other_writings

MAX_CALLED = 40
# visual separators of RFC 3966
_SEPARATORS = str.maketrans("", "", "-.() ")
_LONGEST_CODE = 3


@dataclass(frozen=True, slots=True)
class NumberingPlan:
    """How numbers are written behind a country's code."""

    code: str
    # how many digits they may have
    lengths: frozenset[int]
    # asked of what begins with a zero: whether that zero belongs to the number, as in Italy
    numbers: re.Pattern[str]
    # what is dialled before one at home; None: nothing is
    prefix: re.Pattern[str] | None = None
    # what takes the place of prefix and groups when its last group was found; "": nothing
    instead: str = ""

    def readings(self, digits: str) -> Iterator[str]:
        """Of what follows the country's code, or stands alone at home."""
        for one in dict.fromkeys((digits, self._without_prefix(digits))):
            if one[:1] != "0" or self.numbers.fullmatch(one):
                yield self.code + one
            for other in other_writings(self.code, one):
                yield self.code + other

    def _without_prefix(self, digits: str) -> str:
        found = self.prefix.match(digits) if self.prefix else None
        if found is None:
            return digits
        taken = bool(self.instead) and found[found.re.groups] is not None
        rest = (found.expand(self.instead) if taken else "") + digits[found.end() :]
        return rest if len(rest) in self.lengths else digits


@dataclass(frozen=True, slots=True)
class CountryRules:
    """What the reading of a number needs to know of the trunk's country, None where that is unknown."""

    home: NumberingPlan | None
    # dialled before a number of another country
    international_prefixes: tuple[str, ...]
    # of every country, by its code
    plans: Mapping[str, NumberingPlan] = field(repr=False)


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
    # no number begins with a zero: a plus before one was put there by mistake
    found = _in_full(digits, rules) if plus and digits[0] != "0" else _dialled(digits, rules)
    fit = ["+" + one for one in found if MIN_DIGITS <= len(one) <= MAX_DIGITS and one[0] != "0"]
    return tuple(dict.fromkeys(fit))


def _in_full(digits: str, rules: CountryRules) -> Iterator[str]:
    """With a country's code in front."""
    plan = None
    for length in range(1, _LONGEST_CODE + 1):
        plan = plan or rules.plans.get(digits[:length])
    if plan is None:
        yield digits
    else:
        yield from plan.readings(digits[len(plan.code) :])


def _dialled(digits: str, rules: CountryRules) -> Iterator[str]:
    if digits[0] != "0":
        yield from _in_full(digits, rules)
    for prefix in rules.international_prefixes:
        if digits.startswith(prefix) and digits != prefix:
            yield from _in_full(digits[len(prefix) :], rules)
    if rules.home:
        code, lengths = rules.home.code, rules.home.lengths
        yield from (one for one in rules.home.readings(digits) if len(one) - len(code) in lengths)
