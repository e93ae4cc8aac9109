"""Topics are declared completely, and every process has the declaration."""

from datetime import UTC, datetime

import pytest

from servicekit.kafka import cloud_event, load_topics
from servicekit.telemetry import tracing


def test_state_topics_are_compacted_and_events_are_kept_for_days() -> None:
    topics = load_topics()
    trunks, calls = topics["keepline.sip.trunk.state.v1"], topics["keepline.call.events.v1"]
    assert trunks.config()["cleanup.policy"] == "compact"
    assert trunks.config()["delete.retention.ms"] == str(7 * 86_400_000)
    assert (calls.config()["cleanup.policy"], calls.config()["retention.ms"]) == (
        "delete",
        str(14 * 86_400_000),
    )
    assert calls.dead_letter in topics


def test_every_dead_letter_is_a_topic() -> None:
    topics = load_topics()
    assert {topic.dead_letter for topic in topics.values() if topic.dead_letter} <= set(topics)


# a record for each switch, for each API key, and one a minute for each key that is used
FEW = ("keepline.sip.switch.state.v1", "keepline.auth.keys.v1", "keepline.auth.key.uses.v1")


def test_state_and_events_have_partitions_enough_and_survive_a_broker() -> None:
    topics = load_topics()
    for name, topic in topics.items():
        few = name.endswith(".dlq") or name in FEW
        assert topic.partitions == (1 if few else 24), name
        assert (topic.replication, topic.min_in_sync) == (3, 2), name
        assert topic.config()["min.insync.replicas"] == "2"


@pytest.mark.parametrize(("brokers", "replication", "in_sync"), [(1, 1, 1), (2, 2, 1), (3, 3, 2), (9, 3, 2)])
def test_a_small_cluster_gets_the_replicas_that_it_can_hold(
    brokers: int, replication: int, in_sync: int
) -> None:
    topic = load_topics()["keepline.call.events.v1"].on(brokers)
    assert (topic.replication, topic.min_in_sync) == (replication, in_sync)


def test_more_in_sync_than_there_are_is_refused() -> None:
    entry = "{message: m, partitions: 1, cleanup: compact, replication: 2, min_in_sync: 3}"
    with pytest.raises(ValueError, match="min_in_sync"):
        load_topics(f"topics: {{t: {entry}}}")


@pytest.mark.parametrize(
    "entry",
    ["{message: m, partitions: 1, cleanup: delete}", "{message: m, partitions: 1, cleanup: shred}"],
)
def test_a_half_declared_topic_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="cleanup"):
        load_topics(f"topics: {{t: {entry}}}")


def test_an_event_names_itself_and_continues_the_trace() -> None:
    tracing.configure("test", None)
    at = datetime(2026, 1, 2, 3, 4, 5, 600_999, UTC)
    kind, message = "keepline.sip.trunk.changed.v1", "keepline.sip.v1.TrunkState"
    with tracing.span("change"):
        headers = cloud_event("sip-config", kind, message, "trk_1:3", at, tenant_id="t_a", subject="trk_1")
        trace = tracing.trace_id()
    assert headers["ce_id"] == "trk_1:3"
    assert headers["ce_source"] == "/keepline/sip-config"
    assert headers["ce_type"] == kind
    assert headers["ce_dataschema"] == "https://keepline.dev/schemas/keepline.sip.v1.TrunkState"
    assert headers["ce_tenantid"] == "t_a"
    assert headers["ce_time"] == "2026-01-02T03:04:05.600Z"
    assert headers["content-type"] == "application/protobuf"
    with tracing.span("follow", parent=headers):
        assert tracing.trace_id() == trace
