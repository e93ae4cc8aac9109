"""One document that cannot be read costs nothing but itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.api import pages
from servicekit.api.lists import ListRule
from servicekit.documents import Document
from servicekit.readable import DocumentUnreadable, Readable
from servicekit.testing import MemoryCollection

RULE = ListRule(fields=("id",))


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


# a document's integers have 8 bytes
integers = st.integers(-(2**63), 2**63 - 1)
values = st.none() | integers | st.text(max_size=3) | st.lists(integers, max_size=2)


@given(st.lists(values, max_size=20), st.integers(1, 8))
async def test_pages_hold_every_readable_document_once(stored: list[object], limit: int) -> None:
    readable, there = Readable("things", whole), documents(*stored)
    collection = MemoryCollection("things")
    for document in there:
        await collection.insert_one(document)
    found: list[int] = []
    token = ""
    while True:
        asked = RULE.read({"page_size": [str(limit)], **({"page_token": [token]} if token else {})})
        page = await pages.page(readable, collection, {}, asked)
        assert len(page.items) == limit or not page.next_page_token
        found += page.items
        token = page.next_page_token
        if not token:
            break
    assert found == Readable("things", whole).all(there)
