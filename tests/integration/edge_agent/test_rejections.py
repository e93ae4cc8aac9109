"""The way of a refusal: from the edge by its agent to Kafka, also when the broker was away."""

import asyncio

import pytest_asyncio
from aiokafka import AIOKafkaConsumer

from harness.components.kafka import Kafka
from harness.until import until
from keepline.events.v1.rejection_pb2 import Rejection
from servicekit.kafka import ensure_topics, load_topics
from switchlink.testing.wire import SDP, Wire, request

TOPIC = "keepline.sip.rejections.v1"


@pytest_asyncio.fixture
async def told(kafka: Kafka):
    """What comes to the topic from now on: (key, headers, rejection)."""
    await ensure_topics(kafka.bootstrap, [load_topics()[TOPIC]])
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=kafka.bootstrap, auto_offset_reset="latest")
    await consumer.start()
    for partition in consumer.assignment():
        await consumer.position(partition)
    found: list[tuple[str, dict[str, str], Rejection]] = []

    async def read() -> None:
        async for record in consumer:
            headers = {name: value.decode() for name, value in record.headers}
            found.append((record.key.decode(), headers, Rejection.FromString(record.value)))

    reading = asyncio.ensure_future(read())
    yield found
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await consumer.stop()


async def test_a_refused_call_is_told_once_with_its_trunk(edge, control, agent_beside, kafka, told) -> None:
    stranger = await Wire.open("127.0.9.9")
    async with agent_beside(edge, control, KEEPLINE_KAFKA__BOOTSTRAP=kafka.bootstrap) as agent:
        await control.in_force()
        await agent.until_ready()
        invite = request("INVITE", "sip:+4930000001@t1.sip.test", stranger, body=SDP)

        async def heard() -> bool:
            # the agent is granted its first reports a moment after it is ready; repeats of one INVITE are one
            stranger.send(invite, edge.public)
            return bool(told)

        await until(heard, 30, "the refusal on Kafka")
        key, headers, rejection = told[0]
        assert (rejection.code, rejection.sip_status) == ("source_not_allowed", 403)
        assert (rejection.tenant_id, rejection.trunk_id, rejection.edge_id) == ("tenant1", "trk_1", "edge1")
        assert rejection.source_address.startswith("127.0.9.9:")
        assert rejection.called.startswith("sip:+4930000001@") or rejection.called == "+4930000001"
        assert key == "trk_1"
        assert headers["ce_source"] == "/keepline/edge-agent"
        stranger.send(request("INVITE", "sip:+4930999999@t9.sip.test", stranger, body=SDP), edge.public)
        await until(lambda: len(told) == 2, 15, "the second refusal")
        assert (told[1][0], told[1][2].code) == ("edge1", "trunk_unknown")
    stranger.close()


async def test_what_was_refused_while_the_broker_was_away_is_told_by_the_next_life(
    edge, control, agent_beside, kafka, told
) -> None:
    stranger = await Wire.open("127.0.9.9")
    async with agent_beside(edge, control) as agent:  # nobody listens where its broker should be
        await control.in_force()
        await agent.until_ready()
        invite = request("INVITE", "sip:+4930000001@t1.sip.test", stranger, body=SDP)

        async def spooled() -> bool:
            stranger.send(invite, edge.public)
            return "rejections" in str((await agent.ready())["degraded"])

        await until(spooled, 15, "a refusal on the agent's disk")
        await agent.stop()
        agent.env["KEEPLINE_KAFKA__BOOTSTRAP"] = kafka.bootstrap
        agent.start_here()
        await until(lambda: told, 30, "the refusal on Kafka")
        assert told[0][2].code == "source_not_allowed"
    stranger.close()
