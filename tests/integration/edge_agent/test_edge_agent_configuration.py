"""What sip-config says comes into force at the edge, and only that."""

import signal
import sqlite3
import time
from contextlib import closing

import pytest

from edge_agent.domain.records import Destination
from harness.until import until
from keepline.sip.v1 import switch_config_pb2 as pb
from switchlink.testing.running_edge import RunningEdge
from switchlink.testing.wire import SDP, Wire, reply, request


async def value(edge: RunningEdge, table: str, key: str) -> str | None:
    try:
        return str((await edge.rpc("htable.get", table, key))["item"]["value"])
    except RuntimeError:
        return None


async def version(edge: RunningEdge) -> str | None:
    return await value(edge, "meta", "version")


async def destinations(edge: RunningEdge) -> dict[str, str]:
    listed = await edge.rpc("dispatcher.list")
    sets = [entry["SET"]["TARGETS"] for entry in listed["RECORDS"]]
    return {t["DEST"]["URI"]: t["DEST"]["FLAGS"] for targets in sets for t in targets}


async def test_the_first_whole_is_in_force_and_a_call_arrives(edge, control, agent_beside, content) -> None:
    switch, provider = await Wire.open(), await Wire.open("127.0.1.1")
    control.hold(
        [content.trunk(1, "127.0.1.0/24"), content.number(1, of=1)], [content.switch(switch.peer[1])]
    )
    async with agent_beside(edge, control) as agent:
        await control.in_force(control.version)
        await agent.until_ready()
        assert await version(edge) == control.version
        assert control.watches[0] == ""
        assert control.tokens[0] == "Bearer a-token"
        provider.send(request("INVITE", "sip:+4930000001@203.0.113.1", provider, body=SDP), edge.public)
        invite = await switch.receive("INVITE")
        assert invite.one("X-Keepline-Tenant") == "tenant1"
        switch.send(reply(invite, 486, "Busy", tag="s"), invite.peer)
    for wire in (switch, provider):
        wire.close()


async def test_changes_are_in_force_at_once_and_read_back(edge, control, agent_beside, content) -> None:
    async with agent_beside(edge, control):
        await control.in_force(control.version)
        put = control.change([content.trunk(2, "::1/128"), content.number(2, of=2), content.number(3, of=2)])
        await control.in_force(put)
        assert await value(edge, "trunk", "t2.sip.test") == "tenant2|trk_2|e|::1/128|1"
        assert await value(edge, "number", "+4930000003") == "t2.sip.test"
        again = control.change([content.trunk(2, enabled=False, version=2)])
        await control.in_force(again)
        assert await value(edge, "trunk", "t2.sip.test") == "tenant2|trk_2|d||2"
        gone = control.change(
            delete=[
                (content.TRUNK, "t2.sip.test"),
                (content.NUMBER, "+4930000002"),
                (content.NUMBER, "+4930000003"),
            ]
        )

        async def back() -> bool:  # the content is that of the beginning, and so is its version
            return await version(edge) == gone

        await until(back)
        assert await value(edge, "trunk", "t2.sip.test") is None
        assert await value(edge, "number", "+4930000003") is None
        assert await version(edge) == gone == control.version
        assert len(control.watches) == 1


async def test_one_change_takes_milliseconds(edge, control, agent_beside, content) -> None:
    async with agent_beside(edge, control):
        await control.in_force(control.version)
        took = []
        for n in range(50):
            started = time.perf_counter()
            to = control.change([content.trunk(2, f"192.0.2.{n}/32", version=n + 1)])
            await control.in_force(to)
            took.append(time.perf_counter() - started)
        # the waiting here looks every 20 ms
        assert sorted(took)[25] < 0.06


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"record_count": 7}, "7 records were announced and 2 came"),
        ({"version": "0" * 64}, "announced as 000000000000"),
        ({"index": 3}, "chunk 3"),
    ],
)
async def test_a_whole_that_is_not_what_it_says_is_refused(  # noqa: PLR0917
    edge, control, agent_beside, content, wrong, words
) -> None:
    async with agent_beside(edge, control):
        before = control.version
        await control.in_force(before)
        control.hold([content.trunk(5), content.number(5, of=5)], control.destinations)
        refused = control.send_whole(**wrong)
        assert words in await control.refused(refused)
        if "index" not in wrong:
            assert await version(edge) == before
            assert await value(edge, "trunk", "t5.sip.test") is None


@pytest.mark.parametrize(
    ("records", "words"),
    [
        (lambda c: [c.number(1, of=9)], "t9.sip.test"),
        (lambda c: [], "empty"),
        (lambda c: [c.trunk(1), c.trunk(1, version=2)], "twice"),
    ],
)
async def test_an_inconsistent_or_empty_whole_is_refused_and_calls_go_on(  # noqa: PLR0917
    edge, control, agent_beside, content, records, words
) -> None:
    async with agent_beside(edge, control) as agent:
        before = control.version
        await control.in_force(before)
        control.hold([], control.destinations)
        for n, record in enumerate(records(content)):
            control.records[record.table, f"{n}"] = record
        refused = control.send_whole()
        assert words in await control.refused(refused)
        assert await version(edge) == before
        assert await value(edge, "trunk", "t1.sip.test") is not None
        assert (await agent.ready())["ready"]


async def test_a_whole_without_switches_is_refused(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        before = control.version
        await control.in_force(before)
        control.hold(control.records.values(), [])
        assert "no switch" in await control.refused(control.send_whole())
        assert await version(edge) == before
        assert list(await destinations(edge)) == ["sip:127.0.0.1:5999;transport=udp"]


async def test_an_empty_whole_is_taken_by_an_edge_that_holds_nothing(
    edge, control, agent_beside, content
) -> None:
    control.hold([], [content.switch(5999)])
    async with agent_beside(edge, control) as agent:
        await control.in_force(control.version)
        await agent.until_ready()
        await control.in_force(control.change([content.trunk(1)]))


async def test_the_last_trunk_can_be_deleted_by_a_change(edge, control, agent_beside, content) -> None:
    async with agent_beside(edge, control):
        await control.in_force(control.version)
        to = control.change(delete=[(content.TRUNK, "t1.sip.test"), (content.NUMBER, "+4930000001")])
        await control.in_force(to)
        assert await value(edge, "trunk", "t1.sip.test") is None


async def test_an_agent_that_forgot_asks_the_edge_before_it_believes_an_empty_whole(
    edge, control, agent_beside
) -> None:
    await edge.load({"t1.sip.test": "t|trk|e||1"}, {}, [("127.0.0.1", 5999)])
    control.hold([], control.destinations)
    async with agent_beside(edge, control):
        assert "1 trunks are in force" in await control.refused(control.version)
        assert await value(edge, "trunk", "t1.sip.test") == "t|trk|e||1"


async def test_an_operator_may_empty_an_edge(edge, control, agent_beside) -> None:
    await edge.load({"t1.sip.test": "t|trk|e||1"}, {}, [("127.0.0.1", 5999)])
    control.hold([], control.destinations)
    async with agent_beside(edge, control, KEEPLINE_ACCEPT_EMPTY="true"):
        await control.in_force(control.version)
        assert await value(edge, "trunk", "t1.sip.test") is None


@pytest.mark.parametrize(
    ("put", "delete", "words"),
    [
        (lambda c: [c.number(9, of=9)], lambda c: [], "t9.sip.test"),
        (lambda c: [], lambda c: [(c.TRUNK, "t1.sip.test")], "while numbers point to it"),
        (lambda c: [c.trunk(2)], lambda c: [(c.NUMBER, "+4930777777")], "not there"),
    ],
)
async def test_a_change_that_breaks_consistency_is_refused(  # noqa: PLR0917
    edge, control, agent_beside, content, put, delete, words
) -> None:
    async with agent_beside(edge, control):
        before = control.version
        await control.in_force(before)
        refused = control.change(put(content), delete(content))
        assert words in await control.refused(refused)
        assert await version(edge) == before


async def test_a_change_to_another_version_than_announced_is_refused(
    edge, control, agent_beside, content
) -> None:
    async with agent_beside(edge, control):
        await control.in_force(control.version)
        control.change([content.trunk(2)], to_version="e" * 64)
        assert "announced as eeeeeeeeeeee" in await control.refused("e" * 64)
        await control.in_force(control.version)  # by the whole, which the agent asked for
        assert len(control.watches) == 2
        assert await value(edge, "trunk", "t2.sip.test") is not None


@pytest.mark.parametrize(
    "record",
    [
        {"table": 1, "key": "T2.sip.test", "value": "t|trk|e||1"},
        {"table": 1, "key": "t2.sip.test", "value": "t|trk|e|a,b|1|x"},
        {"table": 1, "key": "t2\r\n.test", "value": "t|trk|e||1"},
        {"table": 2, "key": "0301", "value": "t1.sip.test"},
        {"table": 7, "key": "x", "value": "y"},
    ],
)
async def test_a_malformed_record_reaches_no_table_and_no_file(
    edge, control, agent_beside, content, record
) -> None:
    async with agent_beside(edge, control):
        before = control.version
        await control.in_force(before)
        control.change([content.trunk(2)], set=[pb.Record(**record)], to_version="d" * 64)
        assert await control.refused("d" * 64)
        assert await value(edge, "trunk" if record["table"] == 1 else "number", record["key"]) is None
        with closing(sqlite3.connect(edge.run.tables)) as file:
            for table in ("trunk", "number"):
                keys = {key for (key,) in file.execute(f"SELECT key_name FROM {table}")}
                assert record["key"] not in keys


async def test_a_change_that_does_not_follow_brings_the_whole(edge, control, agent_beside, content) -> None:
    async with agent_beside(edge, control):
        await control.in_force(control.version)
        control.records[content.TRUNK, "t2.sip.test"] = content.trunk(2)  # nobody was told
        to = control.change([content.trunk(3)])
        await control.in_force(to)
        assert len(control.watches) == 2
        assert await value(edge, "trunk", "t2.sip.test") is not None


async def test_destinations_are_reloaded_only_when_they_change(edge, control, agent_beside, content) -> None:
    async with agent_beside(edge, control):
        await control.in_force(control.version)
        loaded = edge.run.destinations.stat().st_mtime
        await control.in_force(control.change([content.trunk(2)]))
        assert edge.run.destinations.stat().st_mtime == loaded
        both = [content.switch(5999), content.switch(5998)]
        await control.in_force(control.change(destinations=both))
        assert set(await destinations(edge)) == {
            "sip:127.0.0.1:5999;transport=udp",
            "sip:127.0.0.1:5998;transport=udp",
        }


async def test_a_reload_keeps_what_was_known_of_each_destination(
    edge, control, agent_beside, content
) -> None:
    async with agent_beside(edge, control):
        await control.in_force(control.version)
        await edge.rpc("dispatcher.set_state", "ip", 1, "sip:127.0.0.1:5999;transport=udp")
        await control.in_force(control.change(destinations=[content.switch(5999), content.switch(5998)]))
        states = await destinations(edge)
        assert states["sip:127.0.0.1:5999;transport=udp"] == "IP"
        assert states["sip:127.0.0.1:5998;transport=udp"][0] == "A"


async def test_changes_of_probed_endpoints_hold_up_no_trunk_and_never_reach_the_dispatcher(
    edge, control, agent_beside, content
) -> None:
    async with agent_beside(edge, control):
        await control.in_force(control.version)
        probed = list(control.destinations)
        for n in range(10):
            probed.append(Destination(2, f"192.0.2.{n + 1}", 5060))
            last = control.change([content.trunk(10 + n)], destinations=probed)
            await control.in_force(last)
        assert list(await destinations(edge)) == ["sip:127.0.0.1:5999;transport=udp"]


async def test_sip_config_may_be_away(edge, control, agent_beside, content) -> None:
    async with agent_beside(edge, control) as agent:
        await control.in_force(control.version)
        await control.stop()
        assert await value(edge, "trunk", "t1.sip.test") is not None
        assert (await agent.ready())["ready"]
        control.records[content.TRUNK, "t2.sip.test"] = content.trunk(2)
        await control.start()
        await control.in_force(control.version)
        assert await value(edge, "trunk", "t2.sip.test") is not None


async def test_an_agent_ends_when_told(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control, process=True) as agent:
        await control.in_force(control.version, within=30)
        started = time.monotonic()
        assert await agent.stop(signal.SIGTERM) == 0
        assert time.monotonic() - started < 5
