"""An INVITE from the edge is parked: neither answered nor rung, and given up after eight seconds."""

import asyncio
import time

from switchlink.esl import EslLink
from switchlink.testing.parked import EventLog, Parked, park
from switchlink.testing.sip_phone import Phone
from switchlink.testing.switch_process import RunningSwitch


async def test_the_event_tells_the_router_all_it_needs(parked: Parked) -> None:
    headers = parked.event.headers
    assert headers["Caller-Caller-ID-Number"] == "+4930111"
    assert headers["Caller-Destination-Number"] == "+4930123456"
    assert headers["variable_sip_h_X-Keepline-Tenant"] == "t_demo"
    assert headers["variable_sip_h_X-Keepline-Trunk"] == "trk_1"
    assert headers["variable_sip_h_X-Keepline-Call-Id"] == parked.call_id
    assert headers["variable_sip_h_X-Keepline-Source"] == "127.0.1.5:5060"
    assert parked.event.uuid
    assert parked.event.core_uuid
    assert parked.event.sequence > 0


async def test_the_caller_hears_nothing_while_parked(parked: Parked) -> None:
    await parked.link.api("uuid_exists", parked.uuid)
    assert [message.status for message in parked.call.provisional] == [100]
    assert not parked.call.final.done()


async def test_a_caller_who_gives_up_ends_the_channel(parked: Parked, carrier: Phone) -> None:
    carrier.cancel(parked.call)
    assert (await asyncio.wait_for(parked.call.final, 5)).status == 487
    ended = await parked.mine("CHANNEL_HANGUP_COMPLETE")
    assert ended.headers["Hangup-Cause"] == "ORIGINATOR_CANCEL"
    assert ended.headers["variable_sip_hangup_disposition"] == "recv_cancel"


async def test_a_router_that_says_nothing_costs_the_carrier_a_503_within_nine_seconds(parked: Parked) -> None:
    started = time.monotonic()
    assert (await asyncio.wait_for(parked.call.final, 10)).status == 503
    assert time.monotonic() - started < 9
    ended = await parked.mine("CHANNEL_HANGUP_COMPLETE")
    assert ended.headers["Hangup-Cause"] == "NORMAL_TEMPORARY_FAILURE"


async def test_the_name_of_an_extension_is_a_number_like_any_other(
    link: EslLink, switch: RunningSwitch, carrier: Phone
) -> None:
    parked = await park(link, carrier, switch.sip, number="keepline-leg")
    assert parked.event.headers["Caller-Destination-Number"] == "keepline-leg"
    carrier.cancel(parked.call)
    await asyncio.wait_for(parked.call.final, 5)


async def test_two_calls_at_once_are_two_channels(
    link: EslLink, switch: RunningSwitch, carrier: Phone
) -> None:
    log = EventLog(link)
    calls = [await carrier.call("+4930123456", switch.sip) for _ in range(2)]
    uuids = {(await log.first("CHANNEL_PARK")).uuid for _ in calls}
    assert len(uuids) == 2
    for call in calls:
        carrier.cancel(call)
        await asyncio.wait_for(call.final, 5)
