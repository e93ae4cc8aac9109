"""Chunks come in order, or not at all."""

import pytest

from edge_agent.domain.assembly import Assembly
from edge_agent.domain.resources import Edge, Resource
from edge_agent.domain.updates import ChangeChunk, WholeChunk, Word


def whole(version: str, index: int, last: bool, count: int = 2) -> WholeChunk:
    one = Resource(f"edge/e{index}", 1, Edge(f"e{index}"))
    return WholeChunk(version, {}, index, last, Word(), (one,), count)


def change(version: str, index: int, last: bool) -> ChangeChunk:
    return ChangeChunk(version, {}, index, last, Word(), (), "from", ())


IN_ORDER = [whole("v", 0, False), whole("v", 1, True)]


@pytest.mark.parametrize(
    ("chunks", "words"),
    [
        (IN_ORDER, [None, None]),
        ([whole("v", 0, True, count=1)], [None]),
        ([whole("v", 1, True)], ["chunk 1"]),
        ([whole("v", 0, False), whole("v", 2, True)], [None, "chunk 2"]),
        ([whole("v", 0, False), whole("w", 1, True)], [None, "chunk 1 of w"]),
        ([whole("v", 0, False), change("v", 1, True)], [None, "chunk 1"]),
        ([whole("v", 0, False), whole("v", 1, True, count=3)], [None, "3 resources were announced and 2"]),
        # another begins anew
        ([whole("v", 0, False), *IN_ORDER], [None, None, None]),
        ([whole("v", 0, False), change("w", 0, True), whole("v", 1, True)], [None, None, "chunk 1"]),
        ([change("v", 0, False), change("v", 1, True)], [None, None]),
        ([*IN_ORDER, whole("v", 1, True)], [None, None, "chunk 1"]),
    ],
)
def test_a_thread_of_chunks(chunks: list[WholeChunk | ChangeChunk], words: list[str | None]) -> None:
    assembly = Assembly()
    for chunk, expected in zip(chunks, words, strict=True):
        refusal = assembly.add(chunk)
        if expected is None:
            assert refusal is None
        else:
            assert refusal is not None and expected in refusal.reason
