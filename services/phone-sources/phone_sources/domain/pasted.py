"""One line of what somebody pastes: a number in whatever writing, or a row of CSV that holds one.

The first cell that reads as a number counts, one that its numbering plan knows before any other; the first
other one with text is its label. What word processors and address books put around digits (other dashes and
blanks, marks of direction, "tel:") is passed over.
"""

import csv
import re
from dataclasses import dataclass

from phone_sources.domain.e164 import E164, Unreadable, is_known, read_number
from phone_sources.domain.number import NO_COUNTRY, label_faults
from siptypes.faults import Fault

MAX_LINE = 500
_MOST_CELLS = 10
_FEWEST_DIGITS = 3
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_BLANKS = dict.fromkeys(map(ord, "\u2007\u2009\u202f\t"), " ")
# marks of direction, joiners and the byte order mark
_NOTHING = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF])
_TYPESET = _DASHES | _BLANKS | _NOTHING
_QUOTED = re.compile(r'"[^"]*"')
_DIGIT = re.compile("[0-9]")


@dataclass(frozen=True, slots=True)
class Pasted:
    """label: "" where there is none that can be kept; label_fault: why not."""

    number: E164 | Unreadable
    label: str = ""
    label_fault: Fault | None = None


def read_line(line: str, country: str) -> Pasted:
    """country: ISO 3166-1 alpha-2, or NO_COUNTRY."""
    if len(line) > MAX_LINE:
        hint = f"send one number in a line, of {MAX_LINE} characters at most"
        return Pasted(Unreadable("line_too_long", f"the line has {len(line)} characters", hint))
    cells = [cell.strip() for cell in _cells(line)]
    place, number = _number_of(cells, country)
    label = next((cell for other, cell in enumerate(cells) if other != place and cell), "")
    faults = label_faults(label)
    return Pasted(number, "" if faults else label, faults[0] if faults else None)


def _cells(line: str) -> list[str]:
    text = line.strip("\ufeff \t\r\n")
    bare = _QUOTED.sub("", text)
    separator = next((one for one in "\t;," if one in bare), None)
    if separator is None and '"' not in text:
        return [text]
    try:
        row = next(csv.reader([text], delimiter=separator or ",", skipinitialspace=True), [])
    except csv.Error:  # a line break in the middle
        return [text]
    return row[:_MOST_CELLS] or [""]


def _number_of(cells: list[str], country: str) -> tuple[int, E164 | Unreadable]:
    """With its place."""
    read: dict[int, E164 | Unreadable] = {}
    for place in _worth_reading(cells):
        one = read[place] = _read(cells[place], country)
        if isinstance(one, E164) and is_known(one):
            return place, one
    first = next((place for place, one in read.items() if isinstance(one, E164)), _likeliest(cells))
    return first, read[first]


def _read(cell: str, country: str) -> E164 | Unreadable:
    written = cell.translate(_TYPESET).strip().removeprefix("tel:").removeprefix("'")
    read = read_number(written, country)
    unread = isinstance(read, Unreadable) and read.code == "number_unreadable"
    if unread and country == NO_COUNTRY and not written.startswith("+"):
        hint = "write it in full, with + and the country's code, or say its trunk or country"
        return Unreadable("number_country_unsaid", "a number without + is read by a country", hint)
    return read


def _worth_reading(cells: list[str]) -> list[int]:
    """Reading a cell takes time, and a row that means no good has many."""
    several = [place for place, cell in enumerate(cells) if len(_DIGIT.findall(cell)) >= _FEWEST_DIGITS]
    return several or [_likeliest(cells)]


def _likeliest(cells: list[str]) -> int:
    """Where the number was meant to be: the first cell with the most digits."""
    digits = [len(_DIGIT.findall(cell)) for cell in cells]
    return digits.index(max(digits))
