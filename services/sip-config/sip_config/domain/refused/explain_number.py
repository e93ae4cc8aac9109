"""Why nobody was called at this number: what it means on its trunk, and which number it may have meant.

Numbers of other tenants are never looked at: what is said, and which fixes are offered, is the same whether
somebody else holds the number or nobody does.
"""

from collections.abc import Sequence

from sip_config.domain.refused.explanation import Explanation, Fix, FixKind, Nearest, Rule
from sip_config.domain.refused.numbers import (
    CALLING_CODES,
    NumbersKnown,
    OwnNumber,
    country_of,
    end_of,
    is_in_use,
    is_shown,
    readings,
    with_zero,
)
from sip_config.domain.trunk import Trunk

_LOCAL = 8
"""Digits that a number may have without its area code."""
_HIDDEN = "Numbers are hidden here, so no fix can be offered; compare the trunk's numbers with the call."
_IN_FULL = "Have your provider send the number in full, with + and the country's code."


def explain_number(called: str, trunk: Trunk, numbers: NumbersKnown) -> Explanation:
    if not is_shown(called):
        return Explanation(Rule.NUMBER, f"{called} is no number of {trunk.fields.name}.", _HIDDEN)
    read = readings(called, trunk.fields.country)
    own = [one for one in map(numbers.held, read) if one is not None]
    named = {one.number for one in own}
    read_as = tuple(one for one in read if one in named or is_in_use(one))
    here = [one for one in own if one.trunk_id == trunk.id]
    if here:
        return _here(called, trunk, read_as, here)
    meant = _meant(called, trunk, numbers) or _without_zero(read, trunk, numbers)
    if meant is not None:
        return _of_another_country(called, trunk, read_as, meant)
    return _of_another_trunk(called, trunk, read_as, own[0]) if own else _unknown(called, trunk, read_as)


def _here(called: str, trunk: Trunk, read_as: tuple[str, ...], here: Sequence[OwnNumber]) -> Explanation:
    name, said = trunk.fields.name, " and ".join(one.number for one in here)
    if len(here) > 1:
        detail = f"{called} can be read as {said}, both on {name}."
        return Explanation(Rule.NUMBER, detail, _IN_FULL, (), read_as)
    detail = f"{called} is read as {said}, which {name} holds now."
    return Explanation(Rule.NUMBER, detail, "Call again.", (), read_as, holds_now=True)


def _meant(called: str, trunk: Trunk, numbers: NumbersKnown) -> OwnNumber | None:
    """The trunk's number that the provider means, written as another country dials it."""
    end = end_of(called)
    if not end:
        return None
    for code in CALLING_CODES:  # to look for each of them costs less than to look at every number of a trunk
        own = numbers.held(f"+{code}{end}")
        if own is not None and own.trunk_id == trunk.id:
            return own
    return numbers.ending(trunk.id, end) if len(end) <= _LOCAL else None


def _without_zero(read: tuple[str, ...], trunk: Trunk, numbers: NumbersKnown) -> OwnNumber | None:
    """The trunk's number whose zero was left out, where it belongs to the number (Italy)."""
    with_zeros = map(numbers.held, map(with_zero, read))
    return next((own for own in with_zeros if own is not None and own.trunk_id == trunk.id), None)


def _of_another_country(called: str, trunk: Trunk, read_as: tuple[str, ...], meant: OwnNumber) -> Explanation:
    name, country = trunk.fields.name, country_of(meant.number)
    nearest = Nearest(number=meant.number, country=country, trunk_id=meant.trunk_id)
    if country == trunk.fields.country or meant.number not in readings(called, country):
        detail = f"{called} is not read as a number of {name}, which holds {meant.number}."
        return Explanation(Rule.NUMBER, detail, _IN_FULL, (), read_as, nearest)
    return Explanation(
        Rule.NUMBER,
        f"{called} was called, and {name} holds {meant.number}: that is how {country} writes it, and the"
        f" numbers of {name} are read as {trunk.fields.country}.",
        f"Read the numbers of {name} as {country}.",
        (),
        read_as,
        nearest,
        (Fix(FixKind.READ_AS_COUNTRY, country=country, number=meant.number),),
    )


def _of_another_trunk(called: str, trunk: Trunk, read_as: tuple[str, ...], own: OwnNumber) -> Explanation:
    return Explanation(
        Rule.NUMBER,
        f"{called} is {own.number}, which you hold on another trunk and not on {trunk.fields.name}.",
        f"Move {own.number} to {trunk.fields.name}, or have your provider send it where it is.",
        (),
        read_as,
        Nearest(number=own.number, trunk_id=own.trunk_id),
        (Fix(FixKind.MOVE_NUMBER, number=own.number, number_id=own.id),),
    )


def _unknown(called: str, trunk: Trunk, read_as: tuple[str, ...]) -> Explanation:
    name, country, said = trunk.fields.name, trunk.fields.country, " or ".join(read_as)
    if not read_as:
        detail = f"{called} is not read as a telephone number of {country}, the country of {name}."
        return Explanation(Rule.NUMBER, detail, _IN_FULL)
    detail = f"{said} is not among the numbers of {name}."
    if called != said:
        detail = f"{called} is read as {said}, which is not among the numbers of {name}."
    fixes = tuple(Fix(FixKind.ADD_NUMBER, number=number) for number in read_as)
    hint = f"If it is yours, add it to {name}."
    return Explanation(Rule.NUMBER, detail, hint, (), read_as, None, fixes)
