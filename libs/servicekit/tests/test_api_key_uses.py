"""When an API key was last used is told."""

import asyncio
from datetime import UTC, datetime, timedelta

from keepline.auth.v1.api_key_pb2 import ApiKeyUse
from servicekit.auth import Principal, Role
from servicekit.auth.api_keys.uses import KeyUses
from servicekit.testing import FakeClock, MemoryProducer, until

NOW = datetime(2026, 11, 25, 12, 0, 30, tzinfo=UTC)


async def test_a_use_is_told_once_a_minute_and_again_when_the_broker_is_back() -> None:
    clock, producer = FakeClock(NOW), MemoryProducer()
    uses = KeyUses("sip-config", clock, lambda: producer, again_seconds=0.01)
    who = Principal("t_a", "key_1", Role.ADMIN, key_id="key_1")
    producer.broker.away = True
    running = asyncio.ensure_future(uses.run())
    uses.used(who)
    await asyncio.sleep(0)
    producer.broker.away = False
    await until(lambda: len(producer.sent) == 1)
    for _ in range(3):
        uses.used(who)
    clock.advance(timedelta(minutes=1).total_seconds())
    uses.used(who)
    await until(lambda: len(producer.sent) == 2)
    running.cancel()
    told = [ApiKeyUse.FromString(record.value or b"") for record in producer.sent]
    assert [one.used_at.ToDatetime(UTC) for one in told] == [
        NOW.replace(second=0),
        NOW.replace(second=0) + timedelta(minutes=1),
    ]
    assert {(one.key_id, one.service) for one in told} == {("key_1", "sip-config")}
    assert {record.headers["ce_tenantid"] for record in producer.sent} == {"t_a"}
