"""What was known of trunks before a restart: all that can be read, whatever lies beside it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from health_monitor.adapters.status_documents import StatusDocuments
from health_monitor.domain.status import EndpointStatus, Status, Verdict
from health_monitor.domain.trunk import Endpoint
from servicekit.testing import FakeClock, MemoryCollection

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ROW = EndpointStatus(Endpoint("192.0.2.1", 5060, "udp"), "edge1", True, 1.5)
STATUS = Status("trk_1", "t_a", 3, Verdict.HEALTHY, "it answers", NOW, (ROW,))
GOOD = {"tenant_id": "t_a", "version": 1, "verdict": "down", "sentence": "", "since": NOW, "endpoints": []}
BAD: list[dict[str, Any]] = [
    {},
    {**GOOD, "verdict": "splendid"},
    {**GOOD, "version": "three"},
    {**GOOD, "since": "yesterday"},
    {**GOOD, "endpoints": None},
    {**GOOD, "endpoints": [{"host": "192.0.2.1"}]},
    {**GOOD, "endpoints": ["192.0.2.1"]},
]


@pytest.mark.parametrize("bad", BAD)
async def test_a_status_that_cannot_be_read_is_set_aside_until_its_trunk_has_another(
    bad: dict[str, Any],
) -> None:
    collection = MemoryCollection("trunk_status")
    store = StatusDocuments(collection, FakeClock(NOW), lambda: None)
    await store.keep(STATUS)
    await collection.insert_one({"_id": "trk_0", **bad})
    assert await store.load() == [STATUS]
    assert "trk_0" in store.readable.problem()
    await store.keep(Status("trk_0", "t_a", 1, Verdict.UNKNOWN, "", NOW))
    assert store.readable.problem() == ""
    assert [one.id for one in await store.load()] == ["trk_0", "trk_1"]
