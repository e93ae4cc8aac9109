"""One document that cannot be read costs nothing but itself."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.documents import Document
from servicekit.readable import DocumentUnreadable, Readable


def whole(found: Document) -> int:
    return int(found["value"]) + 0


def documents(*values: object) -> list[Document]:
    return [{"_id": f"d{place:03}", "value": value} for place, value in enumerate(values)]


def test_what_cannot_be_read_is_passed_over_and_told_until_it_is_replaced() -> None:
    readable = Readable("things", whole)
    assert readable.all(documents(1, "x", 3)) == [1, 3]
    assert readable.problem() == "1 documents of things cannot be read: d001"
    with pytest.raises(DocumentUnreadable):
        readable.one(documents(1, None)[1])
    readable.replaced("d001")
    assert readable.problem() == ""
    readable.all(documents("x"))
    assert readable.all(documents(1)) == [1]
    assert readable.problem() == ""


values = st.none() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)


@given(st.lists(values, max_size=20), st.integers(1, 8))
async def test_pages_hold_every_readable_document_once(stored: list[object], limit: int) -> None:
    readable, there = Readable("things", whole), documents(*stored)

    async def ask(last: Document | None, most: int) -> Sequence[Document]:
        return [one for one in there if last is None or one["_id"] > last["_id"]][:most]

    page = await readable.page(ask, limit)
    assert page == Readable("things", whole).all(there)[:limit]
