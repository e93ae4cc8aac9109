"""How many REST reads of one object sip-config answers, beside a bare FastAPI route with the same body.

    .venv/bin/python tests/load/rest_read.py [--in-flight 32] [--rounds 5] [--seconds 3]

The read is that of one trunk, by GET with a token: authenticated, counted, traced, read from the database and
put together with what the nodes say of it. The bare route is a process of FastAPI on uvicorn, with the same
loop and parser, that returns the same document from its memory.
Goal at 32 in flight: 0.5.
"""

import argparse
import asyncio
import sys
from pathlib import Path

import httpx
import orjson
from side_by_side import Ask, Side, compare, told

from harness.components import kafka as kafka_component
from harness.components import mongo as mongo_component
from harness.components.component import Component, Missing, answers
from harness.paths import fresh_run_folder
from harness.ports import free_port
from harness.process import Process
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.kafka import ensure_topics, load_topics

GOAL = 0.5
TRUNK = {
    "name": "Acme",
    "country": "GB",
    "source_cidrs": ["203.0.113.0/30"],
    "endpoints": [{"host": "sip.acme.test"}],
}
_BARE = """
import sys
from pathlib import Path
from typing import Any
import orjson, uvicorn
from fastapi import FastAPI

app, body = FastAPI(), orjson.loads(Path(sys.argv[2]).read_bytes())

@app.get("/api/v1/sip/trunks/{trunk_id}")
async def read(trunk_id: str) -> dict[str, Any]:
    return body

uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", log_config=None, access_log=False)
"""


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--in-flight", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    asked = parser.parse_args()
    folder = fresh_run_folder("load-rest-read")
    database, broker = (
        mongo_component.create(folder / "mongo"),
        await kafka_component.create(folder / "kafka"),
    )
    await asyncio.gather(database.start(), broker.start())
    try:
        await ensure_topics(broker.bootstrap, load_topics().values())
        sides = await _sides(folder, database.uri, broker.bootstrap, asked)
    finally:
        await asyncio.gather(database.stop(), broker.stop())
    told(sides[1], sides[0], GOAL)
    return 0


async def _sides(folder: Path, mongo: str, kafka: str, asked: argparse.Namespace) -> list[Side]:
    issuer = DevIssuer.create(folder / "keys")
    bearer = f"Bearer {issuer.token('t_demo')}"
    service, port = _service(folder, issuer, mongo, kafka)
    await service.start()
    try:
        path, body = await _created(port, bearer)
        (folder / "body.json").write_bytes(body)
        bare_port = free_port()
        command = [sys.executable, "-c", _BARE, str(bare_port), str(folder / "body.json")]
        bare = Component("bare", Process("bare", command, folder / "bare.log"), _opens(bare_port, path))
        await bare.start()
        try:
            assert service.process is not None
            assert bare.process is not None
            ours = [await _asker(port, path, bearer, body) for _ in range(asked.in_flight)]
            theirs = [await _asker(bare_port, path, "", body) for _ in range(asked.in_flight)]
            sides = [
                Side("bare FastAPI route", bare.process.pid, theirs),
                Side("GET of one trunk", service.process.pid, ours),
            ]
            await compare(sides, asked.rounds, asked.seconds)
            return sides
        finally:
            await bare.stop()
    finally:
        await service.stop()


def _service(folder: Path, issuer: DevIssuer, mongo: str, kafka: str) -> tuple[Component, int]:
    port = free_port()
    settings = {
        "SIP_ZONE": "sip.example",
        "SWITCHES": '[{"id": "sw1", "host": "127.0.0.1", "port": 5080}]',
        "EDGES": '[{"id": "edge1", "host": "127.0.0.1"}]',
        "HTTP__LISTEN": f"127.0.0.1:{port}",
        "MONGO__URI": mongo,
        "MONGO__DATABASE": "load_read",
        "KAFKA__BOOTSTRAP": kafka,
        "AUTH__JWKS_FILE": str(issuer.jwks_file),
        "LIMITS__TENANT_REQUESTS": "1000000",
        "ADDRESSES__ALLOW": '["203.0.113.0/24"]',
        "DATA_DIR": str(folder / "sip-config"),
        "DRAIN_SECONDS": "0",
    }
    process = Process(
        "sip-config",
        [sys.executable, "-m", "sip_config"],
        folder / "sip-config.log",
        env={f"KEEPLINE_{name}": value for name, value in settings.items()},
    )
    return Component("sip-config", process, answers(f"http://127.0.0.1:{port}")), port


async def _created(port: int, bearer: str) -> tuple[str, bytes]:
    """The path of a new trunk, and what is read there."""
    headers = {"Authorization": bearer}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        made = await client.post("/api/v1/sip/trunks", json=TRUNK)
        assert made.is_success, made.text
        path = f"/api/v1/sip/trunks/{made.json()['id']}"
        read = await client.get(path)
        return path, orjson.dumps(read.raise_for_status().json())


def _opens(port: int, path: str) -> Missing:
    async def missing() -> str:
        try:
            async with httpx.AsyncClient() as client:
                await client.get(f"http://127.0.0.1:{port}{path}")
        except httpx.HTTPError:
            return "nobody answers"
        return ""

    return missing


async def _asker(port: int, path: str, bearer: str, body: bytes) -> Ask:
    """A connection of its own, and no client library: that one would be the slowest of the three."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    authorization = f"authorization: {bearer}\r\n" if bearer else ""
    request = f"GET {path} HTTP/1.1\r\nhost: bench\r\n{authorization}\r\n".encode()
    expected = orjson.loads(body)["id"].encode()

    async def ask() -> None:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        assert expected in await reader.readexactly(length)

    return ask


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
