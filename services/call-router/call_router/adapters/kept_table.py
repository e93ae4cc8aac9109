"""The routing table of a process: from its copy on disk at once, then from the state topics."""

import gc
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from call_router.adapters.disk.table_snapshot import TableSnapshot
from call_router.adapters.kafka.state_topics import StateTopics
from call_router.domain.table import RoutingTable
from servicekit.kafka import StateFollower
from servicekit.service import Service
from servicekit.settings import ApiSettings
from siptypes.country_rules import rules_of

S = TypeVar("S", bound=ApiSettings)


class Follows(Protocol):
    """What else is read off state topics."""

    def handlers(self) -> Mapping[str, Callable[[str, bytes | None], None]]: ...

    def caught_up(self) -> None:
        """Every topic was read to its end."""


def keep_table(service: Service[S], *others: Follows) -> RoutingTable:
    """One consumer follows all the topics, those of the others too."""
    settings = service.settings
    table = RoutingTable(rules_of)
    snapshot = TableSnapshot(settings.data_dir / "routing-table.snapshot", table)
    snapshot.load()
    topics = StateTopics(table)

    def caught_up() -> None:
        for one in (topics, *others):
            one.caught_up()
        gc.freeze()

    # what is in the table stays: the collector need not walk over it while calls come in
    gc.freeze()
    handlers = {topic: heard for one in (topics, *others) for topic, heard in one.handlers().items()}
    follower = StateFollower(settings.kafka, handlers, name=service.name, on_caught_up=caught_up)
    service.readiness.add_degraded("state", follower.problem)
    service.stack.push_async_callback(snapshot.save)
    service.keep(snapshot.run, name="table snapshot")
    service.keep(follower.run, name="state follower")
    return table


def missing(table: RoutingTable) -> str:
    """For readiness."""
    return "" if table.ready else "no routing table yet"
