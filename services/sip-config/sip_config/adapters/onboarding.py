"""Wires onboardings: how they are kept and who is told of them."""

from dataclasses import dataclass

from servicekit.kafka import Producer
from servicekit.mongo import Mongo
from servicekit.outbox import relay_of
from servicekit.service import Service
from sip_config.adapters.mongo.onboardings import COLLECTION, OnboardingDocuments
from sip_config.app.onboardings import Onboardings
from sip_config.ports import TrunkStore
from sip_config.settings import Settings


@dataclass(frozen=True, slots=True)
class Onboarding:
    service: Service[Settings]
    documents: OnboardingDocuments

    async def prepare(self) -> None:
        await self.documents.prepare()

    def serve(self, trunks: TrunkStore) -> Onboardings:
        most = self.service.settings.quotas.onboardings
        return Onboardings(self.documents, trunks, self.service.clock, most)


def onboarding_of(service: Service[Settings], mongo: Mongo, producer: Producer) -> Onboarding:
    relay = relay_of(mongo, COLLECTION, producer)
    days = service.settings.onboardings.keep_days
    documents = OnboardingDocuments(mongo.collection(COLLECTION), days, relay.wake)
    service.readiness.add_degraded("outbox of onboardings", relay.problem)
    service.readiness.add_degraded(documents.readable.name, documents.readable.problem)
    service.keep(relay.run, name="outbox relay of onboardings")
    return Onboarding(service, documents)
