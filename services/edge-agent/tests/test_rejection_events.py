"""A refusal as it is told: with what it is in its headers, and where numbers are hidden without them."""

import asyncio
from pathlib import Path

import pytest

from edge_agent.adapters.kafka.rejection_events import RejectionEvents
from edge_agent.domain.rejections import Rejection
from keepline.events.v1.rejection_pb2 import Rejection as RejectionEvent
from servicekit.spool import Spool, SpooledProducer
from servicekit.testing import FakeClock, MemoryProducer, until

REFUSED = Rejection(
    "extension_unsupported",
    420,
    "t_a",
    "trk_a",
    "192.0.2.7:5060",
    "INVITE",
    "+4917012345678",
    "1001",
    "abc@x",
    "path",
)


@pytest.mark.parametrize(
    ("hidden", "numbers"),
    [(False, ("+4917012345678", "1001")), (True, ("**78", "**01"))],
    ids=["told", "hidden"],
)
async def test_a_refusal_is_told_with_its_tenant(
    tmp_path: Path, hidden: bool, numbers: tuple[str, str]
) -> None:
    broker = MemoryProducer()
    spooled = SpooledProducer(Spool(tmp_path), broker)
    events = RejectionEvents(spooled, "edge1", FakeClock(), hide_numbers=hidden)
    running = asyncio.create_task(spooled.run())
    events.tell(REFUSED)
    await until(lambda: broker.sent)
    running.cancel()
    (record,) = broker.sent
    told = RejectionEvent.FromString(record.value or b"")
    assert (told.caller, told.called, told.sip_call_id, told.about) == (*numbers, "abc@x", "path")
    assert (record.key, record.headers["ce_tenantid"]) == ("trk_a", "t_a")
    assert record.headers["ce_type"] == "keepline.sip.request.rejected.v1"
