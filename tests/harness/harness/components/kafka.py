"""Apache Kafka: one KRaft node from the jars in infra/kafka/lib. Data survives a stop and a kill."""

import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.paths import REPOSITORY
from harness.process import NotReady, Process
from switchlink.testing.free_ports import free_port

_FOLDER = REPOSITORY / "infra" / "kafka"
_CLUSTER_ID = "a2VlcGxpbmUtZGV2LTAwMQ"
_READY_WITHIN = 60.0
_JAVA = ["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


@dataclass
class Kafka:
    run: Path
    port: int
    process: Process
    name: str = "kafka"

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        await self.process.start()
        await self.process.ready(self._answers, _READY_WITHIN, f"port {self.port} is open")

    async def stop(self) -> None:
        await self.process.stop()

    async def kill(self) -> None:
        await self.process.kill()

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


async def create(
    run: Path, properties: Mapping[str, object] | None = None, users: Mapping[str, str] | None = None
) -> Kafka:
    """A formatted folder below `run`; not started yet. properties: more of them, with @CLIENT_PORT@ and so on
    filled in; users: SCRAM passwords by name."""
    if not any((_FOLDER / "lib").glob("kafka_*.jar")):
        raise NotReady("Kafka's jars are not in infra/kafka/lib: run make setup")
    run.mkdir(parents=True, exist_ok=True)
    port, controller = free_port(), free_port()
    file = run / "server.properties"
    text = (_FOLDER / "server.properties").read_text()
    text += "".join(f"{name}={value}\n" for name, value in (properties or {}).items())
    values = {"@CLIENT_PORT@": port, "@CONTROLLER_PORT@": controller, "@DATA@": run / "data"}
    for name, value in values.items():
        text = text.replace(name, str(value))
    file.touch(0o600)
    file.write_text(text)
    await _format(run, file, users or {})
    return Kafka(run, port, Process("kafka", [*_java(), "kafka.Kafka", str(file)], run / "kafka.log"))


async def _format(run: Path, properties: Path, users: Mapping[str, str]) -> None:
    command = ["kafka.tools.StorageTool", "format", "--standalone", "--ignore-formatted"]
    for name, password in users.items():
        command += ["--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]"]
    tool = Process(
        "kafka format", [*_java(), *command, "-t", _CLUSTER_ID, "-c", str(properties)], run / "format.log"
    )
    await tool.start()
    if await tool.wait(_READY_WITHIN) != 0:
        sys.stderr.write(tool.tail() + "\n")
        raise NotReady("Kafka's storage could not be formatted")


def _java() -> list[str]:
    return [*_JAVA, f"-Dlog4j2.configurationFile={_FOLDER}/log4j2.properties", "-cp", f"{_FOLDER}/lib/*"]
