"""The edge's list of switches follows what sip-config says."""

from harness.config_server import endpoint, number, switch, trunk


async def test_a_draining_switch_is_listed_and_takes_no_call(edge, control, agent_beside) -> None:
    control.hold(switch(5999), switch(5998), trunk(1), number(1, of=1))
    async with agent_beside(edge, control):
        await control.in_force()
        await control.in_force(control.change(switch(5998, draining=True)))
        assert (await edge.switches())["sip:127.0.0.1:5998;transport=udp"].startswith("D")
        await control.in_force(control.change(switch(5998)))
        assert (await edge.switches())["sip:127.0.0.1:5998;transport=udp"].startswith("A")


async def test_switches_are_reloaded_only_when_they_change(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        loaded = edge.run.destinations.stat().st_mtime_ns
        await control.in_force(control.change(trunk(2), endpoint("192.0.2.7"), endpoint("192.0.2.8")))
        assert edge.run.destinations.stat().st_mtime_ns == loaded
        assert set(await edge.switches()) == {"sip:127.0.0.1:5999;transport=udp"}
        await control.in_force(control.change(switch(5998)))
        both = {"sip:127.0.0.1:5999;transport=udp", "sip:127.0.0.1:5998;transport=udp"}
        assert set(await edge.switches()) == both


async def test_a_reload_keeps_what_was_known_of_each_switch(edge, control, agent_beside) -> None:
    async with agent_beside(edge, control):
        await control.in_force()
        await edge.rpc("dispatcher.set_state", "ip", 1, "sip:127.0.0.1:5999;transport=udp")
        await control.in_force(control.change(switch(5998)))
        states = await edge.switches()
        assert states["sip:127.0.0.1:5999;transport=udp"] == "IP"
        assert states["sip:127.0.0.1:5998;transport=udp"][0] == "A"
