"""A hand-over costs its own call what goes wrong in it, and the server nothing."""

import asyncio
import itertools
import socket
from collections.abc import Callable, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchlink.handover import HandOverServer
from switchlink.testing.switch_asks import ask, channel_data, goodbye

CHANNEL = {"Unique-ID": "c1", "variable_sip_req_user": "+4930123456"}
LEG = {"keepline_do": "leg", "keepline_leg": "0"}


def _always(channel: Mapping[str, str]) -> Mapping[str, str] | None:
    return LEG


async def _until_all_ended(server: HandOverServer) -> None:
    async with asyncio.timeout(20):
        await server.drained()


async def test_a_channel_is_decided_in_one_conversation() -> None:
    seen: list[Mapping[str, str]] = []

    def decide(channel: Mapping[str, str]) -> Mapping[str, str]:
        seen.append(channel)
        return LEG

    async with HandOverServer(decide) as server:
        told = await ask(server.address, CHANNEL | {"variable_switch_r_sdp": "v=0\r\no=- 100% ü\r\n"})
        await _until_all_ended(server)
        assert (told.variables, told.exited) == (LEG, True)
        assert seen[0]["variable_switch_r_sdp"] == "v=0\r\no=- 100% ü\r\n"
        assert server.ended == {"decided": 1}


async def test_a_value_is_decoded_once_and_no_more() -> None:
    async with HandOverServer(lambda c: {"keepline_leg": c["variable_x"].replace("%", "_")}) as server:
        told = await ask(server.address, {"variable_x": "%3A486"})
        assert told.variables == {"keepline_leg": "_3A486"}


async def test_without_a_decision_the_switch_goes_on_at_once() -> None:
    async with HandOverServer(lambda _: None) as server:
        told = await ask(server.address, CHANNEL)
        assert (told.variables, told.exited) == ({}, False)
        await _until_all_ended(server)
        assert server.ended == {"left": 1}


@pytest.mark.parametrize("unfit", [{"keepline_leg": "${x}"}, {"sip_h_X-A": "1"}, {}])
async def test_a_decision_that_may_not_be_set_sets_nothing(unfit: Mapping[str, str]) -> None:
    async with HandOverServer(lambda _: unfit) as server:
        assert (await ask(server.address, CHANNEL)).variables == {}
        await _until_all_ended(server)
        assert server.ended == {"failed": 1}


async def test_a_decide_that_raises_costs_one_call() -> None:
    def decide(channel: Mapping[str, str]) -> Mapping[str, str]:
        if channel["Unique-ID"] == "bad":
            raise RuntimeError("boom")
        return LEG

    async with HandOverServer(decide) as server:
        assert (await ask(server.address, {"Unique-ID": "bad"})).variables == {}
        assert (await ask(server.address, {"Unique-ID": "good"})).variables == LEG


HOSTILE = {
    "nothing at all": b"",
    "no frame": b"GET / HTTP/1.1\r\n\r\n\n\n",
    "headers without an end": b"a: b\n" * 1000,
    "giant headers": b"Content-Type: command/reply\nvariable_x: " + b"a" * 600_000,
    "too many headers": b"Content-Type: command/reply\n"
    + b"".join(b"h%d: 1\n" % n for n in range(5000))
    + b"\n",
    "a giant body": b"Content-Type: command/reply\nContent-Length: 99999999\n\n",
    "a hang-up before the channel": goodbye(),
    "only a piece of the channel": channel_data(CHANNEL)[:-20],
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("closes", [True, False])
async def test_a_hostile_peer_costs_one_conversation(name: str, closes: bool) -> None:
    async with HandOverServer(_always, deadline_seconds=0.2) as server:
        _, writer = await asyncio.open_connection(*server.address)
        writer.write(HOSTILE[name])
        if closes:
            writer.close()
        assert (await ask(server.address, CHANNEL)).variables == LEG
        await _until_all_ended(server)
        assert server.under_way == 0
        writer.close()


LIKE_FRAMES = [b"Content-Type: a/b\n", b"\n\n", b": \n"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.binary(max_size=200) | st.sampled_from([b"Content-Type: a/b\n", b"\n\n", b": \n"]), max_size=8
    )
)
async def test_no_bytes_end_the_server(pieces: list[bytes]) -> None:
    async with HandOverServer(_always, deadline_seconds=0.05) as server:
        _, writer = await asyncio.open_connection(*server.address)
        writer.writelines(pieces)
        writer.close()
        assert (await ask(server.address, CHANNEL)).variables == LEG
        await _until_all_ended(server)


@given(st.lists(st.integers(0, len(channel_data(CHANNEL))), max_size=6))
@settings(max_examples=40)
async def test_the_channel_may_arrive_in_any_pieces(cuts: list[int]) -> None:
    data = channel_data(CHANNEL)
    edges = [0, *sorted(cuts), len(data)]
    seen: list[Mapping[str, str]] = []

    def decide(channel: Mapping[str, str]) -> Mapping[str, str]:
        seen.append(channel)
        return LEG

    async with HandOverServer(decide) as server:
        _, writer = await asyncio.open_connection(*server.address)
        for start, end in itertools.pairwise(edges):
            writer.write(data[start:end])
            await asyncio.sleep(0)
        writer.write_eof()
        await _until(lambda: server.ended.total() == 1)
        writer.close()
    assert [channel["variable_sip_req_user"] for channel in seen] == ["+4930123456"]


async def _until(wanted: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not wanted():  # noqa: ASYNC110  what is asked has no event of its own
            await asyncio.sleep(0.001)


async def test_a_peer_that_never_stops_talking_after_the_decision_is_cut_off() -> None:
    async with HandOverServer(_always) as server:
        _, writer = await asyncio.open_connection(*server.address)
        writer.write(channel_data(CHANNEL) + b"x" * 200_000)
        await _until(lambda: server.ended.total() == 1)
        assert server.ended == {"decided": 1}
        writer.close()


async def test_when_draining_nobody_listens_and_what_is_under_way_ends() -> None:
    async with HandOverServer(_always) as server:
        address = server.address
        reader, writer = await asyncio.open_connection(*address)
        await reader.readuntil(b"\n\n")
        server.refuse_new()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(*address)
        assert server.under_way == 1
        writer.write(channel_data(CHANNEL))
        assert b"keepline_do=leg" in await reader.readuntil(b"exit\n\n")
        writer.close()
        await _until_all_ended(server)
        assert server.ended == {"decided": 1}


async def test_more_conversations_than_fit_are_closed_and_the_others_go_on() -> None:
    async with HandOverServer(_always, most_at_once=3, deadline_seconds=20) as server:
        held = [await asyncio.open_connection(*server.address) for _ in range(3)]
        await _until(lambda: server.under_way == 3)
        reader, writer = await asyncio.open_connection(*server.address)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            while True:
                await reader.readexactly(64)
        writer.close()
        assert server.ended == {"full": 1}
        held[0][1].write(channel_data(CHANNEL))
        assert b"keepline_do=leg" in await held[0][0].readuntil(b"exit\n\n")
        for _, each in held:
            each.close()


async def test_a_queue_of_thousands_waits_while_the_router_thinks() -> None:
    """The switch connects without a time-out: whoever is not accepted yet must not be turned away."""
    async with HandOverServer(_always) as server:
        waiting = [socket.socket() for _ in range(600)]
        for one in waiting:
            one.settimeout(2)
            one.connect(server.address)  # the loop does not run meanwhile: nobody accepts
        for one in waiting:
            one.close()
        assert (await ask(server.address, CHANNEL)).variables == LEG


async def test_hand_overs_are_taken_on_loopback_only() -> None:
    with pytest.raises(ValueError, match="loopback"):
        HandOverServer(_always, "192.0.2.1")
