"""The board moves statuses on and tells whoever has to know."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from health_monitor.app.board import Board
from health_monitor.domain.judge import STALE
from health_monitor.domain.reading import Reading
from health_monitor.domain.status import Status, Verdict
from health_monitor.domain.trunk import Endpoint, Trunk

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
A = Endpoint("192.0.2.1", 5060, "udp")


@dataclass
class Heard:
    """Implements StatusSink."""

    changes: list[Status] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def changed(self, status: Status) -> None:
        self.changes.append(status)

    def removed(self, trunk_id: str) -> None:
        self.gone.append(trunk_id)


@dataclass
class Now:
    at: datetime = START

    def __call__(self) -> datetime:
        return self.at


def trunk(version: int = 1, endpoints: Sequence[Endpoint] = (A,), place: int = 1) -> Trunk:
    return Trunk(f"trk_{place}", "t_a", version, "Acme", True, tuple(endpoints))


def board() -> tuple[Board, Heard, Now]:
    heard, now = Heard(), Now()
    return Board([heard], now), heard, now


def reads(reachable: bool | None, edge: str = "edge1") -> list[Reading]:
    return [Reading(edge, A, reachable, 5.0 if reachable else None)]


def test_a_status_is_told_when_it_changes_and_only_then() -> None:
    made, heard, now = board()
    made.put_trunk(trunk())
    for answer in (True, True, False, False, True):
        now.at += timedelta(seconds=5)
        made.hear(reads(answer))
        made.judge_all()
    assert [s.verdict for s in heard.changes] == [
        Verdict.UNKNOWN,
        Verdict.HEALTHY,
        Verdict.DOWN,
        Verdict.HEALTHY,
    ]
    assert [s.version for s in heard.changes] == [1, 2, 3, 4]


def test_silence_ages_into_unknown_and_never_into_down() -> None:
    made, heard, now = board()
    made.put_trunk(trunk())
    made.hear(reads(True))
    made.judge_all()
    now.at += STALE + timedelta(seconds=1)
    made.judge_all()
    assert heard.changes[-1].verdict is Verdict.UNKNOWN


def test_an_older_trunk_does_not_replace_a_newer_one() -> None:
    made, heard, _ = board()
    made.put_trunk(trunk(2, ()))
    made.put_trunk(trunk(1))
    assert len(heard.changes) == 1
    assert "names no provider endpoint" in heard.changes[0].sentence


def test_a_deleted_trunk_is_told_once_and_does_not_come_back() -> None:
    made, heard, _ = board()
    made.put_trunk(trunk())
    made.drop_trunk("trk_1")
    made.drop_trunk("trk_1")
    made.put_trunk(trunk(9))
    assert heard.gone == ["trk_1"]
    assert made.get("t_a", "trk_1") is None
    assert made.of_tenant("t_a") == []


def test_after_a_restart_the_known_status_holds_until_the_edges_had_time_to_speak() -> None:
    made, heard, now = board()
    kept = Status("trk_1", "t_a", 7, Verdict.HEALTHY, "Acme answers.", START - timedelta(hours=1))
    made.restore([kept])
    made.put_trunk(trunk())
    made.judge_all()
    assert made.get("t_a", "trk_1") == kept
    assert heard.changes == []
    now.at += STALE
    made.judge_all()
    assert (heard.changes[-1].verdict, heard.changes[-1].version) == (Verdict.UNKNOWN, 8)


def test_a_kept_status_whose_trunk_is_gone_is_forgotten() -> None:
    made, heard, _ = board()
    made.restore([Status("trk_2", "t_a", 3, Verdict.DOWN, "Gone.", START)])
    made.put_trunk(trunk())
    made.forget_kept()
    assert heard.gone == ["trk_2"]


def test_another_tenant_sees_nothing() -> None:
    made, _, _ = board()
    made.put_trunk(trunk())
    assert made.get("t_b", "trk_1") is None
    assert made.of_tenant("t_b") == []
    assert [s.trunk_id for s in made.of_tenant("t_a")] == ["trk_1"]
