"""What the services ask the switch: its channels, its profile, and to call somebody."""

import asyncio
import json
import uuid
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from switchlink.esl import CommandRefused, EslLink
from switchlink.testing.parked import EventLog, Parked
from switchlink.testing.sip_phone import Behaviour, Phone

Rows = dict[str, dict[str, str]]


async def _rows_when(link: EslLink, wanted: Callable[[Rows], bool]) -> Rows:
    """The list follows the events a little later."""
    async with asyncio.timeout(5):
        while True:
            answer = json.loads(await link.api("show channels as json"))
            rows = {row["uuid"]: row for row in answer.get("rows", [])}
            assert answer["row_count"] == len(rows)
            if wanted(rows):
                return rows


async def test_the_channels_are_listed_as_json(parked: Parked) -> None:
    rows = await _rows_when(parked.link, lambda rows: parked.uuid in rows)
    row = rows[parked.uuid]
    assert row["direction"] == "inbound"
    assert row["dest"] == "+4930123456"
    assert row["cid_num"] == "+4930111"


async def test_without_channels_the_list_is_empty(link: EslLink) -> None:
    assert await _rows_when(link, lambda rows: not rows) == {}


async def test_the_profile_is_described_in_xml(link: EslLink) -> None:
    document = ElementTree.fromstring(await link.api("sofia xmlstatus"))
    profiles = {(profile.findtext("name"), profile.findtext("type")) for profile in document.iter("profile")}
    assert ("inner", "profile") in profiles
    state = next(p.findtext("state") for p in document.iter("profile") if p.findtext("name") == "inner")
    assert state is not None
    assert state.startswith("RUNNING")


async def test_a_channel_is_known_while_it_lives(parked: Parked, carrier: Phone) -> None:
    assert await parked.link.api("uuid_exists", parked.uuid) == "true"
    assert await parked.link.api("uuid_getvar", parked.uuid, "sip_h_X-Keepline-Tenant") == "t_demo"
    carrier.cancel(parked.call)
    await parked.mine("CHANNEL_HANGUP_COMPLETE")
    assert await parked.link.api("uuid_exists", parked.uuid) == "false"


async def test_what_a_resync_reads_of_a_channel(parked: Parked, link: EslLink) -> None:
    row = (await _rows_when(link, lambda rows: parked.uuid in rows))[parked.uuid]
    assert int(row["created_epoch"]) > 1_700_000_000
    assert row["callstate"] in ("RINGING", "EARLY", "DOWN")
    assert await link.api("uuid_getvar", parked.uuid, "keepline_leg_uri") == "_undef_"
    assert await link.api("uuid_getvar", parked.uuid, "sip_call_id") == parked.call.invite.one("Call-ID")
    assert (await link.api("global_getvar", "core_uuid")).strip() == parked.event.core_uuid


async def test_a_channel_is_ended_with_the_cause_that_was_named(parked: Parked) -> None:
    await parked.link.api("uuid_kill", parked.uuid, "CALL_REJECTED")
    assert (await asyncio.wait_for(parked.call.final, 5)).status == 603
    ended = await parked.mine("CHANNEL_HANGUP_COMPLETE")
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
    await asyncio.wait_for(agent.ended_by_peer.wait(), 5)


async def test_a_call_that_is_refused_names_the_cause(link: EslLink, edge: Phone) -> None:
    edge.behave("called-busy", Behaviour(486, "Busy Here"))
    target = "sofia/inner/sip:called-busy@127.0.0.1;fs_path=sip:{}:{}".format(*edge.address)
    with pytest.raises(CommandRefused, match="USER_BUSY"):
        await link.bgapi("originate", target, "&park()")
