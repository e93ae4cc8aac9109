"""proto/topics.yaml says who writes and who reads each topic; the code says so too."""

import pytest

from harness.paths import REPOSITORY
from servicekit.kafka import load_topics

COMPONENTS = {
    "call-router": {"call-router", "call-control"},  # two processes of one package
    "edge-agent": {"edge-agent"},
    "health-monitor": {"health-monitor"},
    "phone-sources": {"phone-sources"},
    "sip-config": {"sip-config"},
}
TOPICS = load_topics()


def _named_in(service: str) -> set[str]:
    folder = REPOSITORY / "services" / service / service.replace("-", "_")
    code = "".join(path.read_text() for path in folder.rglob("*.py"))
    return {name for name in TOPICS if f'"{name}"' in code}


@pytest.mark.parametrize("service", COMPONENTS)
def test_a_service_names_the_topics_that_are_declared_for_it(service: str) -> None:
    ours = COMPONENTS[service]
    dead_letters = {topic.dead_letter for topic in TOPICS.values()}
    declared = {name for name, topic in TOPICS.items() if ours & {*topic.producers, *topic.consumers}}
    assert _named_in(service) == declared - dead_letters


def test_only_components_and_known_readers_are_declared() -> None:
    known = set().union(*COMPONENTS.values()) | {"analytics", "operators"}
    named = {who for topic in TOPICS.values() for who in (*topic.producers, *topic.consumers)}
    assert named <= known
