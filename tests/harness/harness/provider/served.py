"""The page for as long as a demo runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from harness.front_desk import FrontDesk
from harness.phones import AGENT, Phones
from harness.provider.app import create_app
from harness.provider.calls import Calls
from servicekit.http.server import HttpServer
from switchlink.testing.free_ports import free_port


@asynccontextmanager
async def provider_page(
    phones: Phones, agent_port: int, number: str, domain: str, wanted_port: int = 0
) -> AsyncIterator[str]:
    """Its address. wanted_port: taken where it is free."""
    desk = await FrontDesk.open((AGENT, agent_port))
    calls = Calls(phones, agent_port, desk.port)
    port = free_port("127.0.0.1", wanted_port)
    server = HttpServer(create_app(calls, number, domain), f"127.0.0.1:{port}")
    serving = asyncio.create_task(server.run(), name="provider page")
    try:
        await server.started()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop(1)
        await serving
        await calls.close()
        desk.close()
