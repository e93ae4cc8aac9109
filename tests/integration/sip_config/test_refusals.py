"""Refusals over a real broker and a real database, from what an edge and a router tell to the row."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest_asyncio

from harness.components.kafka import Kafka
from harness.components.mongo import Mongo as Server
from harness.until import until
from keepline.events.v1 import call_event_pb2 as call
from keepline.events.v1.rejection_pb2 import Rejection as RejectionEvent
from keepline.phone.v1.number_pb2 import Number, NumberState
from servicekit.addresses import AddressPolicy
from servicekit.clock import SystemClock
from servicekit.kafka import GroupConsumer, Outgoing, Producer, cloud_event, ensure_topics, load_topics
from servicekit.mongo import Mongo, connect
from servicekit.settings import MongoSettings
from servicekit.timestamps import timestamp
from sip_config.adapters.kafka.told_refusals import CALL_EVENTS, REJECTIONS, TOPICS, ToldRefusals
from sip_config.adapters.messages.trunks import state_value
from sip_config.adapters.mongo.onboardings import OnboardingDocuments
from sip_config.adapters.mongo.rejections import RejectionDocuments
from sip_config.adapters.mongo.trunk_tests import TrunkTestDocuments
from sip_config.adapters.mongo.trunks import TrunkDocuments
from sip_config.adapters.rejection_shape import REJECTIONS as RULE
from sip_config.app.onboardings_seen import OnboardingsSeen
from sip_config.app.refusals_kept import RefusalsKept
from sip_config.app.trunk_tests import TrunkTests
from sip_config.domain.known_records import KnownRecords
from sip_config.domain.onboarding import advance
from sip_config.domain.onboarding.onboarding import Line, OnboardedNumber, Onboarding, OnboardingFields
from sip_config.domain.refused.rejection import Rejection, State
from sip_config.domain.refused.tenant_numbers import TenantNumbers
from sip_config.domain.trunk import Trunk, TrunkFields

NOW = datetime.now(UTC).replace(microsecond=0)
BERLIN = "+49301234567"
TRUNKS, NUMBERS = "keepline.sip.trunk.state.v1", "keepline.phone.number.state.v1"


@dataclass
class Keeping:
    broker: Kafka
    mongo: Mongo
    producer: Producer
    rows: RejectionDocuments
    onboardings: OnboardingDocuments
    trunks: TrunkDocuments
    tenant_id: str
    trunk_id: str
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def tell(self, topic: str, key: str, value: bytes, kind: str) -> None:
        headers = cloud_event(
            "test", kind, "m", secrets.token_hex(8), NOW, tenant_id=self.tenant_id, subject=key
        )
        await self.producer.send_many([Outgoing(topic, key, value, headers)])

    async def refuse(self, **said: object) -> None:
        """As an edge tells it."""
        at, own = timestamp(NOW), {"tenant_id": self.tenant_id, "trunk_id": self.trunk_id}
        source = {"source_address": "203.0.113.9:5060", "called": BERLIN}
        why = {"code": "source_not_allowed", "sip_status": 403}
        event = RejectionEvent(id="rej_1", at=at, **{**own, **source, **why, **said})  # type: ignore[arg-type]
        kind = "keepline.sip.request.rejected.v1"
        await self.tell(REJECTIONS, self.trunk_id, event.SerializeToString(), kind)

    async def end(self, code: str, status: int, called: str = "0301234567", **said: object) -> None:
        """As a router tells the end of a call."""
        event = call.CallEvent(
            call_id=f"call_{secrets.token_hex(8)}",
            seq=1_000_000,
            attempt=1,
            at=timestamp(NOW),
            tenant_id=self.tenant_id,
            trunk_id=self.trunk_id,
            direction=call.DIRECTION_INBOUND,
            ended=call.CallEnded(
                code=code,
                sip_status=status,
                called=called,
                source_address="203.0.113.1:5060",
                **said,  # type: ignore[arg-type]
            ),
        )
        await self.tell(CALL_EVENTS, event.call_id, event.SerializeToString(), "keepline.call.ended.v1")

    async def allow(self, *networks: str) -> None:
        before = await self.trunks.get(self.tenant_id, self.trunk_id)
        assert before is not None
        fields = TrunkFields("Acme", networks, "DE", (), True)
        after = Trunk(before.id, before.tenant_id, before.version + 1, before.domain, fields, NOW, NOW)
        assert await self.trunks.replace(after, before)
        await self.tell(TRUNKS, after.id, state_value(after), "keepline.sip.trunk.changed.v1")

    def start(self, name: str) -> None:
        known, policy = KnownRecords(), AddressPolicy.of(["203.0.113.0/24"])
        kept = RefusalsKept(
            self.rows, self.trunks, lambda t, new: TenantNumbers(known, t, new), policy, SystemClock()
        )
        seen = OnboardingsSeen(self.onboardings, SystemClock())
        tests = TrunkTests(TrunkTestDocuments(self.mongo.collection("sip_trunk_tests")))
        group = f"refusals-{self.tenant_id}"
        consumer: GroupConsumer = GroupConsumer(
            self.broker.bootstrap, group, TOPICS, dead_letters={}, producer=self.producer, name=name
        )
        self.tasks.append(asyncio.create_task(consumer.run(ToldRefusals(kept, seen, tests))))

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()

    async def any_kept(self) -> bool:
        return bool((await self.rows.page(self.tenant_id, RULE.read({}))).items)

    async def found(self, within: float = 60, **expected: int) -> list[Rejection]:
        """Waits for as many refusals by code, in all rows."""

        async def asked() -> list[Rejection] | None:
            rows = list((await self.rows.page(self.tenant_id, RULE.read({}))).items)
            counts: dict[str, int] = {}
            for row in rows:
                counts[row.alike.code] = counts.get(row.alike.code, 0) + row.count
            return rows if counts == expected else None

        return await until(asked, within, f"{expected} refusals")


@pytest_asyncio.fixture
async def keeping(kafka: Kafka, mongo: Server) -> AsyncIterator[Keeping]:
    await ensure_topics(kafka.bootstrap, load_topics().values())
    serial = secrets.token_hex(4)
    database = await connect(MongoSettings(uri=mongo.uri, database=f"refusals_{serial}"))
    producer = Producer(kafka.bootstrap, "test")
    rows = RejectionDocuments(database.collection("sip_rejections"), 30)
    trunks = TrunkDocuments(database.collection("sip_trunks"), SystemClock(), lambda: None)
    onboardings = OnboardingDocuments(database.collection("sip_onboardings"), 30)
    for one in (rows, trunks, onboardings):
        await one.prepare()
    fields = TrunkFields("Acme", ("203.0.113.0/30",), "DE", (), True)
    await trunks.add(Trunk(f"trk_{serial}", f"t_{serial}", 1, f"{serial}.sip.example", fields, NOW, NOW))
    made = Keeping(kafka, database, producer, rows, onboardings, trunks, f"t_{serial}", f"trk_{serial}")
    yield made
    await made.stop()
    await producer.stop()
    await database.close()


async def test_what_edges_and_routers_refuse_is_kept_and_closed_by_what_mends_it(keeping: Keeping) -> None:
    keeping.start("one")
    await keeping.refuse()
    await keeping.refuse(source_address="203.0.113.9:5090")
    await keeping.refuse(code="extension_unsupported", sip_status=420, about="path")
    await keeping.end("number_unknown", 404)
    # no refusals of ours: routed, and what the edge tries elsewhere
    await keeping.end("routed", 486)
    await keeping.end("table_missing", 503)
    rows = await keeping.found(source_not_allowed=2, extension_unsupported=1, number_unknown=1)
    by_code = {row.alike.code: row for row in rows}
    assert [fix.id for fix in by_code["source_not_allowed"].explanation.fixes] == [
        "allow_address:203.0.113.9/32",
        "allow_network:203.0.113.0/28",
    ]
    assert "the extension path" in by_code["extension_unsupported"].explanation.detail
    assert by_code["number_unknown"].explanation.read_as == (BERLIN,)
    await keeping.allow("203.0.113.0/28")
    number = Number(id=f"num_{keeping.trunk_id}", tenant_id=keeping.tenant_id, version=1, number=BERLIN)
    number.trunk_id = keeping.trunk_id
    value = NumberState(number=number).SerializeToString()
    await keeping.tell(NUMBERS, number.id, value, "keepline.phone.number.changed.v1")

    async def fixed() -> bool:
        found = (await keeping.rows.page(keeping.tenant_id, RULE.read({}))).items
        return [row.alike.code for row in found if row.state is State.OPEN] == ["extension_unsupported"]

    await until(fixed, 60, "both rows fixed that can be")


async def test_a_reader_that_is_ended_in_the_middle_counts_nothing_twice_and_loses_nothing(
    keeping: Keeping,
) -> None:
    for _ in range(2):
        keeping.start("one")
        for _ in range(20):
            await keeping.refuse()
        await until(keeping.any_kept, 60, "something is kept")
        await keeping.stop()  # commits nothing of what is under way
    keeping.start("one")
    (row,) = await keeping.found(source_not_allowed=40)
    assert row.count == 40


async def test_an_answered_call_and_a_refusal_reach_the_onboarding_that_they_belong_to(
    keeping: Keeping,
) -> None:
    number = OnboardedNumber("num_1", BERLIN)
    fields = OnboardingFields(Line.TRUNK, "Acme", keeping.trunk_id, (number,), "agt_1", "pln_1")
    one = advance.begun(f"onb_{keeping.trunk_id}", keeping.tenant_id, fields, NOW)
    assert await keeping.onboardings.add(one)
    keeping.start("one")
    await keeping.refuse()
    await keeping.refuse()
    answered = {"number_id": "num_1", "number": "hmac-1", "answered_at": timestamp(NOW), "setup_ms": 900}
    await keeping.end("routed", 200, **answered)

    async def seen() -> Onboarding | None:
        found = await keeping.onboardings.get(keeping.tenant_id, one.id)
        return found if found is not None and found.tested is not None and found.refused else None

    found = await until(seen, 60, "the onboarding is tested")
    assert found.tested is not None
    assert (found.tested.number, found.next_step) == (BERLIN, None)
    assert [met.code for met in found.refused] == ["source_not_allowed"]
    (stored,) = await keeping.mongo.collection("sip_trunk_tests").find({"_id": keeping.trunk_id})
    assert stored["tested_at"] == NOW
