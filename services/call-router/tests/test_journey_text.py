"""A journey as a channel variable: whole, bounded, of characters that no dialplan changes."""

import re
import zlib
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from call_router.adapters.switch.journey_text import MAX_TEXT, Unreadable, journey_of, journey_text
from call_router.domain.explain import Explained, TraceStep, explain
from call_router.domain.journey import Journey, LegFailure, LegTimes
from call_router.domain.leg import Leg
from call_router.domain.offer import Offer
from call_router.domain.route import Call
from call_router.domain.sip_uri import MAX_URI
from siptypes.faults import MAX_NAME

AUDIO = Offer(usable=True)
NOW = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)
CALL = Call("t" * 64, "t" * 64, "+" * 64, "+" * 64, "[::1]:65535", "call_" + "0" * 36, AUDIO, 2, "edge1")
HARMLESS = re.compile(r"[A-Za-z0-9_-]+")
names = st.text(min_size=1, max_size=MAX_NAME).filter(str.isprintable)
uris = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=MAX_URI)
ids = st.uuids().map(lambda one: f"agt_{one}")


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    legs = tuple(
        Leg(draw(ids), draw(names), draw(uris), 120, draw(st.sampled_from(("sip", "human"))))
        for _ in range(2)
    )
    plan = draw(names)
    trace = tuple(TraceStep("agent", True, f"{leg.agent_id} at {leg.uri}, ringing for 120 s") for leg in legs)
    reason = f"+49301234567 is answered by {legs[0].agent_name}, as plan {plan} says; {legs[1].agent_name}."
    decision = Explained(reason, "routed", legs, 0, trace, "+49301234567", "num_a", "pln_a", 7, "0" * 16)
    failure = LegFailure(486, "USER_BUSY", NOW, LegTimes(NOW, NOW, NOW, NOW))
    return Journey(
        CALL, decision, draw(st.booleans()), NOW, "router-1", draw(st.sampled_from(((), (failure,))))
    )


@settings(max_examples=100)
@given(journeys())
def test_what_was_written_is_read(journey: Journey) -> None:
    text = journey_text(journey)
    assert HARMLESS.fullmatch(text)
    assert len(text) <= MAX_TEXT
    assert journey_of(text) == journey


def test_a_refusal_travels_too(still_world: Any) -> None:
    journey = Journey(CALL, explain(still_world.route("+49309999999")), False, NOW, "r1")
    assert journey_of(journey_text(journey)) == journey


def test_one_that_is_too_long_loses_its_trace_and_nothing_else(still_world: Any) -> None:
    noise = "".join(chr(0x4E00 + (index * 7919) % 20000) for index in range(4000))
    decision = explain(still_world.route())
    long = Journey(
        CALL,
        Explained(
            **{
                **{name: getattr(decision, name) for name in Explained.__slots__},
                "trace": (TraceStep("agent", True, noise),),
            }
        ),
        False,
        NOW,
        "r1",
    )
    read = journey_of(journey_text(long))
    assert (read.decision.trace, read.legs) == ((), decision.legs)


BOMB = "1" + urlsafe_b64encode(zlib.compress(bytes(10_000_000))).decode()
STRANGE = "1" + urlsafe_b64encode(zlib.compress(msgspec.msgpack.encode({"decision": 1}))).decode()


@pytest.mark.parametrize(
    "text", ["", "1", "2abc", "1????", "1YWJj", "1" + "A" * MAX_TEXT, BOMB, STRANGE, "1é"]
)
def test_what_no_router_wrote_is_no_journey(text: str) -> None:
    with pytest.raises(Unreadable):
        journey_of(text)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    with pytest.raises(Unreadable):
        journey_of("1" + text)
