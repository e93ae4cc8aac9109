"""Wires who may ask and what they changed: API keys with their topic, and the audit log."""

import asyncio
from dataclasses import dataclass

from servicekit.auth.api_keys.known_keys import KnownKeys
from servicekit.auth.serving import Callers
from servicekit.kafka import GroupConsumer, Producer, load_topics
from servicekit.mongo import Mongo
from servicekit.outbox import relay_of
from servicekit.service import Service
from servicekit.telemetry.logging import logger
from sip_config.adapters.kafka.told_by_services import TOPICS, Told
from sip_config.adapters.messages.keys import Minting, state_value
from sip_config.adapters.mongo import api_keys, audit
from sip_config.adapters.mongo.api_keys import KeyDocuments
from sip_config.adapters.mongo.audit import AuditDocuments
from sip_config.app.api_keys import ApiKeys
from sip_config.app.audit_log import AuditLog
from sip_config.settings import Settings

_log = logger(__name__)
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Access:
    key_documents: KeyDocuments
    keys: ApiKeys
    audit: AuditDocuments
    entries: AuditLog

    async def prepare(self) -> None:
        await self.key_documents.prepare()
        await self.audit.prepare()


def access_of(service: Service[Settings], mongo: Mongo, producer: Producer, callers: Callers) -> Access:
    settings, clock = service.settings, service.clock
    relay = relay_of(mongo, api_keys.COLLECTION, producer)
    served = callers.keys
    told = None if served is None else state_value(served.sealing)
    documents = KeyDocuments(mongo.collection(relay.name), clock, relay.wake, told)
    keys = ApiKeys(
        documents,
        None if served is None else Minting(served.sealing),
        clock,
        (lambda: None) if served is None else (lambda: served.following.held_since),
        settings.quotas.keys,
    )
    log = AuditDocuments(mongo.collection(audit.COLLECTION), settings.audit.keep_days)
    service.readiness.add_degraded("outbox of keys", relay.problem)
    service.keep(relay.run, name="outbox relay of keys")
    for readable in (documents.readable, log.readable):
        service.readiness.add_degraded(readable.name, readable.problem)
    if served is not None:
        known = served.known
        service.keep(lambda: _tell_again(documents, known), name="keys that the topic lost")
    _listen(service, producer, Told(log, documents))
    return Access(documents, keys, log, AuditLog(log))


async def _tell_again(documents: KeyDocuments, known: KnownKeys) -> None:
    """Once, when the topic was read to its end. What it lost is gone from every service otherwise."""
    while not known.whole:  # noqa: ASYNC110  it is filled by other code, once
        await asyncio.sleep(_LOOK_SECONDS)
    told = await documents.tell_again(known.knows)
    if told:
        _log.warning("the topic of API keys had lost some, they are told again", keys=told)


def _listen(service: Service[Settings], producer: Producer, told: Told) -> None:
    topics = load_topics()
    dead_letters = {name: topics[name].dead_letter or "" for name in TOPICS}
    name = f"{service.name}-told-{service.settings.instance_id}"
    consumer = GroupConsumer(
        service.settings.kafka,
        "sip-config-told",
        TOPICS,
        dead_letters=dead_letters,
        producer=producer,
        name=name,
    )
    service.readiness.add_degraded("audit", consumer.problem)
    service.keep(lambda: consumer.run(told), name="audit and uses of keys")
