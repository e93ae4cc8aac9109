"""The topics of proto/topics.yaml, and how they come to be on a broker.

Rule: topics are declared and reviewed like an API; nothing else creates one.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from servicekit.errors import Unavailable

_DAY_MS = 24 * 3600 * 1000
_TOMBSTONES_STAY_DAYS = 7
_DEADLINE = 30.0


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    message: str
    cleanup: Literal["compact", "delete"]
    partitions: int
    retention_ms: int | None
    dead_letter: str | None

    def config(self) -> dict[str, str]:
        if self.cleanup == "compact":
            # a follower that was away for less than this still sees what was deleted
            return {
                "cleanup.policy": "compact",
                "delete.retention.ms": str(_TOMBSTONES_STAY_DAYS * _DAY_MS),
                "min.cleanable.dirty.ratio": "0.1",
            }
        return {"cleanup.policy": "delete", "retention.ms": str(self.retention_ms)}


def load_topics(text: str | None = None) -> dict[str, Topic]:
    """From the file that comes with the messages, unless another text is given."""
    if text is None:
        text = (files("keepline") / "topics.yaml").read_text()
    declared: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)["topics"]
    return {name: _topic(name, entry) for name, entry in declared.items()}


def _topic(name: str, entry: Mapping[str, Any]) -> Topic:
    days = entry.get("retention_days")
    if entry["cleanup"] not in ("compact", "delete") or (entry["cleanup"] == "delete") != (days is not None):
        raise ValueError(f"{name}: cleanup is compact, or delete with retention_days")
    return Topic(
        name=name,
        message=entry["message"],
        cleanup=entry["cleanup"],
        partitions=int(entry["partitions"]),
        retention_ms=None if days is None else int(days) * _DAY_MS,
        dead_letter=entry.get("dead_letter"),
    )


async def ensure_topics(bootstrap: str, topics: Iterable[Topic], replication: int = 1) -> None:
    """Creates what is missing; what exists stays as it is."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=10_000)
    wanted = [NewTopic(t.name, t.partitions, replication, topic_configs=t.config()) for t in topics]
    try:
        async with asyncio.timeout(_DEADLINE):
            await admin.start()
            answer = await admin.create_topics(wanted)
    except (KafkaError, TimeoutError, OSError) as error:
        raise Unavailable("broker_unavailable", f"the topics cannot be created: {error!r}") from error
    finally:
        await admin.close()
    for name, code, *_ in answer.topic_errors:
        if code and for_code(code) is not TopicAlreadyExistsError:
            raise Unavailable("broker_unavailable", f"{name} cannot be created: {for_code(code).__name__}")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m servicekit.kafka.topics", description="Creates the topics"
    )
    parser.add_argument("--bootstrap", required=True, help="host:port of a broker")
    parser.add_argument("--replication", type=int, default=1)
    asked = parser.parse_args()
    topics = load_topics()
    asyncio.run(ensure_topics(asked.bootstrap, topics.values(), asked.replication))
    sys.stdout.write("\n".join(topics) + "\n")


if __name__ == "__main__":
    main()
