"""Who watches gets the newest of each trunk; what has to be told gets through in the end."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from health_monitor.app.status_publisher import StatusPublisher
from health_monitor.app.watchers import Watchers
from health_monitor.domain.status import Gone, Status, Verdict
from servicekit.errors import Problem, Unavailable
from servicekit.testing import until

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def status(version: int, place: int = 1, tenant: str = "t_a") -> Status:
    return Status(f"trk_{place}", tenant, version, Verdict.HEALTHY, f"Version {version}.", NOW)


async def test_a_stalled_watcher_holds_one_entry_for_each_trunk() -> None:
    watchers = Watchers()
    watcher = watchers.watch("t_a", [])
    for version in range(1, 1001):
        for place in (1, 2):
            watchers.changed(status(version, place))
    assert await watcher.news(1) == {"trk_1": status(1000, 1), "trk_2": status(1000, 2)}
    assert await watcher.news(0.01) == {}


async def test_a_watcher_hears_of_its_own_trunks_only() -> None:
    watchers = Watchers()
    mine, named, theirs = (
        watchers.watch("t_a", []),
        watchers.watch("t_a", ["trk_2"]),
        watchers.watch("t_b", []),
    )
    watchers.changed(status(1, 1))
    watchers.changed(status(1, 2))
    watchers.removed(status(1, 1))
    assert await mine.news(1) == {"trk_1": None, "trk_2": status(1, 2)}
    assert await named.news(1) == {"trk_2": status(1, 2)}
    assert await theirs.news(0.01) == {}
    watchers.leave(mine)
    watchers.changed(status(2, 1))
    assert await mine.news(0.01) == {}


async def test_a_thousand_watchers_are_all_told() -> None:
    watchers = Watchers()
    waiting = [asyncio.ensure_future(watchers.watch("t_a", []).news(10)) for _ in range(1000)]
    await asyncio.sleep(0)
    watchers.changed(status(1))
    assert await asyncio.gather(*waiting) == [{"trk_1": status(1)}] * 1000


@dataclass
class Store:
    """Implements StatusStore."""

    away: bool = True
    refused: str = ""
    kept: list[Status | Gone] = field(default_factory=list)
    asked: int = 0

    async def load(self) -> Sequence[Status]:
        return []

    async def keep(self, status: Status) -> None:
        self._take(status)

    async def forget(self, gone: Gone) -> None:
        self._take(gone)

    def _take(self, news: Status | Gone) -> None:
        self.asked += 1
        if self.away:
            raise Unavailable("database_unavailable", "away")
        if news.id == self.refused:
            raise Problem("document_refused", "too large")
        self.kept.append(news)


async def test_the_newest_of_each_trunk_gets_through_when_the_store_returns() -> None:
    store = Store()
    telling = StatusPublisher(store)
    running = asyncio.create_task(telling.run())
    telling.changed(status(1))
    await until(lambda: store.asked)
    telling.changed(status(2))
    telling.changed(status(1, 2))
    telling.removed(status(1, 2))
    assert telling.waiting() == "2 statuses to be kept"
    store.away = False
    await until(lambda: telling.waiting() is None)
    gone = Gone("trk_2", "t_a", 2)
    assert sorted(store.kept, key=lambda told: told.id) == [status(2), gone]
    running.cancel()


async def test_a_status_that_is_refused_holds_up_no_other() -> None:
    store = Store(away=False, refused="trk_1")
    telling = StatusPublisher(store)
    telling.changed(status(1, 1))
    telling.changed(status(1, 2))
    running = asyncio.create_task(telling.run())
    await until(lambda: telling.waiting() is None)
    assert store.kept == [status(1, 2)]
    running.cancel()
