"""What sip-config says comes into force at the edge, and only that."""

import signal
import sqlite3
from contextlib import closing

import pytest

from harness.config_server import Control, endpoint, known_edge, number, resource, switch, trunk, version_of
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


async def switches(edge: RunningEdge) -> dict[str, str]:
    listed = await edge.rpc("dispatcher.list")
    sets = [entry["SET"]["TARGETS"] for entry in listed["RECORDS"]]
    return {t["DEST"]["URI"]: t["DEST"]["FLAGS"] for targets in sets for t in targets}


async def test_the_first_whole_is_in_force_and_a_call_arrives(edge, control, agent_beside) -> None:
    to_switch, provider = await Wire.open(), await Wire.open("127.0.1.1")
    control.hold(switch(to_switch.peer[1]), trunk(1, "127.0.1.0/24"), number(1, of=1))
    async with agent_beside(edge, control) as agent:
        ack = await control.in_force()
        await agent.until_ready()
        assert await version(edge) == control.version
        assert ack.revision.positions == {"trunk/0": control.position}
        hello = control.watches[0]
        assert (hello.kind, hello.schema) == (pb.NODE_KIND_EDGE, 1)
        assert not hello.HasField("held")
        assert set(hello.capabilities) == {"edge", "switch", "endpoint", "trunk", "number"}
        assert hello.limits.trunks + hello.limits.numbers == edge.run.rows
        assert control.tokens[0] == "Bearer a-token"
        provider.send(request("INVITE", "sip:+4930000001@203.0.113.1", provider, body=SDP), edge.public)
        invite = await to_switch.receive("INVITE")
        assert invite.one("X-Keepline-Tenant") == "tenant1"
        to_switch.send(reply(invite, 486, "Busy", tag="s"), invite.peer)
    for wire in (to_switch, provider):
        wire.close()


async def test_changes_are_in_force_one_by_one(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        first = await control.in_force()
        await control.in_force(control.change(trunk(2, "::1/128"), number(2, of=2), number(3, of=2)))
        assert await value(edge, "trunk", "t2.sip.test") == "tenant2|trk_2|e|::1/128|1"
        assert await value(edge, "number", "+4930000003") == "t2.sip.test"
        await control.in_force(control.change(trunk(2, enabled=False, version=2)))
        assert await value(edge, "trunk", "t2.sip.test") == "tenant2|trk_2|||2"
        control.acks.clear()
        gone = control.change(removed=["trunk/t2.sip.test", "number/+4930000002", "number/+4930000003"])
        await control.in_force(gone)
        assert gone == first.version  # the content is that of the beginning, and so is its version
        assert await value(edge, "trunk", "t2.sip.test") is None
        assert await value(edge, "number", "+4930000003") is None
        assert await version(edge) == gone
        assert [kind for kind, _ in control.sent] == ["whole", "change", "change", "change"]


async def test_a_whole_in_chunks_replaces_all_that_there_was(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        many = [number(n, of=7) for n in range(2, 2500)]
        control.hold(switch(5998), trunk(7), *many)
        control.forget()
        await control.in_force(within=30)
        assert control.sent[-1] == ("whole", control.version)
        assert await value(edge, "trunk", "t1.sip.test") is None
        assert await value(edge, "number", "+4930000001") is None
        assert await value(edge, "number", "+4930002499") == "t7.sip.test"
        assert list(await switches(edge)) == ["sip:127.0.0.1:5998;transport=udp"]
        assert await value(edge, "meta", "serving") == "1"


async def test_a_change_in_chunks_is_taken_whole_or_not_at_all(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        await control.in_force(control.change(*(number(n, of=1) for n in range(2, 1500))), within=30)
        assert await value(edge, "number", "+4930001499") == "t1.sip.test"
        before = control.version
        control.change(*(number(n, of=1) for n in range(2000, 3500)))
        first, second = control.step(before)
        control.version = before  # nothing but what is sent by hand
        control.send(first, second)
        second.change.index = 5
        assert "chunk 5" in await control.refusal(second.change.version)
        assert await value(edge, "number", "+4930002000") is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"resource_count": 7}, "7 resources were announced and 3 came"),
        ({"version": "0" * 64}, "announced as 000000000000"),
        ({"index": 3}, "chunk 3"),
    ],
)
async def test_a_whole_that_is_not_what_it_says_is_refused(edge, control, agent_beside, wrong, words) -> None:
    async with agent_beside(edge, control):
        before = control.version
        await control.in_force()
        other = [switch(5999), trunk(5), number(5, of=5)]
        control.send(*control.whole(other, **wrong))
        assert words in await control.refusal(wrong.get("version", version_of(other)))
        assert await version(edge) == before
        assert await value(edge, "trunk", "t5.sip.test") is None


async def test_a_name_that_comes_twice_is_refused(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        twice = [switch(5999), trunk(1), trunk(1, version=2)]
        control.send(*control.whole(twice))
        assert "twice" in await control.refusal(version_of(twice))


async def test_a_removal_of_what_is_not_there_is_refused(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        before = control.version
        await control.in_force()
        change = pb.ChangeChunk(
            from_version=before,
            version="d" * 64,
            revision=control.revision,
            last=True,
            removed=["number/+493012"],
        )
        control.send(pb.WatchResponse(change=change))
        assert "not there" in await control.refusal("d" * 64)
        assert await version(edge) == before


async def test_a_change_that_does_not_follow_is_watched_for_again(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        change = pb.ChangeChunk(from_version="a" * 64, version="b" * 64, last=True)
        control.send(pb.WatchResponse(change=change))
        await until(lambda: len(control.watches) == 2)
        assert control.watches[1].held.version == control.version
        assert not any(ack.nack_reason for ack in control.acks)


BAD = [
    resource("trunk/T2.sip.test", trunk=pb.TrunkResource(domain="T2.sip.test", tenant_id="t", trunk_id="k")),
    resource(
        "trunk/t2.sip.test",
        trunk=pb.TrunkResource(
            domain="t2.sip.test", tenant_id="t|e", trunk_id="k", trunk_version=1, enabled=True
        ),
    ),
    resource(
        "trunk/t2.sip.test",
        trunk=pb.TrunkResource(
            domain="t2.sip.test", tenant_id="t", trunk_id="k", trunk_version=1, source_cidrs=["1.2.3.4/8"]
        ),
    ),
    resource("trunk/t2.sip.test", number=pb.NumberResource(e164="+493012", domain="t1.sip.test")),
    resource("number/0301", number=pb.NumberResource(e164="0301", domain="t1.sip.test")),
    resource("certificate/x", number=pb.NumberResource()),
    resource("gateway/of-tomorrow"),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda one: one.name)
async def test_what_does_not_fit_is_set_aside_and_holds_up_nothing(edge, control, agent_beside, bad) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        ack = await control.in_force(control.change(bad, trunk(3)))
        assert [one.name for one in ack.set_aside] == [bad.name]
        assert (ack.set_aside[0].reason != "", ack.set_aside_count) == (True, 1)
        assert await value(edge, "trunk", "t3.sip.test") is not None
        key = bad.name.partition("/")[2]
        for table in ("trunk", "number"):
            assert await value(edge, table, key) is None
            with closing(sqlite3.connect(edge.run.tables)) as file:
                assert not file.execute(f"SELECT 1 FROM {table} WHERE key_name = ?", (key,)).fetchall()
        mended = await control.in_force(control.change(removed=[bad.name]))
        assert mended.set_aside_count == 0


async def test_a_trunk_that_becomes_unreadable_lets_nobody_in_and_takes_its_numbers_along(
    edge, control, agent_beside
) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        broken = resource("trunk/t1.sip.test", trunk=pb.TrunkResource(domain="t1.sip.test"))
        ack = await control.in_force(control.change(broken))
        assert await value(edge, "trunk", "t1.sip.test") is None
        assert {one.name for one in ack.set_aside} == {"trunk/t1.sip.test", "number/+4930000001"}
        assert ack.set_aside_count == 2
        ack = await control.in_force(control.change(trunk(1, version=2)))
        assert ack.set_aside_count == 0
        assert await value(edge, "trunk", "t1.sip.test") is not None


async def test_a_refused_version_is_told_once_and_not_asked_for_again(edge, control, agent_beside) -> None:
    """The heartbeats go on: a whole for each of them was what happened before."""
    async with agent_beside(edge, control):
        before = await control.in_force()
        refused = control.hold(switch(5999))  # no trunk is left, and nobody said so
        control.forget()
        await control.refusal(refused)
        sent, heartbeats = len(control.sent), control.heartbeats
        await until(lambda: control.heartbeats >= heartbeats + 10)
        assert len(control.sent) == sent
        nacks = [ack.version for ack in control.acks if ack.nack_reason]
        assert set(nacks) == {refused}
        assert len(nacks) <= 2  # a heartbeat that was on its way is answered once more
        assert control.acks[-1].held.version == before.version
        await control.in_force(control.hold(switch(5999), trunk(1), trunk(2), number(1, of=1)))


async def test_a_refused_version_is_named_to_another_replica(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        refused = control.hold(switch(5999))
        control.forget()
        await control.refusal(refused)
        await control.stop()
        other = Control()
        other.port, other.resources, other.version = control.port, control.resources, refused
        await other.start()
        await until(lambda: other.heartbeats > 3, 20)
        assert list(other.watches[0].refused_versions) == [refused]
        assert other.sent == []
        await other.stop()


@pytest.mark.parametrize(
    ("left", "words"),
    [
        ([switch(5999)], "no trunks are left of 1"),
        ([switch(5999), trunk(1)], "no numbers are left of 1"),
        ([trunk(1), number(1, of=1)], "no active switch is left of 1"),
        ([switch(5999, draining=True), trunk(1), number(1, of=1)], "no active switch is left of 1"),
    ],
)
async def test_what_is_suddenly_empty_is_not_believed(edge, control, agent_beside, left, words) -> None:
    async with agent_beside(edge, control) as agent:
        before = await control.in_force()
        refused = control.hold(*left)
        control.forget()
        assert words in await control.refusal(refused)
        assert await version(edge) == before.version
        assert await value(edge, "number", "+4930000001") is not None
        assert (await agent.ready())["ready"]


async def test_less_than_half_is_not_believed_until_an_operator_says_so(edge, control, agent_beside) -> None:
    control.hold(switch(5999), trunk(1), *(number(n, of=1) for n in range(40)))
    async with agent_beside(edge, control):
        await control.in_force()
        few = control.change(removed=[f"number/+4930{n:06d}" for n in range(21)])
        assert "19 numbers are left of 40" in await control.refusal(few)
        control.word = pb.OperatorWord(shrunk=True)
        control.refused.clear()
        await control.in_force(control.change(trunk(2)))
        assert await value(edge, "number", "+4930000020") is None


async def test_an_operator_may_empty_an_edge_by_its_own_setting(edge, control, agent_beside) -> None:
    await edge.load({"t1.sip.test": "t|trk|e||1"}, {}, [("127.0.0.1", 5999)])
    control.hold(switch(5999))
    async with agent_beside(edge, control, KEEPLINE_ACCEPT_SHRUNK="true"):
        await control.in_force()
        assert control.watches[0].accept.shrunk
        assert await value(edge, "trunk", "t1.sip.test") is None


async def test_an_agent_whose_file_is_lost_asks_the_edge_before_it_believes_an_empty_whole(
    edge, control, agent_beside
) -> None:
    await edge.load({"t1.sip.test": "t|trk|e||1"}, {}, [("127.0.0.1", 5999)])
    control.hold(switch(5999))
    async with agent_beside(edge, control):
        assert "no trunks are left of 1" in await control.refusal(control.version)
        assert await value(edge, "trunk", "t1.sip.test") == "t|trk|e||1"


async def test_an_empty_whole_is_taken_by_an_edge_that_holds_nothing(edge, control, agent_beside) -> None:
    control.hold(switch(5999))
    async with agent_beside(edge, control) as agent:
        await control.in_force()
        await agent.until_ready()
        await control.in_force(control.change(trunk(1)))


async def test_the_last_trunk_can_be_removed_by_a_change(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        await control.in_force(control.change(removed=["number/+4930000001", "trunk/t1.sip.test"]))
        assert await value(edge, "trunk", "t1.sip.test") is None


async def test_older_content_never_takes_the_place_of_newer(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        newer = await control.in_force(control.change(trunk(1, enabled=False, version=2)))
        control.position -= 5  # a replica whose reading lags, and does not know it
        lags = [switch(5999), trunk(1, "127.0.1.0/24"), number(1, of=1)]
        control.send(*control.whole(lags))
        await until(lambda: len(control.watches) == 2)
        assert await value(edge, "trunk", "t1.sip.test") == "tenant1|trk_1|||2"
        assert await version(edge) == newer.version
        assert control.watches[1].held.revision.positions["trunk/0"] == newer.revision.positions["trunk/0"]
        control.word = pb.OperatorWord(older=True)
        control.send(*control.whole(lags))
        await control.in_force(version_of(lags))
        assert await value(edge, "trunk", "t1.sip.test") == "tenant1|trk_1|e|127.0.1.0/24|1"


async def test_a_replica_that_lags_is_waited_for(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control) as agent:
        await control.in_force()
        control.lagging = True
        asked = control.heartbeats
        to = control.change(trunk(2))
        control.lagging = False
        await control.in_force(to)
        assert control.heartbeats >= asked
        assert (await agent.ready())["ready"]


async def test_more_rows_than_the_edge_has_room_for_are_refused_in_words(edge, control, agent_beside) -> None:
    room = edge.run.rows
    async with agent_beside(edge, control):
        before = await control.in_force()
        too_many = control.change(*(number(n, of=1) for n in range(2, room + 2)))
        reason = await control.refusal(too_many, within=30)
        assert f"more than the {room} that this edge has room for" in reason
        assert await version(edge) == before.version


async def test_a_draining_switch_is_listed_and_takes_no_call(edge, control, agent_beside) -> None:
    control.hold(switch(5999), switch(5998), trunk(1), number(1, of=1))
    async with agent_beside(edge, control):
        await control.in_force()
        await control.in_force(control.change(switch(5998, draining=True)))
        assert (await switches(edge))["sip:127.0.0.1:5998;transport=udp"].startswith("D")
        await control.in_force(control.change(switch(5998)))
        assert (await switches(edge))["sip:127.0.0.1:5998;transport=udp"].startswith("A")


async def test_switches_are_reloaded_only_when_they_change(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        loaded = edge.run.destinations.stat().st_mtime_ns
        await control.in_force(control.change(trunk(2), endpoint("192.0.2.7"), endpoint("192.0.2.8")))
        assert edge.run.destinations.stat().st_mtime_ns == loaded
        assert set(await switches(edge)) == {"sip:127.0.0.1:5999;transport=udp"}
        await control.in_force(control.change(switch(5998)))
        both = {"sip:127.0.0.1:5999;transport=udp", "sip:127.0.0.1:5998;transport=udp"}
        assert set(await switches(edge)) == both


async def test_a_reload_keeps_what_was_known_of_each_switch(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        await edge.rpc("dispatcher.set_state", "ip", 1, "sip:127.0.0.1:5999;transport=udp")
        await control.in_force(control.change(switch(5998)))
        states = await switches(edge)
        assert states["sip:127.0.0.1:5999;transport=udp"] == "IP"
        assert states["sip:127.0.0.1:5998;transport=udp"][0] == "A"


async def test_edges_and_endpoints_are_kept_for_whoever_probes(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        ack = await control.in_force(
            control.change(known_edge("edge1"), known_edge("edge2"), endpoint("192.0.2.7"))
        )
        assert ack.set_aside_count == 0
        with closing(sqlite3.connect(edge.run.tables)) as file:
            kept = {name for (name,) in file.execute("SELECT key_name FROM other")}
        assert kept == {"edge/edge1", "edge/edge2", "endpoint/tls:192.0.2.7:5061", "switch/sw5999"}


async def test_sip_config_may_be_away(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control) as agent:
        await control.in_force()
        await control.stop()
        assert await value(edge, "trunk", "t1.sip.test") is not None
        assert (await agent.ready())["ready"]
        control.change(trunk(2))
        await control.start()
        await control.in_force()
        assert await value(edge, "trunk", "t2.sip.test") is not None


async def test_an_agent_ends_when_told(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control, process=True) as agent:
        await control.in_force(within=30)
        assert await agent.stop(signal.SIGTERM) == 0
