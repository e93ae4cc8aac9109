"""What a world is made of, before anything runs: folders, keys, ports and the settings of each process."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from harness.components import issuer as issuer_process
from harness.components import kafka, kamailio, mongo, services, switch
from harness.components.component import Component, listens
from harness.components.kafka import Kafka
from harness.components.mongo import Mongo
from harness.components.services import EDGE_ID, Around, ServiceRun
from harness.components.switch import SwitchRun
from harness.paths import fresh_run_folder
from servicekit.auth.dev_issuer import DevIssuer
from switchlink.freeswitch import Address
from switchlink.kamailio_run import KamailioRun
from switchlink.testing.free_ports import free_port

_NODE_TOKEN_SECONDS = 7 * 86400
# of the edge to its switches, seconds
_PING_EVERY = 1
_HARDLY_EVER = 3600


@dataclass(frozen=True, slots=True)
class Layout:
    folder: Path
    issuer: DevIssuer
    kafka: Kafka
    mongo: Mongo
    edge: KamailioRun
    switches: Sequence[SwitchRun]
    services: dict[str, ServiceRun]
    # empty: the issuer is no process here
    issuer_url: str = ""

    @classmethod
    async def create(
        cls,
        name: str,
        switches: int,
        spare: int,
        configuration: Path,
        calls_per_second: int | None = None,
        *,
        with_issuer: bool = False,
        door_port: int = 0,
    ) -> Self:
        """switches: that start with the world; spare: more of them, that do not; calls_per_second: of a
        tenant, where the edge's own bound is too low (load: no probes either, which SIPp takes for calls);
        with_issuer: as a process, where people sign in; door_port: taken where it is free."""
        folder = fresh_run_folder(name)
        issuer_url = f"http://127.0.0.1:{free_port()}" if with_issuer else ""
        issuer = DevIssuer.create(folder / "keys", issuer_url)
        broker = await kafka.create(folder / "kafka")
        database = mongo.create(folder / "mongo")
        edge = kamailio.edge_run(folder / "edge", _PING_EVERY, calls_per_second)
        made = [
            switch.switch_run(
                folder / f"switch-{number}",
                Address(edge.inner_host, edge.ports.inner),
                configuration,
                tuple(Address("127.0.0.1", free_port()) for _ in services.routers_of(number)),
                number=number,
                of=switches + spare,
                spare=number > switches,
            )
            for number in range(1, switches + spare + 1)
        ]
        around = Around(
            folder / "services",
            database.uri,
            f"keepline_{folder.name.replace('-', '_')}",
            broker.bootstrap,
            issuer.jwks_file,
            _key_secrets(folder),
            _node_token(folder, issuer),
            edge,
            made,
            issuer_url=issuer_url,
            door_port=door_port,
            probes_every=1 if calls_per_second is None else _HARDLY_EVER,
        )
        runs = services.service_runs(around)
        return cls(folder, issuer, broker, database, edge, made, runs, issuer_url)

    def components(self) -> list[Component]:
        broker, database = self.kafka, self.mongo
        return [
            Component(
                "mongo",
                database.process,
                listens("127.0.0.1", database.port),
                says=f"the database: {database.uri}",
            ),
            Component(
                "kafka",
                broker.process,
                listens("127.0.0.1", broker.port),
                says=f"the broker: {broker.bootstrap}",
            ),
            *self._issuer_process(),
            *(switch.create(run) for run in self.switches),
            kamailio.create(self.edge),
            *(services.create(run, self.folder / "services") for run in self.services.values()),
        ]

    def _issuer_process(self) -> list[Component]:
        if not self.issuer_url:
            return []
        return [issuer_process.create(self.folder / "issuer", self.issuer_url, self.issuer.folder)]


def _key_secrets(folder: Path) -> Path:
    file = folder / "keys" / "api-key-secrets"
    file.touch(0o600)
    file.write_text(secrets.token_hex(32) + "\n")
    return file


def _node_token(folder: Path, issuer: DevIssuer) -> Path:
    file = folder / "keys" / f"{EDGE_ID}.token"
    file.touch(0o600)
    file.write_text(issuer.token("platform", "node", EDGE_ID, _NODE_TOKEN_SECONDS))
    return file
