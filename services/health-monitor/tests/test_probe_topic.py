"""Records of keepline.sip.probes.v1 as readings."""

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from health_monitor.adapters.probe_topic import TOPIC, ProbeTopic
from health_monitor.app.board import Board
from health_monitor.app.hearing import Hearing
from health_monitor.domain.judge import judge
from health_monitor.domain.status import Verdict
from health_monitor.domain.trunk import Endpoint, Trunk
from keepline.events.v1 import probe_pb2 as pb
from keepline.types.v1 import endpoint_pb2 as types

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
A = Endpoint("192.0.2.1", 5060, "udp")
SIX = Endpoint("2001:db8::1", 5061, "tls")


def stamp(at: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(at)
    return made


def alive(at: datetime = NOW) -> bytes:
    return pb.ProbeReport(edge_id="edge1", at=stamp(at), alive=pb.ProberAlive()).SerializeToString()


def reading(state: pb.ProbeState = pb.PROBE_STATE_ANSWERS, endpoint: Endpoint = A) -> bytes:
    transport = types.TRANSPORT_TLS if endpoint.transport == "tls" else types.TRANSPORT_UDP
    where = types.SipEndpoint(host=endpoint.host, port=endpoint.port, transport=transport)
    told = pb.ProbeReading(endpoint=where, state=state, since=stamp(NOW), latency_ms=4.0)
    return pb.ProbeReport(edge_id="edge1", at=stamp(NOW), reading=told).SerializeToString()


def board_and_topic(*, live: bool = True) -> tuple[Board[Trunk], ProbeTopic]:
    started = iter([NOW - timedelta(hours=1)])
    hearing = Hearing(lambda: next(started, NOW))
    board = Board(hearing, judge, [])
    board.put(Trunk("trk_1", "t_a", 1, "Acme", True, (A, SIX)))
    return board, ProbeTopic(hearing, lambda: NOW, lambda: live)


def verdict(board: Board[Trunk]) -> Verdict:
    status = board.get("t_a", "trk_1")
    assert status is not None
    return status.verdict


def test_a_reading_counts_once_its_edge_is_alive() -> None:
    board, topic = board_and_topic()
    heard = topic.handlers()[TOPIC]
    heard("edge1/udp:192.0.2.1:5060", reading())
    heard("edge1", alive())
    heard("edge1/udp:192.0.2.1:5060", reading())
    status = board.get("t_a", "trk_1")
    assert status is not None
    assert [(row.endpoint, row.reachable, row.latency_ms) for row in status.endpoints] == [(A, True, 4.0)]


@pytest.mark.parametrize(
    ("key", "endpoint"),
    [("edge1/udp:192.0.2.1:5060", A), ("edge1/tls:[2001:db8::1]:5061", SIX)],
)
def test_a_tombstone_takes_the_reading_away(key: str, endpoint: Endpoint) -> None:
    board, topic = board_and_topic()
    heard = topic.handlers()[TOPIC]
    heard("edge1", alive())
    heard(key, reading(endpoint=endpoint))
    told = board.get("t_a", "trk_1")
    assert told is not None
    assert endpoint in [row.endpoint for row in told.endpoints]
    heard(key, None)
    status = board.get("t_a", "trk_1")
    assert status is not None
    assert endpoint not in [row.endpoint for row in status.endpoints]


def test_an_old_sign_of_life_read_after_a_restart_is_as_old_as_it_says() -> None:
    board, topic = board_and_topic(live=False)
    heard = topic.handlers()[TOPIC]
    heard("edge1", alive(NOW - timedelta(hours=1)))
    heard("edge1/udp:192.0.2.1:5060", reading())
    assert verdict(board) is Verdict.UNKNOWN


def test_a_state_that_is_not_known_here_is_passed_over() -> None:
    board, topic = board_and_topic()
    heard = topic.handlers()[TOPIC]
    heard("edge1", alive())
    heard("edge1/udp:192.0.2.1:5060", reading(pb.PROBE_STATE_UNSPECIFIED))
    assert verdict(board) is Verdict.UNKNOWN
    heard("nonsense", None)


def test_a_record_without_an_edge_is_refused() -> None:
    _, topic = board_and_topic()
    with pytest.raises(ValueError, match="no edge's id"):
        topic.handlers()[TOPIC]("", pb.ProbeReport(edge_id="a b").SerializeToString())
