"""Wires onboardings and tests of trunks: how they are kept, what is seen of them, and who is told."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from servicekit.errors import Unavailable
from servicekit.kafka import Producer
from servicekit.mongo import Mongo
from servicekit.outbox import relay_of
from servicekit.service import Service
from sip_config.adapters.mongo import trunk_tests
from sip_config.adapters.mongo.onboardings import COLLECTION, OnboardingDocuments
from sip_config.adapters.mongo.trunk_tests import TrunkTestDocuments
from sip_config.app.onboardings import Onboardings
from sip_config.app.onboardings_seen import OnboardingsSeen
from sip_config.app.trunk_tests import TrunkTests
from sip_config.ports import TrunkStore
from sip_config.settings import Settings

_LOOK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Onboarding:
    service: Service[Settings]
    documents: OnboardingDocuments
    seen: OnboardingsSeen
    tests: TrunkTests

    async def prepare(self) -> None:
        await self.documents.prepare()

    def serve(self, trunks: TrunkStore) -> Onboardings:
        most = self.service.settings.quotas.onboardings
        return Onboardings(self.documents, trunks, self.service.clock, most)


def onboarding_of(service: Service[Settings], mongo: Mongo, producer: Producer) -> Onboarding:
    settings, relay = service.settings, relay_of(mongo, COLLECTION, producer)
    chosen = settings.onboardings
    documents = OnboardingDocuments(mongo.collection(COLLECTION), chosen.keep_days, relay.wake)
    window = timedelta(minutes=settings.rejections.window_minutes)
    idle = timedelta(hours=chosen.abandoned_after_hours)
    seen = OnboardingsSeen(documents, service.clock, window, idle)
    service.readiness.add_degraded("outbox of onboardings", relay.problem)
    service.readiness.add_degraded(documents.readable.name, documents.readable.problem)
    service.keep(relay.run, name="outbox relay of onboardings")
    service.keep(lambda: _abandon(seen), name="onboardings that nobody goes on with")
    tests = TrunkTests(TrunkTestDocuments(mongo.collection(trunk_tests.COLLECTION)))
    return Onboarding(service, documents, seen, tests)


async def _abandon(seen: OnboardingsSeen) -> None:
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            await seen.abandon()
        except Unavailable:  # the database is told as away by its own watch
            continue
