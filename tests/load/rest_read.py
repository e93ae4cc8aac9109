"""How many REST reads of one object a service answers, beside a bare FastAPI route with the same body.

    .venv/bin/python tests/load/rest_read.py [--in-flight 32] [--rounds 5] [--seconds 3]

Two reads, each with a token, authenticated, counted, traced and told in the log: the status of a trunk, which
health-monitor has in memory, and a trunk, which sip-config reads from its database and completes with what
the nodes say of it. The bare process is FastAPI on uvicorn, with the same loop and parser, and returns the
same documents from its memory; for the trunk it reads the same document from the same database before.
Goal at 32 in flight: 0.5 for the status.
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import httpx
from side_by_side import Ask, Side, compare, told

from harness.components import kafka as kafka_component
from harness.components import mongo as mongo_component
from harness.components.component import Component, answers, listens
from harness.paths import fresh_run_folder
from harness.process import Process
from harness.until import until
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.kafka import ensure_topics, load_topics
from switchlink.testing.free_ports import free_port

GOAL = 0.5
TRUNK = {"name": "Acme", "country": "GB", "endpoints": [{"host": "sip.acme.test"}]}
DATABASE = "load_read"
_STATUS_SECONDS = 30.0
_BARE = """
import sys
from pathlib import Path
from typing import Any
import orjson, uvicorn
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient

port, folder, uri, database = sys.argv[1:]
app, files = FastAPI(), {name: Path(folder) / f"{name}.json" for name in ("status", "trunk")}
bodies = {name: orjson.loads(file.read_bytes()) for name, file in files.items()}
trunks = AsyncIOMotorClient(uri)[database]["sip_trunks"]

@app.get("/api/v1/health/trunks/{trunk_id}")
async def status(trunk_id: str) -> dict[str, Any]:
    return bodies["status"]

@app.get("/api/v1/sip/trunks/{trunk_id}")
async def trunk(trunk_id: str) -> dict[str, Any]:
    assert await trunks.find_one({"_id": trunk_id})
    return bodies["trunk"]

options = {"loop": "uvloop", "http": "httptools", "log_config": None, "access_log": False}
uvicorn.run(app, port=int(port), timeout_keep_alive=60, **options)
"""


@dataclass(frozen=True, slots=True)
class Read:
    """Of one object at one service."""

    service: Component
    port: int
    path: str
    body: bytes


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--in-flight", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    asked = parser.parse_args()
    folder = fresh_run_folder("load-rest-read")
    issuer = DevIssuer.create(folder / "keys")
    async with AsyncExitStack() as stack:
        database, broker = (
            mongo_component.create(folder / "mongo"),
            await kafka_component.create(folder / "kafka"),
        )
        await asyncio.gather(_started(stack, database), _started(stack, broker))
        await ensure_topics(broker.bootstrap, load_topics().values())
        shared = {"MONGO__URI": database.uri, "KAFKA__BOOTSTRAP": broker.bootstrap}
        trunks, health = (
            _service(folder, issuer, "sip_config", shared),
            _service(folder, issuer, "health_monitor", shared),
        )
        await asyncio.gather(_started(stack, trunks[0]), _started(stack, health[0]))
        token = issuer.token("t_demo")
        trunk = await _created(*trunks, token)
        status = await _told(*health, token, trunk.path.rpartition("/")[2])
        bare, port = await _bare(folder, database.uri, trunk, status)
        await _started(stack, bare)
        many = asked.in_flight
        sides = [
            await _side("bare FastAPI route", replace(status, service=bare, port=port), "", many),
            await _side("GET of one trunk's status", status, token, many),
            await _side("bare one that reads a document", replace(trunk, service=bare, port=port), "", many),
            await _side("GET of one trunk", trunk, token, many),
        ]
        await compare(sides, asked.rounds, asked.seconds)
    told(sides[1], sides[0], GOAL)
    told(sides[3], sides[2], None)
    return 0


class Starts(Protocol):
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


async def _started(stack: AsyncExitStack, one: Starts) -> None:
    await one.start()
    stack.push_async_callback(one.stop)


def _service(
    folder: Path, issuer: DevIssuer, module: str, shared: Mapping[str, str]
) -> tuple[Component, int]:
    port, name = free_port(), module.replace("_", "-")
    settings = {
        **shared,
        "HTTP__LISTEN": f"127.0.0.1:{port}",
        "MONGO__DATABASE": DATABASE,
        "AUTH__JWKS_FILE": str(issuer.jwks_file),
        "LIMITS__TENANT_REQUESTS": "1000000",
        "DATA_DIR": str(folder / name),
        "DRAIN_SECONDS": "0",
    }
    if module == "sip_config":
        settings |= {
            "SIP_ZONE": "sip.example",
            "SWITCHES": '[{"id": "sw1", "host": "127.0.0.1", "port": 5080}]',
            "EDGES": '[{"id": "edge1", "host": "127.0.0.1"}]',
        }
    environment = {f"KEEPLINE_{key}": value for key, value in settings.items()}
    process = Process(name, [sys.executable, "-m", module], folder / f"{name}.log", env=environment)
    return Component(name, process, answers(f"http://127.0.0.1:{port}")), port


async def _created(service: Component, port: int, token: str) -> Read:
    async with _client(port, token) as client:
        made = await client.post("/api/v1/sip/trunks", json=TRUNK)
        assert made.is_success, made.text
        path = f"/api/v1/sip/trunks/{made.json()['id']}"
        return Read(service, port, path, (await client.get(path)).content)


async def _told(service: Component, port: int, token: str, trunk_id: str) -> Read:
    path = f"/api/v1/health/trunks/{trunk_id}"
    async with _client(port, token) as client:

        async def known() -> bool:
            return (await client.get(path)).is_success

        await until(known, _STATUS_SECONDS)
        return Read(service, port, path, (await client.get(path)).content)


def _client(port: int, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers)


async def _bare(folder: Path, uri: str, trunk: Read, status: Read) -> tuple[Component, int]:
    (folder / "trunk.json").write_bytes(trunk.body)
    (folder / "status.json").write_bytes(status.body)
    port = free_port()
    command = [sys.executable, "-c", _BARE, str(port), str(folder), uri, DATABASE]
    process = Process("bare", command, folder / "bare.log")
    return Component("bare", process, listens("127.0.0.1", port)), port


async def _side(name: str, read: Read, token: str, in_flight: int) -> Side:
    assert read.service.process is not None
    askers = [await _asker(read, token) for _ in range(in_flight)]
    return Side(name, read.service.process.pid, askers)


async def _asker(read: Read, token: str) -> Ask:
    """A connection of its own, and no client library: that one would be the slowest of the three."""
    reader, writer = await asyncio.open_connection("127.0.0.1", read.port)
    authorization = f"authorization: Bearer {token}\r\n" if token else ""
    request = f"GET {read.path} HTTP/1.1\r\nhost: bench\r\n{authorization}\r\n".encode()
    expected = read.path.rpartition("/")[2].encode()

    async def ask() -> None:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        assert expected in await reader.readexactly(length)

    return ask


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
