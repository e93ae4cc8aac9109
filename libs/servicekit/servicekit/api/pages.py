"""A list's question to a collection of documents."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from servicekit.api.lists import ListAsked
from servicekit.api.page_tokens import Place
from servicekit.documents import Collection, Document
from servicekit.paging import Page
from servicekit.readable import Readable

T = TypeVar("T")


async def page(
    readable: Readable[T],
    collection: Collection,
    query: Mapping[str, Any],
    asked: ListAsked,
    *,
    paths: Mapping[str, str] | None = None,
    searched: Sequence[str] = (),
) -> Page[T]:
    """query: what bounds the list besides, the tenant above all. paths: of fields whose path in a document is
    not their name; "id" is `_id`. searched: paths that `q` looks through, in any case."""
    where = {"id": "_id", **(paths or {})}
    base = [dict(query), *_conditions(asked, where, searched)]
    order = [(where.get(name, name), direction) for name, direction in asked.order]
    found: list[tuple[Document, T]] = []
    after = asked.after
    wanted = asked.page_size + 1
    while len(found) < wanted:
        parts = [*base, *([_behind(order, after)] if after is not None else [])]
        some = await collection.find(
            {"$and": parts} if len(parts) > 1 else parts[0], sort=order, limit=wanted - len(found)
        )
        missing = wanted - len(found)
        found += readable.pairs(some)
        if len(some) < missing:
            break
        after = _place(some[-1], order)
    items = [value for _, value in found[: asked.page_size]]
    if len(found) <= asked.page_size:
        return Page(items)
    return Page(items, asked.token(_place(found[asked.page_size - 1][0], order)))


def _conditions(asked: ListAsked, where: Mapping[str, str], searched: Sequence[str]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    if asked.q:
        part = {"$regex": re.escape(asked.q), "$options": "i"}
        parts.append({"$or": [{path: part} for path in searched]})
    for name, values in asked.filters.items():
        parts.append({where.get(name, name): {"$in": list(values)}})
    for operator, bounds in (("$gt", asked.after_time), ("$lt", asked.before_time)):
        parts += [{where.get(name, name): {operator: at}} for name, at in bounds.items()]
    return parts


def _behind(order: Sequence[tuple[str, int]], place: Place) -> dict[str, Any]:
    """Later in the order than the place: later by the first field, or equal in it and later by the next."""
    ways = []
    for depth, (path, direction) in enumerate(order):
        equal = {before: place[index] for index, (before, _) in enumerate(order[:depth])}
        at = place[depth]
        if at is not None:
            ways.append({**equal, path: {"$gt" if direction > 0 else "$lt": at}})
        elif direction > 0:  # a document without the field, which could not be read, stands before all others
            ways.append({**equal, path: {"$ne": None}})
    return {"$or": ways} if len(ways) > 1 else ways[0]


def _place(document: Document, order: Sequence[tuple[str, int]]) -> Place:
    return tuple(_at(document, path) for path, _ in order)


def _at(document: Any, path: str) -> Any:
    for part in path.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document
