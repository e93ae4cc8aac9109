"""Two sip-config processes over one database: what is repeated, and what is changed at the same time.

No broker is there: it is not needed to write.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from harness.components.component import Component, answers
from harness.components.mongo import Mongo
from harness.paths import fresh_run_folder
from harness.process import Process
from harness.until import until
from servicekit.auth.dev_issuer import DevIssuer
from switchlink.testing.free_ports import free_port

TRUNKS = "/api/v1/sip/trunks"
ACME = {"name": "Acme", "country": "DE"}
# killed when the trunk is written and its answer is not: where the answer would be kept with the key
_DIES = """
import os, signal
from servicekit.api.idempotency import IdempotencyKeys
from sip_config.__main__ import main

async def die(*_): os.kill(os.getpid(), signal.SIGKILL)

IdempotencyKeys._keep = die
main()
"""


@dataclass
class Replica:
    url: str
    issuer: DevIssuer
    process: Process

    async def start(self) -> None:
        await Component(self.process.name, self.process, answers(self.url, ready=False)).start()

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["authorization"] = f"Bearer {self.issuer.token('t_a')}"
        async with httpx.AsyncClient(base_url=self.url, timeout=20) as client:
            return await client.request(method, path, json=body, headers=sent)

    async def trunks(self) -> list[Any]:
        found: list[Any] = (await self.ask("GET", TRUNKS)).json()["trunks"]
        return found


def _replica(name: str, folder: Path, issuer: DevIssuer, mongo: Mongo, *, dies: bool = False) -> Replica:
    http = f"127.0.0.1:{free_port()}"
    settings = {
        "SIP_ZONE": "sip.example",
        "SWITCHES": '[{"id": "sw1", "host": "127.0.0.1", "port": 5080}]',
        "HTTP__LISTEN": http,
        "GRPC__LISTEN": f"127.0.0.1:{free_port()}",
        "MONGO__URI": mongo.uri,
        "MONGO__DATABASE": folder.name.replace("-", "_"),
        "KAFKA__BOOTSTRAP": f"127.0.0.1:{free_port()}",
        "AUTH__JWKS_FILE": str(issuer.jwks_file),
        "DATA_DIR": str(folder / name),
        "DRAIN_SECONDS": "0",
    }
    environment = {f"KEEPLINE_{key}": value for key, value in settings.items()}
    command = [sys.executable, "-c", _DIES] if dies else [sys.executable, "-m", "sip_config"]
    process = Process(name, command, folder / f"{name}.log", env=environment)
    return Replica(f"http://{http}", issuer, process)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def replicas(mongo: Mongo) -> AsyncIterator[tuple[Replica, Replica]]:
    """The first one dies of the first POST that has a key."""
    folder = fresh_run_folder("test-repeated-posts")
    issuer = DevIssuer.create(folder / "keys")
    dying, other = (
        _replica(name, folder, issuer, mongo, dies=name == "dying") for name in ("dying", "other")
    )
    await asyncio.gather(dying.start(), other.start())
    yield dying, other
    await asyncio.gather(dying.process.stop(), other.process.stop())


async def test_of_two_patches_of_one_version_one_is_refused(replicas: tuple[Replica, Replica]) -> None:
    made = await replicas[1].ask("POST", TRUNKS, ACME)
    path, tag = made.headers["location"], made.headers["etag"]
    for turn in range(5):
        changes = [{"name": f"{turn} by {one.process.name}"} for one in replicas]
        pairs = zip(replicas, changes, strict=True)
        asked = [one.ask("PATCH", path, change, if_match=tag) for one, change in pairs]
        answers_ = await asyncio.gather(*asked)
        assert sorted(one.status_code for one in answers_) == [200, 412]
        refused = next(one for one in answers_ if one.status_code == 412)
        assert refused.json()["code"] == "version_mismatch"
        winner = next(one for one in answers_ if one.status_code == 200)
        read = await replicas[1].ask("GET", path)
        assert read.json()["name"] == winner.json()["name"]
        tag = read.headers["etag"]
    assert (await replicas[1].ask("DELETE", path, if_match='"1"')).status_code == 412


async def test_a_post_whose_process_was_killed_before_its_answer_makes_one_trunk(
    replicas: tuple[Replica, Replica],
) -> None:
    dying, other = replicas
    before = {one["id"] for one in await other.trunks()}
    with pytest.raises(httpx.HTTPError):
        await dying.ask("POST", TRUNKS, ACME, idempotency_key="killed")
    written = {one["id"] for one in await other.trunks()} - before
    assert len(written) == 1
    waiting = await other.ask("POST", TRUNKS, ACME, idempotency_key="killed")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "idempotency_key_in_use")
    assert int(waiting.headers["retry-after"]) > 0

    async def answered() -> httpx.Response | None:
        answer = await other.ask("POST", TRUNKS, ACME, idempotency_key="killed")
        return None if answer.status_code == 409 else answer

    answer = await until(answered, 20, "the key of the dead process")
    assert answer.status_code == 201
    assert answer.json()["id"] in written
    assert {one["id"] for one in await other.trunks()} - before == written
    again = await other.ask("POST", TRUNKS, ACME, idempotency_key="killed")
    assert (again.json(), again.headers["idempotency-replayed"]) == (answer.json(), "true")


async def test_of_many_posts_of_one_key_at_once_one_makes_the_trunk(
    replicas: tuple[Replica, Replica],
) -> None:
    other = replicas[1]
    before = {one["id"] for one in await other.trunks()}
    asked = [other.ask("POST", TRUNKS, ACME, idempotency_key="together") for _ in range(8)]
    statuses = {answer.status_code for answer in await asyncio.gather(*asked)}
    assert statuses <= {201, 409}
    assert len({one["id"] for one in await other.trunks()} - before) == 1
