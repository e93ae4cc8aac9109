"""From the start of sip-config's process until it says that it is ready, with many trunks in the database.

    .venv/bin/python tests/load/sip_config_start.py [--trunks 10000] [--endpoints 2]

The trunks are in the database and on their state topic, as after a restart. The peer, measured in the same
run, is a bare reading of the same documents with pymongo.
Goal: 10,000 trunks of two endpoints within ten seconds.
"""

import argparse
import asyncio
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from pymongo import MongoClient

from harness.components import kafka as kafka_component
from harness.components import mongo as mongo_component
from harness.components.component import Component, answers
from harness.paths import fresh_run_folder
from harness.process import Process
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.kafka import Outgoing, Producer, cloud_event, ensure_topics, load_topics
from sip_config.adapters.messages.trunks import state_value
from sip_config.adapters.mongo.trunks import TOPIC, trunk_fields
from sip_config.domain.trunk import Endpoint, Trunk, TrunkFields
from siptypes.endpoints import Transport
from switchlink.testing.free_ports import free_port

GOAL_SECONDS = 10.0
DATABASE = "load_start"
_BATCH = 500


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trunks", type=int, default=10_000)
    parser.add_argument("--endpoints", type=int, default=2, help="of each trunk")
    asked = parser.parse_args()
    folder = fresh_run_folder("load-sip-config-start")
    database, broker = (
        mongo_component.create(folder / "mongo"),
        await kafka_component.create(folder / "kafka"),
    )
    await asyncio.gather(database.start(), broker.start())
    try:
        await ensure_topics(broker.bootstrap, load_topics().values())
        trunks = [_trunk(place, asked.endpoints) for place in range(asked.trunks)]
        _store(database.uri, trunks)
        await _tell(broker.bootstrap, trunks)
        bare = _read(database.uri)
        took = [await _start(folder, database.uri, broker.bootstrap) for _ in range(3)]
    finally:
        await asyncio.gather(database.stop(), broker.stop())
    _print(asked.trunks, asked.endpoints, sorted(took)[1], bare)
    return 0


def _trunk(place: int, endpoints: int) -> Trunk:
    hosts = [f"{11 + n}.{place >> 16}.{place >> 8 & 255}.{place & 255}" for n in range(endpoints)]
    fields = TrunkFields(
        f"Trunk {place}",
        ("203.0.113.0/30",),
        "DE",
        tuple(Endpoint(host, 5060, Transport.UDP) for host in hosts),
        True,
    )
    now = datetime.now(UTC)
    name = f"trk_{place:026d}"
    return Trunk(name, f"t_{place % 500}", 1, f"{name.replace('_', '-')}.sip.example", fields, now, now)


def _store(uri: str, trunks: list[Trunk]) -> None:
    with MongoClient[dict[str, object]](uri) as client:
        collection = client[DATABASE]["sip_trunks"]
        for at in range(0, len(trunks), _BATCH):
            collection.insert_many(
                [
                    {"_id": one.id, **trunk_fields(one), "deleted": False, "outbox": []}
                    for one in trunks[at : at + _BATCH]
                ]
            )


def _headers(one: Trunk) -> dict[str, str]:
    kind, message = "keepline.sip.trunk.changed.v1", "keepline.sip.v1.TrunkState"
    return cloud_event("load", kind, message, f"{one.id}:1", one.created_at, tenant_id=one.tenant_id)


async def _tell(bootstrap: str, trunks: list[Trunk]) -> None:
    producer = Producer(bootstrap, "load")
    for at in range(0, len(trunks), _BATCH):
        await producer.send_many(
            [Outgoing(TOPIC, one.id, state_value(one), _headers(one)) for one in trunks[at : at + _BATCH]]
        )
    await producer.stop()


def _read(uri: str) -> float:
    began = time.perf_counter()
    with MongoClient[dict[str, object]](uri) as client:
        for _ in client[DATABASE]["sip_trunks"].find({"deleted": False}, batch_size=_BATCH):
            pass
    return time.perf_counter() - began


async def _start(folder: Path, uri: str, bootstrap: str) -> tuple[float, float]:
    """Seconds on the clock, and of processor time."""
    issuer = DevIssuer.create(folder / "keys")
    http = f"127.0.0.1:{free_port()}"
    settings = {
        "SIP_ZONE": "sip.example",
        "SWITCHES": '[{"id": "sw1", "host": "127.0.0.1", "port": 5080}]',
        "EDGES": '[{"id": "edge1", "host": "127.0.0.1"}]',
        "HTTP__LISTEN": http,
        "MONGO__URI": uri,
        "MONGO__DATABASE": DATABASE,
        "KAFKA__BOOTSTRAP": bootstrap,
        "AUTH__JWKS_FILE": str(issuer.jwks_file),
        "DATA_DIR": str(folder / "sip-config"),
        "DRAIN_SECONDS": "0",
    }
    process = Process(
        "sip-config",
        [sys.executable, "-m", "sip_config"],
        folder / "sip-config.log",
        env={f"KEEPLINE_{key}": value for key, value in settings.items()},
    )
    began = time.perf_counter()
    await Component("sip-config", process, answers(f"http://{http}"), within=600).start()
    took, used = time.perf_counter() - began, _processor_seconds(process.pid)
    await process.stop()
    return took, used


def _processor_seconds(pid: int) -> float:
    """proc(5): utime and stime are the 14th and 15th field, in clock ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _print(trunks: int, endpoints: int, start: tuple[float, float], bare: float) -> None:
    took, used = start
    lines = [
        f"sip-config with {trunks} trunks of {endpoints} endpoints, median of three starts",
        f"from start to ready               {took:.2f} s",
        f"processor time of it            {used:.2f} s",
        f"the documents read by pymongo     {bare:.2f} s",
        f"start / reading                   {took / bare:.1f}",
        f"share of the goal of {GOAL_SECONDS:g} s         {took / GOAL_SECONDS:.2f}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
