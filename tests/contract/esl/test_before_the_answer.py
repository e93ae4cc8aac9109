"""An answer is the agent's 200: what comes before it neither stops the ring limit nor makes a talk."""

import asyncio
from dataclasses import replace

import pytest

from call_router.adapters.switch.channel import failure_of
from harness.until import until
from switchlink.testing.desk import Edge, Handed, Variables, leg, refuse
from switchlink.testing.ledger import read_endings
from switchlink.testing.sip_phone import Behaviour, Phone

SIP = "variable_last_bridge_proto_specific_hangup_cause"


def _heard(handed: Handed) -> list[tuple[int, bool]]:
    """The provisional answers that the carrier got, and whether they described media."""
    return [(one.status, bool(one.body)) for one in handed.call.provisional if one.status != 100]


@pytest.mark.parametrize(("kind", "heard"), [("human", (183, True)), ("sip", (180, False))])
async def test_the_ring_limit_holds_after_early_media(
    calls: Edge, edge: Phone, kind: str, heard: tuple[int, bool]
) -> None:
    uri = edge.behave(f"early-{kind}", Behaviour(None, rings=False, early=True))
    handed = await calls.hand_over(leg(uri, ring_seconds=2, kind=kind), refuse(480, "no_agent"))
    agent = await edge.incoming(f"early-{kind}")
    assert await handed.final() == (480, "Refused (no_agent)")
    assert _heard(handed) == [heard]
    await asyncio.wait_for(agent.cancelled.wait(), 20)
    again = calls.asked(handed)[1]
    assert failure_of(again).cause == "ALLOTTED_TIMEOUT"
    ended = (await handed.mine("CHANNEL_HANGUP_COMPLETE")).headers
    assert ended["variable_billsec"] == "0"


@pytest.mark.parametrize("kind", ["human", "sip"])
async def test_a_refusal_after_early_media_is_a_failed_leg(calls: Edge, edge: Phone, kind: str) -> None:
    late = Behaviour(480, "Temporarily Unavailable", early=True, before_final_seconds=0.5)
    then = edge.behave("then-answers", Behaviour())
    handed = await calls.hand_over(
        leg(edge.behave(f"refuses-{kind}", late), kind=kind), leg(then, index=1, kind=kind)
    )
    assert (await handed.final())[0] == 200
    again = calls.asked(handed)[1]
    assert again[SIP] == "sip:480"
    failed = (await handed.mine("keepline::leg_failed")).headers
    assert failed["variable_keepline_failed_leg"] == "0"
    agent = await edge.incoming("then-answers")
    await asyncio.gather(
        handed.call.rtp.send(handed.call.remote_sdp or handed.call.provisional[-1].body, 0x11, 40),
        agent.rtp.send(agent.remote_sdp, 0x22, 40),
    )
    await agent.rtp.hears(0x11, 20)
    await handed.call.rtp.hears(0x22, 20)
    await handed.hang_up()


ORDERS = {
    "183": Behaviour(rings=False, early=True),
    "180 and 183": Behaviour(early=True),
    "183 and 180": Behaviour(rings=False, early=True, rings_after_seconds=0.2),
}


@pytest.mark.parametrize("order", ORDERS)
async def test_a_caller_hears_a_persons_line_before_the_answer(calls: Edge, edge: Phone, order: str) -> None:
    """Whether it rings before, after or not at all."""
    user, told = order.replace(" ", "-"), asyncio.Event()
    handed = await calls.hand_over(leg(edge.behave(user, replace(ORDERS[order], told=told))))
    agent = await edge.incoming(user)
    await handed.of_the_leg("CHANNEL_PROGRESS_MEDIA")
    await agent.rtp.send(agent.remote_sdp, 0x33, 40)
    assert not handed.call.final.done()
    await handed.call.rtp.hears(0x33, 20)
    told.set()
    assert (await handed.final())[0] == 200
    ended = await handed.hang_up()
    answered, early = int(ended["variable_answer_uepoch"]), int(ended["variable_progress_media_uepoch"])
    assert answered - early > 500_000


async def test_ringing_after_early_media_is_not_passed_on(calls: Edge, edge: Phone) -> None:
    """FreeSWITCH has no 180 for a call that has early media; docs/interop.md says what that means."""
    told = asyncio.Event()
    handed = await calls.hand_over(leg(edge.behave("rings-late", replace(ORDERS["183 and 180"], told=told))))
    await handed.of_the_leg("CHANNEL_PROGRESS")
    told.set()
    assert (await handed.final())[0] == 200
    assert _heard(handed) == [(183, True)]
    await handed.hang_up()


async def test_the_ring_limit_ends_no_talk(calls: Edge, edge: Phone) -> None:
    soon = Behaviour(rings=False, early=True, before_final_seconds=0.3)
    handed = await calls.hand_over(leg(edge.behave("answers-soon", soon), ring_seconds=1))
    agent = await edge.incoming("answers-soon")
    assert (await handed.final())[0] == 200
    await agent.rtp.send(agent.remote_sdp, 0x55, 120)  # 2.4 s
    assert not agent.ended_by_peer.is_set()
    assert not handed.call.ended_by_peer.is_set()
    edge.hang_up(agent)
    await asyncio.wait_for(handed.call.ended_by_peer.wait(), 20)
    assert len(calls.asked(handed)) == 1


async def test_a_caller_that_gives_up_over_early_media_ends_the_leg(calls: Edge, edge: Phone) -> None:
    handed = await calls.hand_over(leg(edge.behave("given-up", Behaviour(None, rings=False, early=True))))
    agent = await edge.incoming("given-up")
    await handed.of_the_leg("CHANNEL_PROGRESS_MEDIA")
    ended = await handed.hang_up()
    assert await handed.final() == (487, "Request Terminated")
    await asyncio.wait_for(agent.cancelled.wait(), 20)
    assert ended["variable_billsec"] == "0"
    assert len(calls.asked(handed)) == 1


async def test_each_step_of_a_leg_is_an_event_that_names_the_leg(calls: Edge, edge: Phone) -> None:
    rings = Behaviour(200, "OK", early=True, before_final_seconds=0.3)
    handed = await calls.hand_over(leg(edge.behave("steps", rings), index=2))
    for name in ("CHANNEL_CREATE", "CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_ANSWER"):
        step = (await handed.of_the_leg(name)).headers
        assert step["variable_keepline_leg"] == "2"
        assert step["variable_keepline_attempt"] == "1"
    await handed.final()
    await handed.hang_up()


async def test_the_first_word_of_a_leg_does_not_say_whose_it_is(calls: Edge, edge: Phone) -> None:
    """CHANNEL_OUTGOING comes before the variables of the dial string: a leg starts with CHANNEL_CREATE."""
    handed = await calls.hand_over(leg(edge.behave("first-word", Behaviour())))
    outgoing = (await handed.log.first("CHANNEL_OUTGOING")).headers
    assert "variable_keepline_call_id" not in outgoing
    created = (await handed.of_the_leg("CHANNEL_CREATE")).headers
    assert created["Unique-ID"] == outgoing["Unique-ID"]
    await handed.final()
    await handed.hang_up()


async def test_ringing_is_passed_on_before_the_answer(calls: Edge, edge: Phone) -> None:
    handed = await calls.hand_over(leg(edge.behave("rings", Behaviour(before_final_seconds=0.3))))
    assert (await handed.final())[0] == 200
    assert _heard(handed) == [(180, False)]
    await handed.hang_up()


@pytest.mark.parametrize("kind", ["human", "sip"])
async def test_what_a_leg_does_stands_on_the_callers_channel(calls: Edge, edge: Phone, kind: str) -> None:
    """With the index of the leg and the time, whoever listened."""
    rang_out = leg(edge.behave(f"rings-{kind}", Behaviour(None)), ring_seconds=1, kind=kind)
    early = Behaviour(200, "OK", rings=False, early=True, before_final_seconds=0.3)
    answers = leg(edge.behave(f"stands-{kind}", early), index=1, kind=kind)
    handed = await calls.hand_over(rang_out, answers)
    assert (await handed.final())[0] == 200
    await _noted(calls, handed, "answered")
    first, second = calls.asked(handed)[1], await handed.hang_up()
    assert [_step(first, name)[0] for name in STEPS] == ["0", "0", "", ""]
    # a leg that rang before is not forgotten, and is not this one
    assert [_step(second, name)[0] for name in STEPS] == ["1", "0", "1", "1"]
    # FreeSWITCH looks at the clock once in a while
    assert _step(first, "began")[1] <= _step(first, "rang")[1] < _step(second, "began")[1]
    assert _step(second, "began")[1] <= _step(second, "media")[1] < _step(second, "answered")[1]
    assert _step(second, "answered")[1] <= int(second["variable_answer_uepoch"])
    assert second["variable_keepline_leg_answered"].endswith(":PCMU")
    (kept,) = [one for one in await read_endings(calls.link) if one.fields["call"] == handed.call_id]
    assert {name: kept.fields[f"leg_{name}"] for name in STEPS} == {
        name: second[f"variable_keepline_leg_{name}"] for name in STEPS
    }


STEPS = ("began", "rang", "media", "answered")


async def _noted(calls: Edge, handed: Handed, step: str) -> None:
    """The carrier hears of a step as soon as the channel does."""
    uuid = calls.asked(handed)[0]["Unique-ID"]

    async def said() -> bool:
        value = await calls.link.api("uuid_getvar", uuid, f"keepline_leg_{step}")
        return not value.startswith("_undef_")

    await until(said, what=step)


def _step(channel: Variables, name: str) -> tuple[str, int]:
    index, _, said = channel.get(f"variable_keepline_leg_{name}", "").partition(":")
    return index, int(said.partition(":")[0] or 0)
