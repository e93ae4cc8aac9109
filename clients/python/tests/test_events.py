"""What is handed over once, and what is the newest, whatever order records come in."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepline.events.v1.call_event_pb2 import CallEnded, CallEvent, CallStarted
from keepline.events.v1.rejection_pb2 import Rejection
from keepline.sip.v1.trunk_pb2 import Trunk, TrunkState
from keepline_client.events import TRUNKS, Once, Topic
from keepline_client.events.following import Newest
from keepline_client.events.once import name_of
from keepline_client.events.records import attributes
from keepline_client.events.topics import ALL
from servicekit.kafka import load_topics

NONE = attributes([])
STARTED = CallEvent(call_id="call_1", attempt=1, seq=1, started=CallStarted())
EXACT = CallEvent(call_id="call_1", attempt=1, seq=1000000, ended=CallEnded(talk_ms=5))
GUESSED = CallEvent(call_id="call_1", attempt=1, seq=1000000, ended=CallEnded(estimated_within_ms=60))


def told(*events: CallEvent) -> list[CallEvent]:
    """Those that a reader would hand over, each of them handled."""
    once, new = Once(), []
    for event in events:
        if once.is_new(name := name_of(event, NONE)):
            new.append(event)
            once.add(name)
    return new


def test_an_event_is_new_once() -> None:
    second = CallEvent(call_id="call_1", attempt=2, seq=1, started=CallStarted())
    other = CallEvent(call_id="call_2", attempt=1, seq=1, started=CallStarted())
    assert told(STARTED, STARTED, second, other, STARTED, second) == [STARTED, second, other]


def test_an_end_that_was_estimated_gives_way_to_the_exact_one_and_not_the_other_way_round() -> None:
    assert told(GUESSED, GUESSED, EXACT, GUESSED, EXACT) == [GUESSED, EXACT]
    assert told(EXACT, GUESSED, EXACT) == [EXACT]


def test_what_was_handed_over_and_not_handled_is_still_new() -> None:
    once, name = Once(), name_of(STARTED, NONE)
    assert once.is_new(name) and once.is_new(name)
    once.add(name)
    assert not once.is_new(name)


def test_what_is_no_call_is_known_by_its_source_and_id_and_without_them_by_nothing() -> None:
    once = Once()
    one = name_of(Rejection(), attributes([("ce_source", b"/keepline/edge-agent"), ("ce_id", b"1")]))
    other = name_of(Rejection(), attributes([("ce_source", b"/keepline/edge-agent"), ("ce_id", b"2")]))
    nameless = name_of(Rejection(), NONE)
    for name in (one, nameless):
        once.add(name)
    assert [once.is_new(name) for name in (one, other, nameless)] == [False, True, True]


def test_only_so_many_names_are_kept() -> None:
    once = Once(names_kept=2)
    names = [name_of(CallEvent(call_id=f"call_{n}", seq=1, started=CallStarted()), NONE) for n in range(3)]
    for name in names:
        once.add(name)
    assert [once.is_new(name) for name in names] == [True, False, False]


def state(version: int) -> bytes:
    return TrunkState(trunk=Trunk(id="trk_1", version=version)).SerializeToString()


@settings(deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1))
def test_the_highest_version_stays_whatever_comes_late(versions: list[int]) -> None:
    newest = Newest(TRUNKS)
    news = [version for version in versions if newest.take("trk_1", state(version))]
    assert news == sorted(set(news))
    assert newest.state["trk_1"].trunk.version == max(versions)


def test_a_tombstone_ends_it_for_good() -> None:
    newest = Newest(TRUNKS)
    assert not newest.take("trk_1", None)
    newest = Newest(TRUNKS)
    records = [state(1), None, None, state(1), state(2)]
    assert [newest.take("trk_1", data) for data in records] == [True, True, False, False, False]
    assert newest.state == {}


@pytest.mark.parametrize("topic", ALL, ids=lambda topic: topic.name)
def test_a_topic_holds_what_topics_yaml_says(topic: Topic[Any]) -> None:
    declared = load_topics()[topic.name]
    assert declared.message == topic.message.DESCRIPTOR.full_name
    assert (topic.version is not None) == (declared.cleanup == "compact")
