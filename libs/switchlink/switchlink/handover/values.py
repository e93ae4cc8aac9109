"""The variables that a router sets on a channel, as the argument of one `multiset`.

FreeSWITCH expands `${...}` in what it is given, takes quotes and backslashes off, splits at the
delimiter and reads an empty value as unset (switch_channel_expand_variables, base_set in mod_dptools);
a value also becomes part of a dial string, where a comma separates. So a value holds none of these,
and free text is base64url. A name begins with `keepline_`: no other variable is the router's.
"""

import re
from collections.abc import Mapping

MOST_BYTES = 16 * 1024
MOST_VARIABLES = 200  # multiset reads 256 at the most
_NAME = re.compile(r"keepline_[a-z0-9_]{1,60}\Z")
_VALUE = re.compile(r"[A-Za-z0-9_.:;=@%+~*\[\]/-]+\Z")


class ValueUnfit(ValueError):
    """A name or value that the switch would not take as it stands; the message does not hold the value."""


def multiset(variables: Mapping[str, str]) -> str:
    """`^^|name=value|...`; raises ValueUnfit, also when there is nothing to set or too much."""
    for name, value in variables.items():
        if not _NAME.match(name):
            raise ValueUnfit(f"not a variable of the router: {name[:80]!r}")
        if not _VALUE.match(value):
            raise ValueUnfit(f"the value of {name} is empty or holds what the switch would change")
    text = "^^|" + "|".join(f"{name}={value}" for name, value in variables.items())
    if not 0 < len(variables) <= MOST_VARIABLES or len(text) > MOST_BYTES:
        raise ValueUnfit(f"{len(variables)} variables in {len(text)} bytes")
    return text
