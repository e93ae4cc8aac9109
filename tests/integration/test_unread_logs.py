"""A process whose log nobody reads goes on with its duty, and says afterwards how many lines were dropped."""

import asyncio
import json
import os
import sys
from pathlib import Path

import httpx

from switchlink.testing.free_ports import free_port

SERVICE = """
import asyncio
from fastapi import APIRouter
from servicekit.http import create_app
from servicekit.lifecycle import run
from servicekit.settings import ProcessSettings
from servicekit.telemetry.logging import logger
from servicekit.auth import TokenVerifier
from joserfc.jwk import OKPKey

LINES = 40_000

async def build(service):
    key = OKPKey.generate_key("Ed25519", auto_kid=True).as_dict(private=False)
    nobody = TokenVerifier({"keys": [key]}, issuer="", audience="")
    app = create_app("test", "Test", nobody, service.readiness)
    said = []
    service.readiness.add_degraded("lines", lambda: "" if len(said) == LINES else f"{len(said)} lines")

    async def talk():
        for number in range(LINES):
            logger("test").info("a line", number=number, text="x" * 200)
            said.append(number)
            if number % 20 == 0:
                await asyncio.sleep(0)
        await asyncio.Event().wait()

    service.spawn(talk(), name="talk")
    await service.serve_http(app)

run("test", ProcessSettings, build)
"""


def read_all(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as pipe:
        return pipe.read()


async def test_a_pipe_that_nobody_reads_holds_up_no_duty(tmp_path: Path) -> None:
    listen = f"127.0.0.1:{free_port()}"
    settings = {"KEEPLINE_HTTP__LISTEN": listen, "KEEPLINE_DATA_DIR": str(tmp_path)}
    reads, writes = os.pipe()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVICE, env={**os.environ, **settings}, stderr=writes
    )
    os.close(writes)
    try:
        async with asyncio.timeout(60), httpx.AsyncClient() as client:
            while True:  # until all lines are told, with the pipe full long before
                try:
                    body = (await client.get(f"http://{listen}/readyz", timeout=30)).json()
                except httpx.ConnectError:
                    await asyncio.sleep(0.05)
                    continue
                if not body["degraded"].get("lines"):
                    break
            process.terminate()
            written = await asyncio.to_thread(read_all, reads)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    lines = [json.loads(line) for line in written.splitlines()]
    numbers = [line["number"] for line in lines if "number" in line]
    dropped = sum(line.get("dropped", 0) for line in lines)
    assert numbers == sorted(numbers)
    assert len(numbers) < 40_000
    assert len(numbers) + dropped >= 40_000  # beside them the service's own lines
