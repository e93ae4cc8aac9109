"""What the services ask the switch: its channels, its profile, and to call somebody."""

import asyncio
import json
import uuid
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from harness.until import until
from switchlink.esl import CommandRefused, EslLink
from switchlink.testing.desk import Handed
from switchlink.testing.event_log import EventLog
from switchlink.testing.sip_phone import Behaviour, Phone

Rows = dict[str, dict[str, str]]


async def _rows_when(link: EslLink, wanted: Callable[[Rows], bool]) -> Rows:
    """The list follows the events a little later."""
    async with asyncio.timeout(20):
        while True:
            answer = json.loads(await link.api("show channels as json"))
            rows = {row["uuid"]: row for row in answer.get("rows", [])}
            assert answer["row_count"] == len(rows)
            if wanted(rows):
                return rows


async def test_the_channels_are_listed_as_json(ringing: Handed) -> None:
    uuid = (await ringing.mine("CHANNEL_CREATE")).uuid
    row = (await _rows_when(ringing.link, lambda rows: uuid in rows))[uuid]
    assert row["direction"] == "inbound"
    assert row["cid_num"] == "+4930111"
    assert int(row["created_epoch"]) > 1_700_000_000
    assert row["callstate"] in ("RINGING", "EARLY", "DOWN")


async def test_without_channels_the_list_is_empty(link: EslLink) -> None:
    assert await _rows_when(link, lambda rows: not rows) == {}


async def test_the_profile_is_described_in_xml(link: EslLink) -> None:
    document = ElementTree.fromstring(await link.api("sofia xmlstatus"))
    profiles = {(profile.findtext("name"), profile.findtext("type")) for profile in document.iter("profile")}
    assert ("inner", "profile") in profiles
    state = next(p.findtext("state") for p in document.iter("profile") if p.findtext("name") == "inner")
    assert state is not None
    assert state.startswith("RUNNING")


async def test_a_channel_is_known_while_it_lives(ringing: Handed) -> None:
    link, uuid = ringing.link, (await ringing.mine("CHANNEL_CREATE")).uuid
    assert await link.api("uuid_exists", uuid) == "true"
    assert await link.api("uuid_getvar", uuid, "sip_h_X-Keepline-Tenant") == "t_demo"
    assert await link.api("uuid_getvar", uuid, "keepline_decision") == "_undef_"
    await ringing.hang_up()

    async def gone() -> bool:
        return await link.api("uuid_exists", uuid) == "false"

    await until(gone)


async def test_what_a_resync_reads_of_a_channel(ringing: Handed) -> None:
    created = await ringing.mine("CHANNEL_CREATE")
    channel = json.loads(await ringing.link.api("uuid_dump", created.uuid, "json"))
    assert channel["variable_keepline_call_id"] == ringing.call_id
    assert channel["variable_keepline_leg"] == "0"
    assert channel["variable_sip_call_id"] == ringing.call.invite.one("Call-ID")
    assert channel["Answer-State"] in ("ringing", "early")
    core = (await ringing.link.api("global_getvar", "core_uuid")).strip()
    assert core == created.core_uuid


async def test_a_channel_that_is_gone_is_refused_in_words(ringing: Handed) -> None:
    with pytest.raises(CommandRefused, match=r"(?i)no such channel"):
        await ringing.link.api("uuid_dump", str(uuid.uuid4()), "json")


async def test_a_channel_is_ended_with_the_cause_that_was_named(ringing: Handed) -> None:
    channel = (await ringing.mine("CHANNEL_CREATE")).uuid
    await ringing.link.api("uuid_kill", channel, "CALL_REJECTED")
    assert (await ringing.final())[0] == 603
    ended = await ringing.mine("CHANNEL_HANGUP_COMPLETE")
    assert ended.headers["Hangup-Cause"] == "CALL_REJECTED"


async def test_the_switch_calls_somebody_and_parks_the_answer(link: EslLink, edge: Phone) -> None:
    edge.behave("called", Behaviour())
    log = EventLog(link)
    channel = str(uuid.uuid4())
    target = "sofia/inner/sip:called@127.0.0.1;fs_path=sip:{}:{}".format(*edge.address)
    answer = await link.bgapi(
        "originate", f"{{origination_uuid={channel},sip_h_X-Note=hello}}{target}", "&park()"
    )
    assert answer.strip() == f"+OK {channel}"
    agent = await edge.incoming("called")
    assert agent.invite.one("X-Note") == "hello"
    await log.first("CHANNEL_PARK", lambda event: event.uuid == channel)
    await link.api("uuid_kill", channel)
    await asyncio.wait_for(agent.ended_by_peer.wait(), 20)


async def test_a_call_that_is_refused_names_the_cause(link: EslLink, edge: Phone) -> None:
    edge.behave("called-busy", Behaviour(486, "Busy Here"))
    target = "sofia/inner/sip:called-busy@127.0.0.1;fs_path=sip:{}:{}".format(*edge.address)
    with pytest.raises(CommandRefused, match="USER_BUSY"):
        await link.bgapi("originate", target, "&park()")
