"""proto/topics.yaml says who writes and who reads each topic, and what is in it; the code says so too."""

import re
from collections.abc import Iterator, Mapping

import pytest
from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pool import Default

import keepline.audit.v1.audit_entry_pb2
import keepline.auth.v1.api_key_pb2
import keepline.events.v1.call_event_pb2
import keepline.events.v1.onboarding_event_pb2
import keepline.events.v1.probe_pb2
import keepline.events.v1.rejection_pb2
import keepline.health.v1.trunk_health_pb2
import keepline.phone.v1.number_pb2
import keepline.routing.v1.plan_pb2
import keepline.sip.v1.switch_state_pb2
import keepline.sip.v1.trunk_pb2  # noqa: F401  the messages are looked for by name
from harness.paths import REPOSITORY
from servicekit.kafka import Topic, load_topics

COMPONENTS = {
    "call-router": {"call-router", "call-control"},  # two processes of one package
    "edge-agent": {"edge-agent"},
    "health-monitor": {"health-monitor"},
    "phone-sources": {"phone-sources"},
    "sip-config": {"sip-config"},
}
TOPICS = load_topics()
DEAD_LETTERS = {topic.dead_letter for topic in TOPICS.values()}
KIT = "".join(path.read_text() for path in (REPOSITORY / "libs/servicekit/servicekit").rglob("*.py"))
# written and read through the kit, which names them for all services
OF_THE_KIT = {name for name in TOPICS if f'"{name}"' in KIT}
CE_TYPE = re.compile(r"keepline\.[a-z_]+(\.[a-z_]+)+\.v[0-9]+")
# by name: what may tell of a person
PERSONAL = {
    "agent_name",
    "called",
    "caller",
    "e164",
    "number",
    "numbers",
    "sip_call_id",
    "source_address",
    "target",
}


def _code(service: str) -> str:
    folder = REPOSITORY / "services" / service / service.replace("-", "_")
    return "".join(path.read_text() for path in folder.rglob("*.py"))


def _named_in(service: str) -> set[str]:
    code = _code(service)
    return {name for name in TOPICS if f'"{name}"' in code}


@pytest.mark.parametrize("service", COMPONENTS)
def test_a_service_names_the_topics_that_are_declared_for_it(service: str) -> None:
    ours = COMPONENTS[service]
    declared = {name for name, topic in TOPICS.items() if ours & {*topic.producers, *topic.consumers}}
    assert _named_in(service) == declared - DEAD_LETTERS - OF_THE_KIT


def test_every_service_with_an_api_hears_of_api_keys() -> None:
    with_api = set().union(*COMPONENTS.values()) - {"edge-agent"}
    assert set(TOPICS["keepline.auth.keys.v1"].consumers) == with_api


@pytest.mark.parametrize("service", COMPONENTS)
def test_a_service_names_the_kinds_of_records_that_it_writes(service: str) -> None:
    """A state topic's are made of what changes: StateTopic(..., "keepline.sip.trunk")."""
    written = [
        topic
        for name, topic in TOPICS.items()
        if COMPONENTS[service] & set(topic.producers) and name not in DEAD_LETTERS
    ]
    code = _code(service) + KIT
    for kind in (kind for topic in written for kind in topic.events):
        record = re.sub(r"\.(changed|deleted)\.v[0-9]+$", "", kind)
        assert f'"{kind}"' in code or f'"{record}"' in code, kind


def test_only_components_and_known_readers_are_declared() -> None:
    known = set().union(*COMPONENTS.values()) | {"analytics", "operators"}
    named = {who for topic in TOPICS.values() for who in (*topic.producers, *topic.consumers)}
    assert named <= known


@pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS.keys())
def test_a_topic_says_what_is_in_it(topic: Topic) -> None:
    assert topic.events
    assert all(CE_TYPE.fullmatch(kind) and words for kind, words in topic.events.items())
    message = Default().FindMessageTypeByName(topic.message)
    kinds = [kind.split(".")[-2] for kind in topic.events]
    (oneof,) = message.oneofs_by_name.values() if "event" in message.oneofs_by_name else (None,)
    assert oneof is None or sorted(kinds) == sorted(one.name for one in oneof.fields)


@pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS.keys())
def test_personal_data_is_named_by_field(topic: Topic) -> None:
    fields = dict(_fields(Default().FindMessageTypeByName(topic.message)))
    assert topic.personal_data.keys() <= fields.keys()
    may_be = {path for path, name in fields.items() if name in PERSONAL}
    assert may_be <= topic.personal_data.keys()
    assert not topic.personal_data or topic.cleanup == "delete" or topic.kept


def _fields(message: Descriptor, before: str = "") -> Iterator[tuple[str, str]]:
    """Paths and names of the fields that hold text."""
    for field in message.fields:
        if field.type == field.TYPE_STRING:
            yield f"{before}{field.name}", field.name
        elif field.message_type is not None:
            yield from _fields(field.message_type, f"{before}{field.name}.")


def test_each_kind_of_record_is_of_one_topic() -> None:
    kinds: dict[str, str] = {}
    for name, topic in TOPICS.items():
        for kind in topic.events if name not in DEAD_LETTERS else ():
            assert kinds.setdefault(kind, name) == name


def test_every_call_event_has_its_kind() -> None:
    from call_router.adapters.kafka.spooled_events import KINDS  # noqa: PLC0415

    declared: Mapping[str, str] = TOPICS["keepline.call.events.v1"].events
    assert sorted(KINDS.values()) == sorted(declared)
