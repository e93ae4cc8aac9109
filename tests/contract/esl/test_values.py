"""Values stay values: nothing that a stranger wrote becomes a header, a command or a destination."""

import asyncio
import uuid

import pytest

from switchlink.esl import CommandInvalid, EslLink
from switchlink.testing.parked import EventLog, Parked
from switchlink.testing.raw_esl import RawEsl
from switchlink.testing.sip_phone import Behaviour, Phone
from switchlink.testing.switch_process import RunningSwitch

NOTE = r"Bob\nEvent-Name: CHANNEL_ANSWER\nUnique-ID: forged"


async def test_a_newline_in_a_channel_variable_forges_nothing(
    link: EslLink, switch: RunningSwitch, edge: Phone
) -> None:
    edge.behave("noted", Behaviour())
    channel = str(uuid.uuid4())
    raw = await RawEsl.open(*switch.esl, switch.password)
    target = "sofia/inner/sip:noted@127.0.0.1;fs_path=sip:{}:{}".format(*edge.address)
    reply = await raw.command(
        f"api originate {{origination_uuid={channel},keepline_note='{NOTE}'}}{target} &park()"
    )
    raw.close()
    assert reply.startswith("+OK")
    log = EventLog(link)
    event = await log.first("CHANNEL_PARK", lambda e: e.uuid == channel)
    assert event.headers["variable_keepline_note"] == NOTE.replace(r"\n", "\n")
    await link.api("uuid_kill", channel)
    await log.first("CHANNEL_HANGUP_COMPLETE", lambda e: e.uuid == channel)
    assert not [e for e in log.events if e.uuid == "forged"]


@pytest.mark.parametrize(
    "uri",
    [
        "sip:x@127.0.0.1,sofia/inner/sip:y@127.0.0.1",
        "sip:x@127.0.0.1|sofia/inner/sip:y@127.0.0.1",
        "sip:x@127.0.0.1;fs_path=sip:127.0.66.6",
        "sip:x@127.0.0.1]sofia",
        "user/1000",
        "sip:{a=b}x@127.0.0.1",
    ],
)
async def test_a_destination_that_is_not_one_plain_uri_is_not_dialled(
    parked: Parked, edge: Phone, uri: str
) -> None:
    before = len(edge.requests)
    await parked.send_to(uri)
    assert (await asyncio.wait_for(parked.call.final, 5)).status == 500
    assert len(edge.requests) == before


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0b", "a b", "${hostname}", "a'b", 'a"b', "a\\b", ""])
async def test_the_link_refuses_a_value_that_would_change_the_command(parked: Parked, value: str) -> None:
    with pytest.raises(CommandInvalid):
        await parked.link.api("uuid_setvar", parked.uuid, "keepline_call_id", value)
