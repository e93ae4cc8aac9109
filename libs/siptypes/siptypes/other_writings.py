"""What one and the same telephone is still written as behind its country's code, where libphonenumber's
metadata knows one writing only. Each rule reads the whole of what follows the code.

Mexico dropped the 1 of mobile numbers, and the 01, 044 and 045 of national ones, in August 2019 (ITU
operational bulletin); carriers and stored numbers have them still. Argentina writes a 9 before mobile numbers
that come from abroad, and a 15 within them at home; what is called without either may be the same telephone.
A 15 before eight digits lacks the area 11, the only one whose numbers have eight. A 15 behind an area is in
the metadata too, for the areas that it knows; an edge knows none.

The edge has the same rules in writings.cfg, for calls to its address; a test of the edge compares the two.
"""

import re
from collections.abc import Iterator, Mapping

Rewrite = tuple[re.Pattern[str], str]
OTHER_WRITINGS: Mapping[str, tuple[Rewrite, ...]] = {
    "52": ((re.compile(r"(?:1|01|044|045)(\d{10})"), r"\1"),),
    "54": (
        (re.compile(r"9([1-8]\d{9})"), r"\1"),
        (re.compile(r"([1-8]\d{9})"), r"9\1"),
        (re.compile(r"0?15(\d{8})"), r"911\1"),
        (re.compile(r"0?(?=\d{12}$)([1-8]\d{1,3})15(\d{6,8})"), r"9\1\2"),
        (re.compile(r"0?(?=\d{12}$)([1-8]\d{1,3})15(\d{6,8})"), r"\1\2"),
    ),
}
"""By the country's code."""


def other_writings(code: str, national: str) -> Iterator[str]:
    """national: the digits behind the code."""
    for pattern, to in OTHER_WRITINGS.get(code, ()):
        found = pattern.fullmatch(national)
        if found is not None:
            yield found.expand(to)
