"""Wires what was turned away: how it is kept, who reads it, and how a fix is applied."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import grpc.aio

from keepline.phone.v1.phone_service_pb2_grpc import PhoneServiceStub
from keepline.routing.v1.routing_service_pb2_grpc import CallRoutingManagerStub
from servicekit.auth import principal
from servicekit.grpc import channel
from servicekit.kafka import GroupConsumer, Producer
from servicekit.mongo import Mongo
from servicekit.outbox import relay_of
from servicekit.service import Service
from sip_config.adapters.kafka.told_refusals import TOPICS, ToldRefusals
from sip_config.adapters.mongo.rejections import COLLECTION, RejectionDocuments
from sip_config.adapters.onboarding import Onboarding
from sip_config.adapters.other_services import CallControl, PhoneSources
from sip_config.app.node_feed import NodeFeed
from sip_config.app.refusals_kept import Bounds, RefusalsKept
from sip_config.app.rejections import Rejections
from sip_config.app.trunks import Trunks
from sip_config.domain.refused.numbers import NumbersKnown, OwnNumber
from sip_config.domain.refused.tenant_numbers import TenantNumbers
from sip_config.ports import TrunkStore
from sip_config.settings import Settings

_LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Refused:
    service: Service[Settings]
    documents: RejectionDocuments
    consumer: GroupConsumer
    feed: NodeFeed

    def serve(self, store: TrunkStore, trunks: Trunks, onboarding: Onboarding) -> Rejections:
        """What is kept from now on, and served."""
        settings, clock = self.service.settings, self.service.clock
        chosen = settings.rejections
        bounds = Bounds(timedelta(minutes=chosen.window_minutes), chosen.rows, chosen.rows_each_window)
        kept = RefusalsKept(self.documents, store, self._numbers, settings.address_policy(), clock, bounds)
        told = ToldRefusals(kept, onboarding.seen, onboarding.tests)
        self.service.keep(lambda: self._keep(told), name="refusals")
        phones, plans, addresses = _phones(self.service), _plans(self.service), settings.address_policy()
        seen = onboarding.seen
        return Rejections(self.documents, trunks, self._numbers, phones, plans, addresses, clock, seen)

    async def _keep(self, told: ToldRefusals) -> None:
        """Once the numbers are known: what is explained without them is wrong."""
        while self.feed.missing:  # noqa: ASYNC110  it is filled by other code, once
            await asyncio.sleep(_LOOK_SECONDS)
        await self.consumer.run(told)

    def _numbers(self, tenant_id: str, newer: Mapping[str, OwnNumber]) -> NumbersKnown:
        return TenantNumbers(self.feed.tables.known, tenant_id, newer)


def refused_of(service: Service[Settings], mongo: Mongo, producer: Producer, feed: NodeFeed) -> Refused:
    settings = service.settings
    relay = relay_of(mongo, COLLECTION, producer)
    documents = RejectionDocuments(mongo.collection(COLLECTION), settings.rejections.keep_days, relay.wake)
    consumer = GroupConsumer(
        settings.kafka,
        "sip-config-refusals",
        TOPICS,
        dead_letters={},
        producer=producer,
        name=f"{service.name}-refusals-{settings.instance_id}",
    )
    service.readiness.add_degraded("refusals told", consumer.problem)
    service.readiness.add_degraded("outbox of rejections", relay.problem)
    service.readiness.add_degraded(documents.readable.name, documents.readable.problem)
    service.keep(relay.run, name="outbox relay of rejections")
    return Refused(service, documents, consumer, feed)


def _phones(service: Service[Settings]) -> PhoneSources | None:
    opened = _channel(service, service.settings.phone_sources_target)
    # the stub is the asynchronous one, because the channel is
    return None if opened is None else PhoneSources(PhoneServiceStub(opened))


def _plans(service: Service[Settings]) -> CallControl | None:
    opened = _channel(service, service.settings.call_control_target)
    return None if opened is None else CallControl(CallRoutingManagerStub(opened))


def _channel(service: Service[Settings], target: str | None) -> grpc.aio.Channel | None:
    """Asked with what the caller showed, never with a token of ours."""
    if target is None:
        return None
    opened = channel(target, token=lambda: principal().token, tls=service.settings.tls)
    service.stack.push_async_callback(opened.close)
    return opened
