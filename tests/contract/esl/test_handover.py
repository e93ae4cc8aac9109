"""A call asks the routers of the list, and what one of them writes on the channel is done."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from switchlink.testing.desk import Desk, Edge, leg, refuse
from switchlink.testing.sip_phone import Behaviour, Phone
from switchlink.testing.switch_process import RunningSwitch

Met = tuple[asyncio.Event, asyncio.Event]
# The guard ends a call with another reason: whatever is not that came before it, in less than two seconds.
GUARD = (503, "Service Unavailable")


async def test_the_router_sees_the_channel_and_the_agent_answers(calls: Edge, edge: Phone) -> None:
    """The talk outlives the guard that ran while the router was asked."""
    uri = edge.behave("answers", Behaviour())
    told = leg(uri, decision="eyJhIjoxfQ", router="r-1", decided_at="1764000000000000")
    handed = await calls.hand_over(told)
    agent = await edge.incoming("answers")
    assert (await handed.final())[0] == 200
    (channel,) = calls.asked(handed)
    assert channel["variable_sip_h_X-Keepline-Tenant"] == "t_demo"
    assert channel["variable_sip_h_X-Keepline-Trunk"] == "trk_1"
    assert channel["variable_sip_h_X-Keepline-Source"] == "127.0.1.5:5060"
    assert channel["variable_sip_req_user"] == "+4930123456"
    assert channel["Caller-Caller-ID-Number"] == "+4930111"
    assert channel["variable_sip_h_X-Keepline-Call-Id"] == handed.call_id
    decided = (await handed.mine("keepline::decided")).headers
    assert decided["variable_keepline_decision"] == "eyJhIjoxfQ"
    assert decided["variable_keepline_leg_uri"] == uri
    await asyncio.gather(
        handed.call.rtp.send(handed.call.remote_sdp, 0x11, 130),
        agent.rtp.send(agent.remote_sdp, 0x22, 130),
    )
    await agent.rtp.hears(0x11, 100)
    await handed.call.rtp.hears(0x22, 100)
    assert (await handed.hang_up())["Hangup-Cause"] == "NORMAL_CLEARING"
    await asyncio.wait_for(agent.ended_by_peer.wait(), 20)


async def test_a_port_that_another_program_has_costs_no_call(
    switch: RunningSwitch, calls: Edge, edge: Phone
) -> None:
    """Nine of ten are taken; devswitch takes what the kernel gives."""
    with contextlib.ExitStack() as others:
        for port in switch.rtp_ports[: len(switch.rtp_ports) * 9 // 10]:
            other = others.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            with contextlib.suppress(OSError):  # the switch's own
                other.bind((switch.sip[0], port))
        handed = await calls.hand_over(leg(edge.behave("has-a-port", Behaviour())))
        assert await handed.final() == (200, "OK")
        await handed.hang_up()


async def test_a_refusal_is_told_and_done(calls: Edge) -> None:
    handed = await calls.hand_over(refuse(404, "number_unknown"))
    assert await handed.final() == (404, "Refused (number_unknown)")
    decided = (await handed.mine("keepline::decided")).headers
    assert decided["variable_keepline_do"] == "refuse"
    assert decided["variable_keepline_refuse_code"] == "number_unknown"
    ended = (await handed.mine("CHANNEL_HANGUP_COMPLETE")).headers
    assert ended["variable_sip_hangup_disposition"] == "send_refuse"


async def test_the_attempt_of_the_edge_stands_on_the_channel(calls: Edge) -> None:
    handed = await calls.hand_over(refuse(480, "no_agent"), headers={"X-Keepline-Attempt": "3"})
    await handed.final()
    assert calls.asked(handed)[0]["variable_sip_h_X-Keepline-Attempt"] == "3"


async def test_a_dead_address_first_costs_nothing(lonely: Edge) -> None:
    await lonely.desk.open(1)
    handed = await lonely.hand_over(refuse(486, "busy"))
    assert await handed.final() == (486, "Refused (busy)")


async def test_nobody_listens_and_the_carrier_hears_it_at_once(lonely: Edge) -> None:
    handed = await lonely.hand_over()
    assert await handed.final() == (503, "Refused (no_router)")


async def test_a_router_that_leaves_without_a_word_is_asked_once_more(calls: Edge) -> None:
    handed = await calls.hand_over()
    assert await handed.final() == (503, "Refused (no_router)")
    assert len(calls.asked(handed)) == 2


@asynccontextmanager
async def _strange_router(desk: Desk, words: bytes, *, dies: bool) -> AsyncIterator[Met]:
    """Listens at the first address: says these words; then it dies with its address, or is mute.

    Gives two marks: a call came, and it is gone.
    """
    met, ended = asyncio.Event(), asyncio.Event()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        met.set()
        with contextlib.suppress(ConnectionError):
            if dies:
                server.close()
                await reader.read(64 if words else 0)
            else:
                while await reader.read(65536):
                    pass
        writer.close()
        ended.set()

    server = await asyncio.start_server(meet, *desk.addresses[0])
    try:
        yield met, ended
    finally:
        server.close()


@pytest.mark.parametrize("words", [b"", b"connect\n\n"])
async def test_a_mute_router_costs_two_seconds_and_a_503(lonely: Edge, words: bytes) -> None:
    async with _strange_router(lonely.desk, words, dies=False) as (_, ended):
        handed = await lonely.hand_over()
        assert await handed.final() == GUARD
        gone = (await handed.mine("CHANNEL_HANGUP_COMPLETE")).headers
        assert gone["Hangup-Cause"] == "NORMAL_TEMPORARY_FAILURE"
        await asyncio.wait_for(ended.wait(), 20)


@pytest.mark.parametrize("words", [b"", b"connect\n\n"])
async def test_a_router_that_dies_in_the_middle_leaves_the_call_to_the_next(
    lonely: Edge, words: bytes
) -> None:
    await lonely.desk.open(1)
    async with _strange_router(lonely.desk, words, dies=True):
        handed = await lonely.hand_over(refuse(480, "no_agent"))
        assert await handed.final() == (480, "Refused (no_agent)")


async def test_a_router_that_dies_and_no_other_cost_a_503_at_once(lonely: Edge) -> None:
    async with _strange_router(lonely.desk, b"connect\n\n", dies=True):
        handed = await lonely.hand_over()
        assert await handed.final() == (503, "Refused (no_router)")


async def test_a_caller_who_gives_up_while_a_router_thinks(lonely: Edge) -> None:
    async with _strange_router(lonely.desk, b"connect\n\n", dies=False) as (met, ended):
        handed = await lonely.hand_over()
        await asyncio.wait_for(met.wait(), 20)
        lonely.carrier.cancel(handed.call)
        assert (await handed.final())[0] == 487
        gone = (await handed.mine("CHANNEL_HANGUP_COMPLETE")).headers
        assert gone["Hangup-Cause"] == "ORIGINATOR_CANCEL"
        assert gone["variable_sip_hangup_disposition"] == "recv_cancel"
        await asyncio.wait_for(ended.wait(), 20)


async def test_many_calls_at_once_are_all_answered(calls: Edge) -> None:
    handed = [await calls.hand_over(refuse(480, f"code_{n}")) for n in range(20)]
    finals = await asyncio.gather(*(one.final() for one in handed))
    assert finals == [(480, f"Refused (code_{n})") for n in range(20)]
