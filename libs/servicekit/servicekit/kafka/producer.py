"""Sends records so that they are on the broker when the call returns, or says that it cannot.

Idempotent, acknowledged by all in-sync replicas, and never waiting longer than the deadline. aiokafka
waits for ever when its broker is gone, also in stop() (aiokafka #1101): a client that missed the deadline is
abandoned and the next call begins with a new one. A record may then be sent twice, never lost in silence.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTimestampError,
    InvalidTopicError,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
    UnknownTopicOrPartitionError,
    UnsupportedForMessageFormatError,
)
from aiokafka.protocol.metadata import MetadataRequest

from servicekit.deadlines import within
from servicekit.errors import Unavailable
from servicekit.kafka.connection import Broker, client_options, why
from servicekit.kafka.headers import encoded
from servicekit.kafka.records import MAX_RECORD, Outgoing, RecordsRefused
from servicekit.settings import WrongSetting
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_LOOK_EVERY = 2.0
_ENDING = 0.5
# of the record (or its batch), not of the broker: the same again is refused again
_REFUSED = (
    InvalidTimestampError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
    UnsupportedForMessageFormatError,
)


class Producer:
    def __init__(self, broker: Broker, name: str, deadline: float = 5.0) -> None:
        client_options(broker)  # what is wrong with its files is found now
        self._broker = broker
        self._name = name
        self._deadline = deadline
        self._client: AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()
        self._problem = "not connected yet"
        self._produced = metrics.counter(names.PRODUCED)
        self._failures = metrics.counter(names.PRODUCE_FAILURES)

    async def start(self) -> None:
        """Tries once; a broker that is away is not a reason to fail, `problem` tells it."""
        try:
            await self._connected()
        except Unavailable as away:
            _log.warning("starting without the broker", reason=away.detail)

    async def stop(self) -> None:
        """Sends what is pending, within the deadline."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            await within(self._deadline, client.stop())
        except (KafkaError, TimeoutError, OSError):
            await _abandon(client)

    async def watch(self) -> None:
        """Keeps `problem` true while nobody sends; run it as a task."""
        while True:
            try:
                client = await self._connected()
                await within(self._deadline, _answered(client))
                self._problem = ""
            except (KafkaError, TimeoutError, OSError) as error:
                self._problem = _words(error)
            except Unavailable as away:
                self._problem = await why(self._broker, away.detail)
            await asyncio.sleep(_LOOK_EVERY)

    def problem(self) -> str:
        return self._problem

    async def send(
        self, topic: str, key: str, value: bytes | None, headers: Mapping[str, str] | None = None
    ) -> None:
        await self.send_many([Outgoing(topic, key, value, headers or {})])

    async def send_many(self, records: Sequence[Outgoing]) -> None:
        """In order for each key. Raises Unavailable, and then any of the records may or may not be out, or
        RecordsRefused, and then the others are."""
        client = await self._connected()
        try:
            async with asyncio.timeout(self._deadline):
                answers = await _sent(client, records)
        except (KafkaError, TimeoutError, OSError) as error:
            raise await self._lost(client, error, len(records)) from error
        except asyncio.CancelledError as error:
            # what the client still holds would go out later, after what others send meanwhile
            await self._lost(client, error, len(records))
            raise
        failed = {place: a for place, a in enumerate(answers) if isinstance(a, BaseException)}
        for answer in failed.values():
            if not isinstance(answer, _REFUSED):
                raise await self._lost(client, answer, len(records)) from answer
        for place, record in enumerate(records):
            if place not in failed:
                self._produced.add(1, {"topic": record.topic})
        if failed:
            raise await self._refused(client, failed)
        self._problem = ""

    def _options(self) -> dict[str, Any]:
        try:
            return client_options(self._broker)
        except WrongSetting as wrong:  # files were good at the start and are not any more
            self._problem = str(wrong)
            raise Unavailable("broker_unavailable", self._problem) from wrong

    async def _connected(self) -> AIOKafkaProducer:
        async with self._connecting:
            if self._client is not None:
                return self._client
            client = AIOKafkaProducer(
                **self._options(),
                client_id=self._name,
                enable_idempotence=True,
                compression_type="gzip",  # which every client reads without a library
                max_request_size=MAX_RECORD + 100_000,
                request_timeout_ms=int(self._deadline * 1000),
                retry_backoff_ms=100,
                metadata_max_age_ms=30_000,
            )
            try:
                await within(self._deadline, client.start())
            except (KafkaError, TimeoutError, OSError) as error:
                self._problem = _words(error)
                await _abandon(client)
                raise Unavailable("broker_unavailable", self._problem) from error
            except asyncio.CancelledError:
                await _abandon(client)
                raise
            self._client, self._problem = client, ""
            _log.info("connected to the broker")
            return client

    async def _refused(self, client: AIOKafkaProducer, failed: Mapping[int, BaseException]) -> RecordsRefused:
        self._failures.add(len(failed))
        why = type(next(iter(failed.values()))).__name__
        _log.error("the broker refuses records", reason=why, records=len(failed))
        if self._client is client:  # a refused batch leaves a gap in the numbers of an idempotent producer
            self._client = None
            await _abandon(client)
        return RecordsRefused(sorted(failed), why)

    async def _lost(self, client: AIOKafkaProducer, error: BaseException, records: int) -> Unavailable:
        self._failures.add(records)
        self._problem = _words(error)
        if self._client is client:
            self._client = None
            _log.warning("the broker did not take records in time", reason=self._problem, records=records)
            await _abandon(client)
        return Unavailable("broker_unavailable", self._problem)


async def _sent(client: AIOKafkaProducer, records: Sequence[Outgoing]) -> list[object]:
    """The broker's answer for each record, in order, or what was raised for it."""
    answers: dict[int, object] = {}
    waits: dict[int, asyncio.Future[object]] = {}
    for place, record in enumerate(records):
        try:
            key, headers = record.key.encode(), encoded(record.headers)
            waits[place] = await client.send(record.topic, record.value, key, headers=headers)
        except _REFUSED as error:  # the client knows the largest request itself
            answers[place] = error
    came = await asyncio.gather(*waits.values(), return_exceptions=True)
    answers.update(zip(waits, came, strict=True))
    return [answers[place] for place in range(len(records))]


async def _answered(client: AIOKafkaProducer) -> None:
    """Waits until one of the brokers did. It is asked about no topic: all of them are a long answer."""
    question = MetadataRequest([], allow_auto_topic_creation=False)
    nodes = [broker.nodeId for broker in client.client.cluster.brokers()]
    random.shuffle(nodes)
    silent: KafkaError = KafkaConnectionError("no broker is known")
    for node in nodes:
        try:
            await client.client.send(node, question)
        except KafkaError as error:
            silent = error
        else:
            return
    raise silent


async def _abandon(client: AIOKafkaProducer) -> None:
    """Ends a client whose broker is gone, by its insides: its stop() would wait for the broker."""
    client._closed = True
    client._message_accumulator.fail_all(KafkaConnectionError("abandoned"))
    await asyncio.wait([asyncio.ensure_future(client.client.close())], timeout=_ENDING)
    sender = client._sender.sender_task
    if sender is None:
        return
    sender.remove_done_callback(client._sender._fail_all)  # expects a transaction, which we do not have
    while not sender.done():
        sender.cancel()
        await asyncio.wait([sender], timeout=_ENDING)
    if not sender.cancelled():
        sender.exception()  # looked at, so that it is not reported as forgotten


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "the broker does not answer in time"
    if isinstance(error, UnknownTopicOrPartitionError):
        return "the broker does not know the topic"
    return f"the broker cannot be reached ({type(error).__name__})"
