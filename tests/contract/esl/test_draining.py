"""A switch that is paused takes no new call and ends none; what is slow is asked on a link of its own."""

import asyncio
import json

from switchlink.testing.desk import Edge, leg, refuse
from switchlink.testing.sip_phone import Behaviour, Phone
from switchlink.testing.sip_request import ask
from switchlink.testing.switch_process import RunningSwitch


async def test_a_paused_switch_refuses_calls_and_probes_and_keeps_its_talks(
    calls: Edge, edge: Phone, switch: RunningSwitch
) -> None:
    talking = await calls.hand_over(leg(edge.behave("talks-on", Behaviour())))
    assert (await talking.final())[0] == 200
    agent = await edge.incoming("talks-on")
    await calls.link.api("fsctl", "pause", "inbound")
    try:
        refused = await calls.hand_over(refuse(404, "number_unknown"))
        assert (await refused.final())[0] == 503
        assert refused.call.final.result().all("Retry-After")
        assert calls.asked(refused) == []
        assert (await ask("127.0.0.1", "OPTIONS", switch.sip)).status == 503
        await agent.rtp.send(agent.remote_sdp, 0x22, 20)
        await talking.call.rtp.hears(0x22, 10)
    finally:
        await calls.link.api("fsctl", "resume", "inbound")
    again = await calls.hand_over(refuse(404, "number_unknown"))
    assert (await again.final())[0] == 404
    assert (await ask("127.0.0.1", "OPTIONS", switch.sip)).status == 200
    await talking.hang_up()
    await asyncio.wait_for(agent.ended_by_peer.wait(), 20)


async def test_the_packets_of_a_talk_can_be_read_while_it_goes_on(
    calls: Edge, edge: Phone, switch: RunningSwitch
) -> None:
    handed = await calls.hand_over(leg(edge.behave("counted", Behaviour())))
    await handed.final()
    agent = await edge.incoming("counted")
    uuid = (await handed.mine("CHANNEL_ANSWER")).uuid
    await asyncio.gather(
        handed.call.rtp.send(handed.call.remote_sdp, 0x11, 40),
        agent.rtp.send(agent.remote_sdp, 0x22, 40),
    )
    await asyncio.gather(agent.rtp.hears(0x11, 30), handed.call.rtp.hears(0x22, 30))
    async with switch.link() as second:
        await second.wait_connected()
        await second.api("uuid_set_media_stats", uuid)
        channel = json.loads(await second.api("uuid_dump", uuid, "json"))
    assert int(channel["variable_rtp_audio_in_packet_count"]) >= 30
    assert int(channel["variable_rtp_audio_out_packet_count"]) >= 30
    await handed.hang_up()


async def test_a_link_that_hears_the_dialplans_events_hears_of_its_jobs_too(calls: Edge) -> None:
    """Whatever follows CUSTOM in a subscription is the name of a subclass."""
    assert (await calls.link.bgapi("status")).startswith("UP")
