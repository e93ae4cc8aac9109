"""Topics are declared completely, and every process has the declaration."""

from datetime import UTC, datetime

import pytest

from servicekit.kafka import cloud_event, load_topics
from servicekit.telemetry import tracing


def test_state_topics_are_compacted_and_events_are_kept_for_days() -> None:
    topics = load_topics()
    trunks, calls = topics["keepline.sip.trunk.state.v1"], topics["keepline.call.events.v1"]
    assert trunks.config()["cleanup.policy"] == "compact"
    assert calls.config() == {"cleanup.policy": "delete", "retention.ms": str(14 * 86_400_000)}
    assert calls.dead_letter in topics


def test_every_dead_letter_is_a_topic() -> None:
    topics = load_topics()
    assert {topic.dead_letter for topic in topics.values() if topic.dead_letter} <= set(topics)


@pytest.mark.parametrize(
    "entry",
    ["{message: m, partitions: 1, cleanup: delete}", "{message: m, partitions: 1, cleanup: shred}"],
)
def test_a_half_declared_topic_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="cleanup"):
        load_topics(f"topics: {{t: {entry}}}")


def test_an_event_names_itself_and_continues_the_trace() -> None:
    tracing.configure("test", None)
    at = datetime(2026, 1, 2, 3, 4, 5, 600, UTC)
    with tracing.span("change"):
        headers = cloud_event("sip-config", "keepline.sip.v1.TrunkState", "trk_1:3", at, "trk_1")
        trace = tracing.trace_id()
    assert headers["ce_id"] == "trk_1:3"
    assert headers["ce_source"] == "/keepline/sip-config"
    assert headers["ce_time"] == "2026-01-02T03:04:05.000600Z"
    assert headers["content-type"] == "application/protobuf"
    with tracing.span("follow", parent=headers):
        assert tracing.trace_id() == trace
