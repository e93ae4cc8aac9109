"""The names of all metrics, with kind, unit and labels: dashboards and alerts are written against these.

docs/metrics.md is made of them (make settings). No label holds a call id, a number or anything else that
has no bound.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Metric:
    """unit: UCUM; a word in braces is what is counted."""

    name: str
    kind: Literal["counter", "histogram", "gauge"]
    unit: str
    description: str
    labels: tuple[str, ...] = ()


RPC_SECONDS = Metric(
    "keepline.rpc.server.duration", "histogram", "s", "gRPC calls served", ("method", "code")
)
HTTP_SECONDS = Metric(
    "keepline.http.server.duration", "histogram", "s", "REST requests served", ("route", "status")
)
DEGRADED = Metric(
    "keepline.degraded", "gauge", "{check}", "1 while something beside the main duty is amiss", ("check",)
)
TASK_RESTARTS = Metric(
    "keepline.task.restarts", "counter", "{restart}", "tasks that crashed and were started again", ("task",)
)
PRODUCED = Metric(
    "keepline.kafka.produced", "counter", "{record}", "records that the broker took", ("topic",)
)
PRODUCE_FAILURES = Metric(
    "keepline.kafka.produce.failures", "counter", "{record}", "records not taken in time"
)
CONSUMED = Metric(
    "keepline.kafka.consumed",
    "counter",
    "{record}",
    "records handled; outcome: handled, applied (state) or failed",
    ("topic", "outcome"),
)
DEAD_LETTERS = Metric("keepline.kafka.dead_letters", "counter", "{record}", "records put aside", ("topic",))
FOLLOWER_LAG = Metric(
    "keepline.kafka.follower.lag", "gauge", "{record}", "records of state topics not read yet", ("follower",)
)
OUTBOX_RELAYED = Metric(
    "keepline.outbox.relayed", "counter", "{record}", "outbox entries delivered", ("outbox",)
)
OUTBOX_SECONDS = Metric(
    "keepline.outbox.delay", "histogram", "s", "from the write to the delivery", ("outbox",)
)
SPOOL_DEPTH = Metric(
    "keepline.spool.depth", "gauge", "{record}", "events on disk that the broker has not taken"
)
SPOOL_DROPPED = Metric(
    "keepline.spool.dropped", "counter", "{record}", "events refused because the spool is full", ("topic",)
)
SPOOL_FULLNESS = Metric(
    "keepline.spool.fullness", "gauge", "1", "of the spool's bound that is used; alarm from 0.5 on"
)
CALLS = Metric("keepline.calls", "counter", "{call}", "calls ended", ("sip_status",))
HAND_OVER_SECONDS = Metric(
    "keepline.handover.duration", "histogram", "s", "a hand-over of the switch decided"
)
LEG_FAILURES = Metric(
    "keepline.call.leg.failures", "counter", "{leg}", "legs that were not answered", ("sip_status",)
)
LOG_DROPPED = Metric(
    "keepline.log.dropped", "counter", "{line}", "log lines dropped because nobody reads them"
)
UNREADABLE = Metric(
    "keepline.storage.unreadable", "counter", "{document}", "documents that cannot be read", ("collection",)
)
DOOR_ALONE = Metric(
    "keepline.door.answered",
    "counter",
    "{request}",
    "requests that the door answered itself, because no service did",
    ("status",),
)
DOOR_REQUESTS = Metric("keepline.door.requests", "counter", "{request}", "requests and RPCs that came to it")
DOOR_CONNECTIONS = Metric(
    "keepline.door.connections",
    "gauge",
    "{connection}",
    "client connections: reading a request, writing an answer, waiting for the next one",
    ("state",),
)
SET_ASIDE = Metric(
    "keepline.config.set_aside", "counter", "{record}", "records that do not fit their type and reach no node"
)


def all_metrics() -> list[Metric]:
    return sorted((one for one in globals().values() if isinstance(one, Metric)), key=lambda one: one.name)
