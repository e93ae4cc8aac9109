"""The end of a decided call is kept by the switch until it is taken away, whoever watched or did not."""

import pytest

from switchlink.esl import CommandRefused
from switchlink.testing.desk import Edge, Handed, leg, refuse
from switchlink.testing.ledger import Ending, forget_ending, read_endings, read_undecided
from switchlink.testing.sip_phone import Behaviour, Phone


async def _ending(calls: Edge, handed: Handed) -> Ending:
    (found,) = [one for one in await read_endings(calls.link) if one.fields["call"] == handed.call_id]
    return found


async def test_the_end_of_a_talk_is_kept_with_what_was_decided(calls: Edge, edge: Phone) -> None:
    told = leg(edge.behave("kept", Behaviour()), decision="eyJhIjoxfQ", router="r-1", decided_at="17")
    handed = await calls.hand_over(told, headers={"X-Keepline-Attempt": "2"})
    await handed.final()
    agent = await edge.incoming("kept")
    await agent.rtp.send(agent.remote_sdp, 0x22, 50)
    await handed.call.rtp.hears(0x22, 40)
    ended = await handed.hang_up()
    fields = (await _ending(calls, handed)).fields
    assert {
        name: fields[name] for name in ("attempt", "cause", "by", "leg", "decision", "router", "decided")
    } == {
        "attempt": "2",
        "cause": "NORMAL_CLEARING",
        "by": "recv_bye",
        "leg": "0",
        "decision": "eyJhIjoxfQ",
        "router": "r-1",
        "decided": "17",
    }
    assert fields["end"] == ended["variable_end_uepoch"]
    assert fields["answer"] == ended["variable_answer_uepoch"]
    assert fields["billmsec"] == ended["variable_billmsec"]
    assert int(fields["billmsec"]) >= 900
    assert fields["codec"] == "PCMU"
    assert int(fields["out"]) >= 40


async def test_an_ending_is_kept_once_and_taken_away_once(calls: Edge) -> None:
    handed = await calls.hand_over(refuse(404, "number_unknown"))
    await handed.final()
    await handed.mine("CHANNEL_HANGUP_COMPLETE")
    ending = await _ending(calls, handed)
    assert ending.fields["refused"] == "404"
    assert ending.fields["code"] == "number_unknown"
    assert ending.fields["by"] == "send_refuse"
    assert "decision" not in ending.fields
    assert await forget_ending(calls.link, ending.uuid)
    assert not await forget_ending(calls.link, ending.uuid)
    assert ending.uuid not in [one.uuid for one in await read_endings(calls.link)]


async def test_a_ledger_that_was_emptied_says_nothing(calls: Edge) -> None:
    handed = await calls.hand_over(refuse(404, "number_unknown"))
    await handed.final()
    await handed.mine("CHANNEL_HANGUP_COMPLETE")
    for ending in await read_endings(calls.link):
        await forget_ending(calls.link, ending.uuid)
    assert await read_endings(calls.link) == []


async def test_the_end_of_a_call_that_failed_on_its_last_leg_says_so(calls: Edge, edge: Phone) -> None:
    busy = leg(edge.behave("busy", Behaviour(486, "Busy Here")))
    handed = await calls.hand_over(busy, refuse(486, "all_busy"))
    await handed.final()
    await handed.mine("CHANNEL_HANGUP_COMPLETE")
    fields = (await _ending(calls, handed)).fields
    assert (fields["refused"], fields["leg"], fields["answer"]) == ("486", "0", "0")


async def test_a_call_that_nobody_decided_is_kept_in_its_place(lonely: Edge) -> None:
    before = len(await read_endings(lonely.link))
    handed = await lonely.hand_over(headers={"X-Keepline-Edge": "edge1", "X-Keepline-Attempt": "2"})
    await handed.final()
    ended = (await handed.mine("CHANNEL_HANGUP_COMPLETE")).headers
    assert len(await read_endings(lonely.link)) == before
    uuid = ended["Unique-ID"]
    (kept,) = [one for one in await read_undecided(lonely.link) if one.fields["uuid"] == uuid]
    assert kept.uuid == uuid[1:4]
    assert kept.fields == {
        "uuid": uuid,
        "call": handed.call_id,
        "attempt": "2",
        "tenant": "t_demo",
        "trunk": "trk_1",
        "source": "127.0.1.5:5060",
        "edge": "edge1",
        "called": "+4930123456",
        "caller": ended["Caller-Caller-ID-Number"],
        "start": ended["variable_start_uepoch"],
        "answer": "0",
        "billmsec": "0",
        "end": ended["variable_end_uepoch"],
        "cause": ended["variable_hangup_cause"],
        "by": "send_refuse",
        **({"sip": ended["variable_sip_term_status"]} if "variable_sip_term_status" in ended else {}),
    }


async def test_a_place_says_whose_it_is_and_is_emptied(lonely: Edge) -> None:
    handed = await lonely.hand_over()
    await handed.final()
    uuid = (await handed.mine("CHANNEL_HANGUP_COMPLETE")).headers["Unique-ID"]
    place = f"undecided-{uuid[0]}/{uuid[1:4]}"
    assert (await lonely.link.api("hash", f"select/{place}")).startswith(f"uuid={uuid};")
    await lonely.link.api("hash", f"delete/{place}")
    assert uuid not in [one.fields["uuid"] for one in await read_undecided(lonely.link)]
    with pytest.raises(CommandRefused, match="no reply"):
        await lonely.link.api("hash", f"select/{place}")


async def test_a_call_that_was_decided_is_not_kept_as_one_that_was_not(calls: Edge) -> None:
    handed = await calls.hand_over(refuse(404, "number_unknown"))
    await handed.final()
    await handed.mine("CHANNEL_HANGUP_COMPLETE")
    assert handed.call_id not in [one.fields["call"] for one in await read_undecided(calls.link)]


@pytest.mark.parametrize("number", ["+49301;decision=1AAAA", "+49301=1", "+49301/x"])
async def test_only_a_number_is_kept_as_one_of_a_call_that_nobody_decided(lonely: Edge, number: str) -> None:
    handed = await lonely.hand_over(number=number)
    await handed.final()
    await handed.mine("CHANNEL_HANGUP_COMPLETE")
    (kept,) = [
        one.fields for one in await read_undecided(lonely.link) if one.fields["call"] == handed.call_id
    ]
    # devswitch takes what stands before a semicolon for the number, FreeSWITCH all of it
    assert kept.get("called", "+49301") == "+49301"
    assert "decision" not in kept


@pytest.mark.parametrize(
    ("mark", "value"),
    [("Tenant", "t_demo;decision=1AAAA"), ("Trunk", ""), ("Source", "x'y"), ("Edge", "edge/1")],
)
async def test_a_call_with_a_mark_that_is_not_the_edges_is_nobodys(
    lonely: Edge, mark: str, value: str
) -> None:
    handed = await lonely.hand_over(headers={f"X-Keepline-{mark}": value})
    await handed.final()
    await handed.mine("CHANNEL_HANGUP_COMPLETE")
    assert handed.call_id not in [one.fields["call"] for one in await read_undecided(lonely.link)]


async def test_what_a_stranger_wrote_is_not_in_the_ledger(calls: Edge) -> None:
    handed = await calls.hand_over(refuse(404, "number_unknown"), number="x;cause=NONE")
    await handed.final()
    await handed.mine("CHANNEL_HANGUP_COMPLETE")
    assert (await _ending(calls, handed)).fields["cause"] == "UNALLOCATED_NUMBER"
