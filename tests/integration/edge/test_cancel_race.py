"""A CANCEL that another worker reads while the INVITE is still on its way through the edge."""

import asyncio
from pathlib import Path

from harness.until import until
from switchlink.testing.running_edge import running_edge
from switchlink.testing.wire import SDP, Wire, reply, request

URI = "sip:+4930123@one.test"
CALLS = 300


async def _refuse(switch: Wire) -> None:
    while True:
        message = await switch.receive(within=30)
        if message.method in ("INVITE", "CANCEL"):
            status = 486 if message.method == "INVITE" else 481
            switch.send(reply(message, status, "No", tag="s"), message.peer)


async def test_a_cancel_on_the_heels_of_its_invite_blames_no_switch(
    shared_config: Path, wires, provider: Wire
) -> None:
    bounds = {"TRUNK_CALLS_PER_SECOND": "9999", "TENANT_CALLS_PER_SECOND": "9999", "TENANT_CALLS": "9999"}
    async with running_edge(shared_config, defines=bounds) as edge:
        switch = await wires("127.0.0.1")
        await edge.load({"one.test": "t_demo|trk_one|e|127.0.1.0/24|1"}, {}, [switch.peer])
        refusing = asyncio.ensure_future(_refuse(switch))
        for _ in range(CALLS):
            invite = request("INVITE", URI, provider, body=SDP)
            cancel = f"{invite.split('Content-Type')[0].replace('INVITE', 'CANCEL')}\r\n"
            provider.send(invite, edge.public)
            provider.send(cancel, edge.public)
            await asyncio.sleep(0.002)
        last = request("INVITE", URI, provider, body=SDP, call_id="last")

        async def answered() -> bool:
            """Sent again as by any caller: all before it may fill the edge's receive buffer."""
            provider.send(last, edge.public)
            return any(answer.status == 486 and answer.one("Call-ID") == "last" for answer in provider.seen)

        await until(answered)
        refusing.cancel()
        assert "cannot be reached" not in edge.log.read_text()
