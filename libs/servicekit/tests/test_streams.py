"""A reader gets what it has not had, once, at whichever replica it comes back."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.clock import FakeClock
from servicekit.errors import TooMany, Unavailable
from servicekit.streams import Cursor, Entry, Event, Feed, Lost, Ring, Story, Told, Wants
from servicekit.streams import feed as feeds

PARTITIONS = 3
Record = tuple[int, int]
"""Partition and offset; the tenant is that of the offset's parity."""


def replica(records: Sequence[Record] = (), most: int = 1000, begin: int = 0) -> Feed[Record]:
    """One that has read these."""
    clock = FakeClock()
    feed: Feed[Record] = Feed("test", Ring(most, 1 << 20), clock.now, lambda: True)
    feed.begins(dict.fromkeys(range(PARTITIONS), begin))
    feed.caught_up()
    for record in records:
        put(feed, record)
    return feed


def put(feed: Feed[Record], record: Record) -> None:
    feed.put(record, tenant_of(record), str(record), record, 1)


def tenant_of(record: Record) -> str:
    return f"t_{record[1] % 2}"


@st.composite
def orders(draw: st.DrawFn) -> tuple[Sequence[Record], Sequence[Record]]:
    """The records of one topic as two replicas read them: each partition in its order, mixed differently."""
    lengths = [draw(st.integers(0, 8)) for _ in range(PARTITIONS)]
    which = [partition for partition, length in enumerate(lengths) for _ in range(length)]

    def mixed() -> Sequence[Record]:
        seen = [0] * PARTITIONS
        order = []
        for partition in draw(st.permutations(which)):
            order.append((partition, seen[partition]))
            seen[partition] += 1
        return order

    return mixed(), mixed()


@given(orders(), st.data())
async def test_whoever_resumes_elsewhere_gets_the_rest_once(
    both: tuple[Sequence[Record], Sequence[Record]], data: st.DataObject
) -> None:
    here, there = both
    with replica().reader("t_0") as reader:
        first = reader._feed
        had: list[Record] = []
        place = reader.cursor()
        stop = data.draw(st.integers(0, len(here)))
        for record in here[:stop]:
            put(first, record)
        news = list(await reader.news(0)) if any(tenant_of(one) == "t_0" for one in here[:stop]) else []
        for entry, behind in news[: data.draw(st.integers(0, len(news)))]:
            had.append(entry.value)
            place = behind
    cursor = Cursor.read("test", place)
    assert cursor is not None
    with replica(there).reader("t_0") as again:
        assert await again.resume(cursor)
        rest = [entry.value for entry, _ in await again.news(0.001)]
    assert sorted(had + rest) == sorted(one for one in here if tenant_of(one) == "t_0")


async def test_a_reader_to_whom_nothing_happens_can_resume_by_its_sign_of_life() -> None:
    feed = replica(most=2)
    with feed.reader("t_1") as reader:
        early = reader.cursor()
        for offset in (0, 2, 4, 6):
            put(feed, (0, offset))
        late = reader.cursor()
    for text, exact in ((early, False), (late, True)):
        cursor = Cursor.read("test", text)
        assert cursor is not None
        with feed.reader("t_1") as again:
            assert await again.resume(cursor) is exact


async def test_a_slow_reader_is_told_that_it_lost_something_and_a_quiet_one_is_not() -> None:
    feed = replica(most=2)
    with feed.reader("t_0") as slow, feed.reader("t_1") as quiet:
        for offset in (0, 2, 4):
            put(feed, (0, offset))
        assert await quiet.news(0) == []
        with pytest.raises(Lost):
            await slow.news(0)


async def test_a_replica_that_is_behind_comes_there_or_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = replica([(0, 0)])
    ahead = Cursor((3, 0, 0))
    monkeypatch.setattr(feeds, "COMES_SECONDS", 0.05)
    with feed.reader("t_0") as reader:
        assert not await reader.resume(ahead)
    for offset in (1, 2, 3, 4):
        put(feed, (0, offset))
    with feed.reader("t_0") as reader:
        assert await reader.resume(ahead)
        assert [entry.value for entry, _ in await reader.news(0)] == [(0, 4)]


async def test_what_was_before_the_reading_began_is_not_there() -> None:
    with replica(begin=5).reader("t_0") as reader:
        assert not await reader.resume(Cursor((4, 5, 5)))
        assert await reader.resume(Cursor((5, 5, 5)))


async def test_another_number_of_partitions_is_another_topic() -> None:
    with replica().reader("t_0") as reader:
        assert not await reader.resume(Cursor((0, 0)))


def test_a_feed_that_is_not_read_to_its_end_serves_nobody() -> None:
    feed: Feed[Record] = Feed("test", Ring(2, 2), FakeClock().now, lambda: True)
    with pytest.raises(Unavailable):
        feed.reader("t_0")


@given(st.lists(st.integers(0, 1 << 62), min_size=1, max_size=40))
def test_a_cursor_is_read_as_it_was_written(offsets: list[int]) -> None:
    cursor = Cursor(tuple(offsets))
    assert Cursor.read("calls", cursor.text("calls")) == cursor
    assert Cursor.read("health", cursor.text("calls")) is None


@pytest.mark.parametrize(
    "text", ["", "calls.", "calls.!", "calls.gA", "calls.A===", "calls", "x" * 5000, "calls._____________w"]
)
def test_what_is_no_cursor_is_none(text: str) -> None:
    assert Cursor.read("calls", text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_cursors(text: str) -> None:
    Cursor.read("calls", f"calls.{text}")


def test_a_ring_is_bounded_in_bytes_too() -> None:
    ring: Ring[int] = Ring(100, 10)
    for number in range(1, 8):
        ring.put(Entry(number, 0, number, f"t_{number % 2}", "k", number, 4))
    assert [one.number for one in ring.of_tenant("t_1", 0)] == [7]
    assert [one.number for one in ring.of_key("k")] == [6, 7]
    ring.put(Entry(8, 0, 8, "t_1", "k", 8, 50))
    assert len(ring) == 0


class Teller:
    async def snapshot(self, tenant_id: str, number: int, wants: Wants) -> Mapping[str, Any]:
        return {"tenant": tenant_id, "number": number}

    async def told(self, entry: Entry[Record]) -> Told:
        shown = {"partition": entry.partition}
        return Told("happened", shown, {"it": shown, "offset": entry.offset})


def story(feed: Feed[Record], cursor: Cursor | None = None) -> AsyncGenerator[Event, None]:
    told = Story(feed, Teller(), heartbeat_seconds=0.01)
    return told.events("t_0", lambda shown: shown["partition"] != 1, cursor)


async def test_a_story_begins_with_how_things_stand_and_passes_over_what_is_not_asked_for() -> None:
    feed = replica([(0, 0)])
    events = story(feed)
    assert (await anext(events)).data == b'{"tenant":"t_0","number":1}'
    put(feed, (1, 0))
    put(feed, (0, 2))
    told = await anext(events)
    assert (told.name, told.data) == ("happened", b'{"it":{"partition":0},"offset":2}')
    sign = await anext(events)
    assert (sign.name, sign.id) == ("heartbeat", Cursor((3, 1, 0)).text("test"))
    resumed = story(feed, Cursor((1, 0, 0)))
    assert [(await anext(resumed)).name for _ in range(2)] == ["heartbeat", "happened"]


async def test_a_story_that_its_reader_cannot_follow_ends_and_says_so() -> None:
    feed = replica(most=2)
    events = story(feed)
    await anext(events)
    for offset in (0, 2, 4):
        put(feed, (0, offset))
    with pytest.raises(TooMany, match="remembered"):
        await anext(events)
