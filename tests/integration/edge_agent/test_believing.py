"""What is suddenly empty, far smaller or older than before is not believed without an operator's word."""

import pytest

from harness.config_server import number, switch, trunk, version_of
from harness.until import until
from keepline.sip.v1 import switch_config_pb2 as pb


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
        assert await edge.version() == before.version
        assert await edge.value("number", "+4930000001") is not None
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
        assert await edge.value("number", "+4930000020") is None


async def test_an_operator_may_empty_an_edge_by_its_own_setting(edge, control, agent_beside) -> None:
    await edge.load({"t1.sip.test": "t|trk|e||1"}, {}, [("127.0.0.1", 5999)])
    control.hold(switch(5999))
    async with agent_beside(edge, control, KEEPLINE_ACCEPT_SHRUNK="true"):
        await control.in_force()
        assert control.watches[0].accept.shrunk
        assert await edge.value("trunk", "t1.sip.test") is None


async def test_an_agent_whose_file_is_lost_asks_the_edge_before_it_believes_an_empty_whole(
    edge, control, agent_beside
) -> None:
    await edge.load({"t1.sip.test": "t|trk|e||1"}, {}, [("127.0.0.1", 5999)])
    control.hold(switch(5999))
    async with agent_beside(edge, control):
        assert "no trunks are left of 1" in await control.refusal(control.version)
        assert await edge.value("trunk", "t1.sip.test") == "t|trk|e||1"


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
        assert await edge.value("trunk", "t1.sip.test") is None


async def test_older_content_never_takes_the_place_of_newer(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        newer = await control.in_force(control.change(trunk(1, enabled=False, version=2)))
        control.position -= 5  # a replica whose reading lags, and does not know it
        lags = [switch(5999), trunk(1, "127.0.1.0/24"), number(1, of=1)]
        control.send(*control.whole(lags))
        await until(lambda: len(control.watches) == 2)
        assert await edge.value("trunk", "t1.sip.test") == "tenant1|trk_1|||2"
        assert await edge.version() == newer.version
        assert control.watches[1].held.revision.positions["trunk/0"] == newer.revision.positions["trunk/0"]
        control.word = pb.OperatorWord(older=True)
        control.send(*control.whole(lags))
        await control.in_force(version_of(lags))
        assert await edge.value("trunk", "t1.sip.test") == "tenant1|trk_1|e|127.0.1.0/24|1"


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
