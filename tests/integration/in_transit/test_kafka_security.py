"""A real broker whose listener wants TLS and a password, and takes a client's certificate."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from harness.components import kafka as component
from harness.components.kafka import Kafka
from harness.paths import fresh_run_folder
from servicekit.errors import Unavailable
from servicekit.kafka import GroupConsumer, Producer, Record, StateFollower, Topic, ensure_topics
from servicekit.kafka.handling import Handled, Read
from servicekit.settings import ClientFiles, KafkaSettings, WrongSetting
from servicekit.testing import until
from servicekit.testing.certificates import Authority
from switchlink.testing.free_ports import free_port

USER, PASSWORD = "keepline", "correct-horse-battery"
TOPICS = [
    Topic("secured", "m", "compact", 1, None, None),
    Topic("secured.dlq", "m", "compact", 1, None, None),
]
_JAAS = "org.apache.kafka.common.security"


def inline(path: Path) -> str:
    """PEM on one line of a properties file."""
    return path.read_text().replace("\n", "\\n")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def secured(authority: Authority) -> AsyncIterator[tuple[Kafka, int]]:
    """The broker and the port of its secured listener; clients may show a certificate and need not."""
    made, port = authority.issue("broker"), free_port()
    own, listener = f"CLIENT://127.0.0.1:@CLIENT_PORT@,SECURED://127.0.0.1:{port}", "listener.name.secured"
    plain = f'{_JAAS}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
    properties = {
        "listeners": f"{own},CONTROLLER://127.0.0.1:@CONTROLLER_PORT@",
        "advertised.listeners": own,
        "listener.security.protocol.map": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL",
        f"{listener}.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
        f"{listener}.plain.sasl.jaas.config": plain,
        f"{listener}.scram-sha-512.sasl.jaas.config": f"{_JAAS}.scram.ScramLoginModule required;",
        f"{listener}.ssl.keystore.type": "PEM",
        f"{listener}.ssl.keystore.certificate.chain": inline(made.cert_file),
        f"{listener}.ssl.keystore.key": inline(made.key_file),
        f"{listener}.ssl.truststore.type": "PEM",
        f"{listener}.ssl.truststore.certificates": inline(authority.ca_file),
        f"{listener}.ssl.client.auth": "requested",
    }
    broker = await component.create(fresh_run_folder("test-kafka-secured"), properties, {USER: PASSWORD})
    await broker.start()
    await ensure_topics(broker.bootstrap, TOPICS)
    yield broker, port
    await broker.stop()


@asynccontextmanager
async def running(work: Awaitable[None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


Settings = Callable[..., KafkaSettings]


@pytest.fixture
def settings(secured: tuple[Kafka, int], authority: Authority, tmp_path: Path) -> Settings:
    def make(mechanism: str = "SCRAM-SHA-512", password: str = PASSWORD, **changed: Any) -> KafkaSettings:
        path = tmp_path / "password"
        path.write_text(password + "\n")
        values: dict[str, Any] = {
            "bootstrap": f"127.0.0.1:{secured[1]}",
            "protocol": "SASL_SSL",
            "tls": {"ca_file": authority.ca_file},
            "sasl": {"mechanism": mechanism, "username": USER, "password_file": path},
        }
        return KafkaSettings(**{**values, **changed})

    return make


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_records_are_sent_and_followed(settings: Settings, mechanism: str) -> None:
    broker, seen = settings(mechanism), dict[str, bytes | None]()
    producer = Producer(broker, "test")
    await ensure_topics(broker, TOPICS)
    await producer.send("secured", mechanism, b"value")
    follower = StateFollower(broker, {"secured": seen.__setitem__}, name="test")
    async with running(follower.run()):
        await until(lambda: mechanism in seen)
    await producer.stop()


async def test_a_group_reads_with_a_client_certificate_as_well(
    settings: Settings, authority: Authority
) -> None:
    mine, seen = authority.issue("router"), list[str]()
    files = ClientFiles(ca_file=authority.ca_file, cert_file=mine.cert_file, key_file=mine.key_file)
    broker = settings(tls=files)
    producer = Producer(broker, "test")
    await producer.send("secured", "of-a-group", b"value")

    dead = {"secured": "secured.dlq"}
    consumer = GroupConsumer(broker, "test", ["secured"], dead_letters=dead, producer=producer, name="test")
    async with running(consumer.run(Keys(seen))):
        await until(lambda: "of-a-group" in seen, within=40)
    await producer.stop()


class Keys:
    """Takes every record and keeps its key."""

    def __init__(self, seen: list[str]) -> None:
        self._seen = seen

    def read(self, record: Record) -> str:
        return record.key

    async def handle(self, batch: Sequence[Read[str]], *, may_hold: bool) -> Handled[str]:
        self._seen += [read.value for read in batch]
        return Handled()


async def told(broker: KafkaSettings, words: str) -> str:
    """What the producer's readiness says, once it holds these words."""
    producer = Producer(broker, "test", deadline=3)
    async with running(producer.watch()):
        await until(lambda: words in producer.problem(), within=40)
    with pytest.raises(Unavailable):
        await producer.send("secured", "k", b"v")
    await producer.stop()
    return producer.problem()


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_a_wrong_password_is_told_and_never_shown(
    settings: Settings, mechanism: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "hunter2-hunter2"
    problem = await told(settings(mechanism, wrong), f"does not accept {USER}'s password")
    written = capsys.readouterr()
    assert wrong not in problem + caplog.text + written.out + written.err


async def test_a_broker_that_is_not_trusted_is_told(settings: Settings, stranger: Authority) -> None:
    await told(settings(tls={"ca_file": stranger.ca_file}), "the broker's certificate is not trusted")


async def test_a_listener_without_tls_is_told(settings: Settings, secured: tuple[Kafka, int]) -> None:
    await told(settings(bootstrap=secured[0].bootstrap), "the broker")


def test_wrong_files_end_the_start_by_name(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="KEEPLINE_KAFKA__TLS__CA_FILE"):
        Producer(settings(tls={"ca_file": tmp_path / "none"}), "test")
    broker = settings()
    (tmp_path / "password").unlink()
    with pytest.raises(WrongSetting, match="KEEPLINE_KAFKA__SASL__PASSWORD_FILE"):
        StateFollower(broker, {}, name="test")
    with pytest.raises(ValueError, match="needs sasl__username"):
        KafkaSettings(bootstrap="127.0.0.1:1", protocol="sasl_ssl")
