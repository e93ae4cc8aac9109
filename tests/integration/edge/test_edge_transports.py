"""The configuration with each optional value, calls over TCP and IPv6, and a run of SIPp."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest

from switchlink.kamailio_run import KamailioPorts, KamailioRun, with_extra
from switchlink.testing.free_ports import free_port
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.wire import SDP, Message, Wire, reply, request

ACME = "acme.sip.keepline.test"
PORTS = KamailioPorts(public=5060, inner=5061, rpc=5064, events=5065)


@pytest.mark.parametrize("host6", [None, "::1"])
@pytest.mark.parametrize("advertise", [None, "198.51.100.7:5060"])
@pytest.mark.parametrize("extra", [{}, {"PING_FROM": '"sip:probe@edge.example"'}])
async def test_the_configuration_is_accepted_with_every_value(
    shared_config: Path, tmp_path: Path, host6: str | None, advertise: str | None, extra: dict[str, str]
) -> None:
    run = KamailioRun(shared_config, tmp_path, PORTS, public_host6=host6, advertise=advertise)
    run.prepare()
    argv = with_extra(run.check_argv(), **extra)
    checked = await asyncio.to_thread(subprocess.run, argv, capture_output=True, text=True, timeout=30)
    assert checked.returncode == 0, checked.stderr
    assert "config file ok" in checked.stderr


async def test_without_its_values_it_is_refused(shared_config: Path, tmp_path: Path) -> None:
    argv = ["kamailio", "-c", "-f", str(shared_config), "-Y", str(tmp_path)]
    checked = await asyncio.to_thread(subprocess.run, argv, capture_output=True, text=True, timeout=30)
    assert checked.returncode != 0


async def test_a_call_over_tcp(edge: RunningEdge, switch: Wire) -> None:
    reader, writer = await asyncio.open_connection(*edge.public, local_addr=("127.0.1.1", 0))
    host, port = writer.get_extra_info("sockname")[:2]
    via = f"SIP/2.0/TCP {host}:{port};branch=z9hG4bKtcp"
    text = request("INVITE", f"sip:+4930123@{ACME};transport=tcp", switch, body=SDP, via=via)
    writer.write(text.encode())
    invite = await switch.receive("INVITE")
    assert invite.one("X-Keepline-Source") == f"{host}:{port}"
    assert invite.one("Record-Route").count("127.0.0.1") == 1
    assert any("transport=tcp" in route for route in invite.all("Record-Route"))
    switch.send(reply(invite, 486, "Busy", tag="s"), invite.peer)
    async with asyncio.timeout(10):
        while (await reader.readuntil(b"\r\n\r\n")).split()[1] != b"486":
            continue
    writer.close()


async def test_a_call_over_ipv6_is_judged_by_ipv6_networks(shared_config: Path, wires) -> None:
    async with running_edge(shared_config, public_host6="::1") as edge:
        switch, caller, agent = await wires("127.0.0.1"), await wires("::1"), await wires("::1")
        # ::1 lies in none of other.test's networks, but ::1 masked by the first of them lies in the second
        trunks = {
            ACME: "t|trk|e|127.0.1.0/24,2001:db8::/32,::1/128|1",
            "other.test": "t|trk2|e|::8/125,::/128|1",
        }
        await edge.load(trunks, {}, [switch.peer])
        to = ("::1", edge.public[1])
        caller.send(request("INVITE", "sip:+4930123@other.test", caller, body=SDP), to)
        assert (await caller.receive()).start.endswith("(source_not_allowed)")
        caller.send(request("INVITE", f"sip:+4930123@{ACME}", caller, body=SDP), to)
        invite = await switch.receive("INVITE")
        assert invite.one("X-Keepline-Source") == caller.at
        switch.send(reply(invite, 486, "Busy", tag="s"), invite.peer)
        await caller.receive(486)
        switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, body=SDP), edge.inner)
        leg = await agent.receive("INVITE")
        assert leg.peer[1] == edge.public[1]


async def test_a_leg_over_tcp_leaves_from_the_public_address(edge: RunningEdge, switch: Wire) -> None:
    arrived: asyncio.Queue[bytes] = asyncio.Queue()

    async def agent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.put_nowait(await reader.readuntil(b"\r\n\r\n"))
        message = Message(arrived._queue[0], ("", 0))  # type: ignore[attr-defined]
        writer.write(reply(message, 486, "Busy", tag="a").encode())

    server = await asyncio.start_server(agent, "127.0.2.1", 0)
    host, port = server.sockets[0].getsockname()
    switch.send(request("INVITE", f"sip:bot@{host}:{port};transport=tcp", switch, body=SDP), edge.inner)
    leg = Message(await asyncio.wait_for(arrived.get(), 10), ("", 0))
    assert "SIP/2.0/TCP {}:{}".format(*edge.public) in leg.one("Via")
    await switch.receive(486)
    server.close()


async def test_a_port_where_nobody_listens_costs_two_seconds_at_most_over_tcp(
    edge: RunningEdge, switch: Wire
) -> None:
    switch.send(request("INVITE", "sip:bot@127.0.2.1:9;transport=tcp", switch, body=SDP), edge.inner)
    async with asyncio.timeout(3.5):
        while (answer := await switch.receive()).status < 200:
            continue
    assert answer.status in (408, 480)


SCENARIOS = Path(__file__).parent / "scenarios"


@pytest.mark.skipif(shutil.which("sipp") is None, reason="SIPp is not installed")
async def test_two_hundred_calls_by_sipp_lose_nothing(shared_config: Path, tmp_path: Path) -> None:
    # SIPp makes up for what it could not send, and may take its time to start
    bounds = dict.fromkeys(("TRUNK_CALLS_PER_SECOND", "TENANT_CALLS_PER_SECOND"), "9999")
    async with running_edge(shared_config, defines=bounds | {"SWITCH_SILENCE": "20000"}) as edge:
        uas_port = free_port("127.0.0.1")
        await edge.load({ACME: "t|trk|e|127.0.1.0/24|1"}, {}, [("127.0.0.1", uas_port)])
        uas = f"sipp -sf {SCENARIOS}/switch.xml -i 127.0.0.1 -p {uas_port} -nostdin"
        uac = (
            f"sipp -sf {SCENARIOS}/caller.xml -i 127.0.1.1 -s +4930123 -m 200 -r 50 -timeout 60s -nostdin "
            f"-trace_screen {edge.public[0]}:{edge.public[1]}"
        )
        called = await sipp(uas, tmp_path)
        try:
            calling = await sipp(uac, tmp_path)
            assert await asyncio.wait_for(calling.wait(), 90) == 0, (tmp_path / "sipp.out").read_text()[
                -2000:
            ]
        finally:
            called.terminate()
            await called.wait()
        assert await edge.rpc("core.uptime")


async def sipp(command: str, folder: Path) -> asyncio.subprocess.Process:
    """SIPp wants a terminal, and script(1) gives it one."""
    with (folder / "sipp.out").open("ab") as out:
        return await asyncio.create_subprocess_exec(
            "script", "-qec", f"exec {command}", "/dev/null",
            cwd=folder, env={"TERM": "xterm", "PATH": "/usr/bin:/bin"},
            stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
