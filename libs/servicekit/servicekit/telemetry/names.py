"""The names of all metrics, with kind and unit: dashboards and alerts are written against these.

No label holds a call id, a number or anything else that has no bound.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    kind: Literal["counter", "histogram", "gauge"]
    unit: str
    description: str


RPC_SECONDS = Metric(
    "keepline.rpc.server.duration", "histogram", "s", "gRPC calls served, by method and code"
)
HTTP_SECONDS = Metric(
    "keepline.http.server.duration", "histogram", "s", "REST requests served, by route and status"
)
DEGRADED = Metric(
    "keepline.degraded", "gauge", "{check}", "1 while something beside the main duty is amiss, by check"
)
TASK_RESTARTS = Metric(
    "keepline.task.restarts", "counter", "{restart}", "tasks that crashed and were started again, by task"
)
PRODUCED = Metric("keepline.kafka.produced", "counter", "{record}", "records that the broker took, by topic")
PRODUCE_FAILURES = Metric(
    "keepline.kafka.produce.failures", "counter", "{record}", "records not taken in time"
)
CONSUMED = Metric("keepline.kafka.consumed", "counter", "{record}", "records handled, by topic and outcome")
DEAD_LETTERS = Metric("keepline.kafka.dead_letters", "counter", "{record}", "records put aside, by topic")
FOLLOWER_LAG = Metric("keepline.kafka.follower.lag", "gauge", "{record}", "records not read yet, by follower")
OUTBOX_RELAYED = Metric("keepline.outbox.relayed", "counter", "{record}", "outbox entries delivered")
OUTBOX_SECONDS = Metric("keepline.outbox.delay", "histogram", "s", "from the write to the delivery")
SPOOL_DEPTH = Metric(
    "keepline.spool.depth", "gauge", "{record}", "events on disk that the broker has not taken"
)
SPOOL_DROPPED = Metric(
    "keepline.spool.dropped", "counter", "{record}", "events refused because the spool is full"
)
SPOOL_FULLNESS = Metric(
    "keepline.spool.fullness", "gauge", "1", "of the spool's bound that is used; alarm from 0.5 on"
)
CALLS = Metric("keepline.calls", "counter", "{call}", "calls ended, by outcome")
POST_DIAL_SECONDS = Metric(
    "keepline.call.route.duration", "histogram", "s", "from the parked call to its first leg"
)
LEG_FAILURES = Metric(
    "keepline.call.leg.failures", "counter", "{leg}", "legs that were not answered, by SIP status"
)
SNAPSHOT_AGE = Metric("keepline.snapshot.age", "gauge", "s", "age of the configuration in use")
TRUNK_CHECKS = Metric("keepline.trunk.probes", "counter", "{probe}", "dispatcher observations, by result")
LOG_DROPPED = Metric(
    "keepline.log.dropped", "counter", "{line}", "log lines dropped because nobody reads them"
)
UNREADABLE = Metric(
    "keepline.storage.unreadable", "counter", "{document}", "documents that cannot be read, by collection"
)
SET_ASIDE = Metric(
    "keepline.config.set_aside", "counter", "{record}", "records that do not fit their type and reach no node"
)
