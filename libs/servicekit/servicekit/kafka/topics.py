"""The topics of proto/topics.yaml, and how they come to be on a broker.

Topics are declared and reviewed like an API; nothing else creates one. What exists stays as it is: more
partitions would send a key elsewhere and break its order, so there are enough of them from the start.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from servicekit.errors import Unavailable
from servicekit.kafka.connection import Broker, client_options
from servicekit.settings import KafkaSettings, ProcessSettings, load

_DAY_MS = 24 * 3600 * 1000
_TOMBSTONES_STAY_DAYS = 7
_DEADLINE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    message: str
    cleanup: Literal["compact", "delete"]
    partitions: int
    retention_ms: int | None
    dead_letter: str | None
    replication: int = 1
    min_in_sync: int = 1
    """So many replicas have a record before a producer hears that it is kept (acks=all)."""
    tombstones_stay_ms: int = _TOMBSTONES_STAY_DAYS * _DAY_MS
    """A follower that was away for less still sees what was deleted."""
    producers: tuple[str, ...] = ()
    consumers: tuple[str, ...] = ()
    key: str = ""
    events: Mapping[str, str] = field(default_factory=dict)
    """What each ce_type says."""
    traceparent: str = ""
    """Whose trace its records go along with; "" where they have none."""
    personal_data: Mapping[str, str] = field(default_factory=dict)
    """By field of the message ("started.caller"): what it tells of a person."""
    kept: str = ""
    """How long personal data stays in a compacted topic."""

    def on(self, brokers: int) -> "Topic":
        """The same for a cluster that may be smaller than production: no more replicas than brokers, and one
        less in sync than there are, so that one broker may be away."""
        replication = min(self.replication, brokers)
        in_sync = min(self.min_in_sync, max(1, replication - 1))
        return replace(self, replication=replication, min_in_sync=in_sync)

    def config(self) -> dict[str, str]:
        config = {"cleanup.policy": self.cleanup, "min.insync.replicas": str(self.min_in_sync)}
        if self.cleanup == "compact":
            config["delete.retention.ms"] = str(self.tombstones_stay_ms)
            config["min.cleanable.dirty.ratio"] = "0.1"
        else:
            config["retention.ms"] = str(self.retention_ms)
        return config


def load_topics(text: str | None = None) -> dict[str, Topic]:
    """From the file that comes with the messages, unless another text is given. Raises ValueError."""
    if text is None:
        text = (files("keepline") / "topics.yaml").read_text()
    declared: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)
    defaults = declared.get("defaults", {})
    return {name: _topic(name, {**defaults, **entry}) for name, entry in declared["topics"].items()}


def _topic(name: str, entry: Mapping[str, Any]) -> Topic:
    days = entry.get("retention_days")
    if entry["cleanup"] not in ("compact", "delete") or (entry["cleanup"] == "delete") != (days is not None):
        raise ValueError(f"{name}: cleanup is compact, or delete with retention_days")
    replication, min_in_sync = int(entry.get("replication", 1)), int(entry.get("min_in_sync", 1))
    if not 1 <= min_in_sync <= replication:
        raise ValueError(f"{name}: min_in_sync is between 1 and replication")
    return Topic(
        name=name,
        message=entry["message"],
        cleanup=entry["cleanup"],
        partitions=int(entry["partitions"]),
        retention_ms=None if days is None else int(days) * _DAY_MS,
        dead_letter=entry.get("dead_letter"),
        replication=replication,
        min_in_sync=min_in_sync,
        tombstones_stay_ms=int(entry.get("tombstones_stay_days", _TOMBSTONES_STAY_DAYS)) * _DAY_MS,
        producers=tuple(entry.get("producers", ())),
        consumers=tuple(entry.get("consumers", ())),
        key=entry.get("key", ""),
        events=entry.get("events", {}),
        traceparent=entry.get("traceparent", ""),
        personal_data=entry.get("personal_data", {}),
        kept=entry.get("kept", ""),
    )


async def ensure_topics(broker: Broker, topics: Iterable[Topic]) -> None:
    """Creates what is missing; what exists stays as it is. Raises Unavailable."""
    admin = AIOKafkaAdminClient(**client_options(broker), request_timeout_ms=10_000)
    try:
        async with asyncio.timeout(_DEADLINE_SECONDS):
            await admin.start()
            brokers = len((await admin.describe_cluster())["brokers"])
            wanted = [topic.on(brokers) for topic in topics]
            answer = await admin.create_topics([_new(topic) for topic in wanted])
    except (KafkaError, TimeoutError, OSError) as error:
        raise Unavailable("broker_unavailable", f"the topics cannot be created: {error!r}") from error
    finally:
        await admin.close()
    for name, code, *_ in answer.topic_errors:
        if code and for_code(code) is not TopicAlreadyExistsError:
            raise Unavailable("broker_unavailable", f"{name} cannot be created: {for_code(code).__name__}")


def _new(topic: Topic) -> NewTopic:
    return NewTopic(topic.name, topic.partitions, topic.replication, topic_configs=topic.config())


class _Settings(ProcessSettings):
    data_dir: Path = Path()
    kafka: KafkaSettings


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m servicekit.kafka.topics", description="Creates the topics of proto/topics.yaml"
    )
    parser.add_argument(
        "--bootstrap",
        help="host:port of a broker without TLS; left out: KEEPLINE_KAFKA__* of the environment",
    )
    topics, asked = load_topics(), parser.parse_args()
    asyncio.run(ensure_topics(asked.bootstrap or load(_Settings).kafka, topics.values()))
    sys.stdout.write("\n".join(topics) + "\n")


if __name__ == "__main__":
    main()
