"""A list's question to items that are in memory: the same as `pages` asks of a database, but for `q`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from servicekit.api.lists import ListAsked
from servicekit.api.page_tokens import Place
from servicekit.paging import Page

T = TypeVar("T")
ValueOf = Callable[[T, str], Any]
"""The value of a field; times to the millisecond."""


def page(items: Iterable[T], asked: ListAsked, value_of: ValueOf[T]) -> Page[T]:
    found = [one for one in items if _fits(one, asked, value_of)]
    for name, direction in reversed(asked.order):  # sorting is stable
        found.sort(key=lambda one, name=name: value_of(one, name), reverse=direction < 0)  # type: ignore[misc]
    if asked.after is not None:
        found = [one for one in found if _behind(_place(one, asked, value_of), asked.after, asked.order)]
    shown = found[: asked.page_size]
    more = len(found) > len(shown)
    return Page(shown, asked.token(_place(shown[-1], asked, value_of)) if more else "")


def _fits(one: T, asked: ListAsked, value_of: ValueOf[T]) -> bool:
    return (
        all(value_of(one, name) in values for name, values in asked.filters.items())
        and all(value_of(one, name) > at for name, at in asked.after_time.items())
        and all(value_of(one, name) < at for name, at in asked.before_time.items())
    )


def _place(one: T, asked: ListAsked, value_of: ValueOf[T]) -> Place:
    return tuple(value_of(one, name) for name, _ in asked.order)


def _behind(place: Place, after: Place, order: Sequence[tuple[str, int]]) -> bool:
    for mine, theirs, (_, direction) in zip(place, after, order, strict=True):
        if mine != theirs:
            later: bool = mine > theirs if direction > 0 else mine < theirs
            return later
    return False
