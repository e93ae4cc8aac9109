"""What an edge does not take is refused or set aside, in words, and holds up nothing else."""

import sqlite3
from contextlib import closing

import pytest

from harness.config_server import Control, number, resource, switch, trunk, version_of
from harness.until import until
from keepline.sip.v1 import switch_config_pb2 as pb


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
        assert await edge.version() == before
        assert await edge.value("trunk", "t5.sip.test") is None


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
        assert await edge.version() == before


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
        assert await edge.value("trunk", "t3.sip.test") is not None
        key = bad.name.partition("/")[2]
        for table in ("trunk", "number"):
            assert await edge.value(table, key) is None
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
        assert await edge.value("trunk", "t1.sip.test") is None
        assert {one.name for one in ack.set_aside} == {"trunk/t1.sip.test", "number/+4930000001"}
        assert ack.set_aside_count == 2
        ack = await control.in_force(control.change(trunk(1, version=2)))
        assert ack.set_aside_count == 0
        assert await edge.value("trunk", "t1.sip.test") is not None


async def test_a_refused_version_is_told_once_and_not_asked_for_again(edge, control, agent_beside) -> None:
    """The heartbeats go on: a whole for each of them was what happened before."""
    async with agent_beside(edge, control):
        before = await control.in_force()
        on_their_way = control.heartbeats
        refused = control.hold(switch(5999))  # no trunk is left, and nobody said so
        control.forget()
        await control.refusal(refused)
        sent, heartbeats = len(control.sent), control.heartbeats
        on_their_way = heartbeats - on_their_way
        await until(lambda: control.heartbeats >= heartbeats + 10)
        assert len(control.sent) == sent
        nacks = [ack.version for ack in control.acks if ack.nack_reason]
        assert set(nacks) == {refused}
        # heartbeats that were on their way, and perhaps one more, are answered as well
        assert len(nacks) <= 1 + on_their_way + 1
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


async def test_more_rows_than_the_edge_has_room_for_are_refused_in_words(edge, control, agent_beside) -> None:
    room = edge.run.rows
    async with agent_beside(edge, control):
        before = await control.in_force()
        too_many = control.change(*(number(n, of=1) for n in range(2, room + 2)))
        reason = await control.refusal(too_many, within=30)
        assert f"more than the {room} that this edge has room for" in reason
        assert await edge.version() == before.version
