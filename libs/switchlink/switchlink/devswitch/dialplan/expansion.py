"""Expands ${variables} in the data of an application, as switch_channel_expand_variables does.

A value is expanded again in its turn; what is not set is nothing. `${name:offset:length}` is a part of it,
counted from the left; of `${api(...)}` our dialplan has none, and devswitch does not know it.
"""

from collections.abc import Callable

Lookup = Callable[[str], str]
_DEEPEST = 100
_AFTER_BACKSLASH = {"\\": "\\", "'": ""}


def expand(text: str, lookup: Lookup, depth: int = 0) -> str:
    if depth > _DEEPEST or ("${" not in text and "\\" not in text):
        return text
    parts: list[str] = []
    at = 0
    while at < len(text):
        character, following = text[at], text[at + 1 : at + 2]
        if character == "\\" and following == "$":
            parts.append("$")
            at += 3 if text[at + 2 : at + 3] == "$" else 2
        elif character == "\\" and following in _AFTER_BACKSLASH:
            parts.append(_AFTER_BACKSLASH[following])
            at += 2
        elif character == "$" and following == "{":
            end = _end_of_name(text, at + 2)
            name = expand(text[at + 2 : end], lookup, depth + 1)
            name, *part = name.split(":")
            parts.append(_cut(expand(lookup(name), lookup, depth + 1), *part))
            at = end + 1
        else:
            parts.append(character)
            at += 1
    return "".join(parts)


def _cut(value: str, offset: str = "", length: str = "") -> str:
    start, many = (int(text) if text.isdecimal() else 0 for text in (offset, length))
    return value[start : start + many] if many else value[start:]


def _end_of_name(text: str, start: int) -> int:
    """Of the closing brace, or of the text."""
    depth = 1
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return len(text)
