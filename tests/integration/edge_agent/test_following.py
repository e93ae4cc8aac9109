"""What sip-config says comes into force at the edge."""

import signal
import sqlite3
from contextlib import closing

from harness.config_server import endpoint, known_edge, number, switch, trunk
from keepline.sip.v1 import switch_config_pb2 as pb
from switchlink.testing.wire import SDP, Wire, reply, request


async def test_the_first_whole_is_in_force_and_a_call_arrives(edge, control, agent_beside) -> None:
    to_switch, provider = await Wire.open(), await Wire.open("127.0.1.1")
    control.hold(switch(to_switch.peer[1]), trunk(1, "127.0.1.0/24"), number(1, of=1))
    async with agent_beside(edge, control) as agent:
        ack = await control.in_force()
        await agent.until_ready()
        assert await edge.version() == control.version
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
        assert await edge.value("trunk", "t2.sip.test") == "tenant2|trk_2|e|::1/128|1"
        assert await edge.value("number", "+4930000003") == "t2.sip.test"
        await control.in_force(control.change(trunk(2, enabled=False, version=2)))
        assert await edge.value("trunk", "t2.sip.test") == "tenant2|trk_2|||2"
        control.acks.clear()
        gone = control.change(removed=["trunk/t2.sip.test", "number/+4930000002", "number/+4930000003"])
        await control.in_force(gone)
        assert gone == first.version  # the content is that of the beginning, and so is its version
        assert await edge.value("trunk", "t2.sip.test") is None
        assert await edge.value("number", "+4930000003") is None
        assert await edge.version() == gone
        assert [kind for kind, _ in control.sent] == ["whole", "change", "change", "change"]


async def test_a_whole_in_chunks_replaces_all_that_there_was(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        many = [number(n, of=7) for n in range(2, 2500)]
        control.hold(switch(5998), trunk(7), *many)
        control.forget()
        await control.in_force(within=30)
        assert control.sent[-1] == ("whole", control.version)
        assert await edge.value("trunk", "t1.sip.test") is None
        assert await edge.value("number", "+4930000001") is None
        assert await edge.value("number", "+4930002499") == "t7.sip.test"
        assert list(await edge.switches()) == ["sip:127.0.0.1:5998;transport=udp"]
        assert await edge.value("meta", "serving") == "1"


async def test_a_change_in_chunks_is_taken_whole_or_not_at_all(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        await control.in_force(control.change(*(number(n, of=1) for n in range(2, 1500))), within=30)
        assert await edge.value("number", "+4930001499") == "t1.sip.test"
        before = control.version
        control.change(*(number(n, of=1) for n in range(2000, 3500)))
        first, second = control.step(before)
        control.version = before  # nothing but what is sent by hand
        control.send(first, second)
        second.change.index = 5
        assert "chunk 5" in await control.refusal(second.change.version)
        assert await edge.value("number", "+4930002000") is None


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
        assert await edge.value("trunk", "t1.sip.test") is not None
        assert (await agent.ready())["ready"]
        control.change(trunk(2))
        await control.start()
        await control.in_force()
        assert await edge.value("trunk", "t2.sip.test") is not None


async def test_an_agent_ends_when_told(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control, process=True) as agent:
        await control.in_force(within=30)
        assert await agent.stop(signal.SIGTERM) == 0
