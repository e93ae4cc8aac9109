"""The board moves the statuses of the trunks that are concerned, of no others, and tells who has to know."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from health_monitor.app.board import REMEMBERED_DELETIONS, SETTLING, Board
from health_monitor.app.hearing import Hearing
from health_monitor.app.probe_readings import KEPT
from health_monitor.domain.judge import judge
from health_monitor.domain.reading import STALE, Prober, Reading
from health_monitor.domain.status import Status, Verdict
from health_monitor.domain.trunk import Endpoint, Trunk

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
A = Endpoint("192.0.2.1", 5060, "udp")
B = Endpoint("192.0.2.2", 5060, "udp")


@dataclass
class Heard:
    """Implements StatusSink."""

    changes: list[Status] = field(default_factory=list)
    gone: list[Status] = field(default_factory=list)

    def changed(self, status: Status) -> None:
        self.changes.append(status)

    def removed(self, status: Status) -> None:
        self.gone.append(status)

    @property
    def verdicts(self) -> list[tuple[str, Verdict]]:
        return [(s.id, s.verdict) for s in self.changes]


@dataclass
class Now:
    at: datetime = START

    def __call__(self) -> datetime:
        return self.at


class Story:
    """A board on which edge1 is alive."""

    def __init__(self) -> None:
        self.heard, self.now, self.reading_back = Heard(), Now(), False
        self.since: dict[tuple[str, Endpoint, bool], datetime] = {}
        self.board = self._board()
        self.alive()

    def _board(self) -> Board[Trunk]:
        self.hearing = Hearing(self.now, lambda: self.reading_back)
        return Board(self.hearing, judge, [self.heard])

    def restart(self, *statuses: Status) -> None:
        """Nothing is known any more but these; what edges told is read back from its beginning."""
        self.heard, self.reading_back = Heard(), True
        self.board = self._board()
        self.board.restore(statuses)

    def alive(self, edge: str = "edge1", complete_since: datetime | None = None) -> None:
        self.hearing.alive(Prober(edge, self.now.at, complete_since))

    def reads(self, reachable: bool, endpoint: Endpoint = A, edge: str = "edge1") -> None:
        at = self.now.at
        self.since.pop((edge, endpoint, not reachable), None)
        since = self.since.setdefault((edge, endpoint, reachable), at)
        self.hearing.hear(Reading(edge, endpoint, reachable, since, at, 5.0 if reachable else None))

    def pass_time(self, seconds: float, *alive: str, listening: bool = True) -> None:
        """Second by second; the edges that are named give signs of life."""
        for _ in range(round(seconds)):
            self.now.at += timedelta(seconds=1)
            for edge in alive:
                self.alive(edge)
            self.hearing.tick(listening=listening)


def trunk(
    version: int = 1, endpoints: Sequence[Endpoint] = (A,), place: int = 1, tenant: str = "t_a"
) -> Trunk:
    return Trunk(f"trk_{place}", tenant, version, "Acme", True, tuple(endpoints))


def kept(place: int = 1, at: datetime = START - timedelta(hours=1)) -> Status:
    return Status(f"trk_{place}", "t_a", 7, Verdict.HEALTHY, "Acme answers.", at)


def test_a_status_is_told_when_it_changes_and_only_then() -> None:
    story = Story()
    story.board.put(trunk())
    for answer in (True, True, False, False, True):
        story.now.at += timedelta(seconds=5)
        story.reads(answer)
    verdicts = [verdict for _, verdict in story.heard.verdicts]
    assert verdicts == [Verdict.UNKNOWN, Verdict.HEALTHY, Verdict.DOWN, Verdict.HEALTHY]
    assert [s.version for s in story.heard.changes] == [1, 2, 3, 4]


def test_a_reading_moves_the_trunks_that_name_its_endpoint_and_no_other() -> None:
    story = Story()
    story.board.put(trunk(place=1))
    story.board.put(trunk(place=2, endpoints=(B,), tenant="t_b"))
    story.heard.changes.clear()
    story.reads(True, A)
    assert story.heard.verdicts == [("trk_1", Verdict.HEALTHY)]


def test_nothing_is_healthy_before_an_answer_was_heard() -> None:
    story = Story()
    story.board.put(trunk())
    story.pass_time(120, "edge1")
    assert [s.verdict for s in story.heard.changes] == [Verdict.UNKNOWN]
    assert "under way" in story.heard.changes[0].sentence


def test_an_edge_that_gives_no_sign_of_life_makes_its_trunks_unknown_and_never_down() -> None:
    story = Story()
    story.board.put(trunk())
    story.reads(True)
    story.pass_time(STALE.seconds + 5)
    assert story.heard.changes[-1].verdict is Verdict.UNKNOWN
    story.alive()
    assert story.heard.changes[-1].verdict is Verdict.HEALTHY


def test_another_edge_that_is_alive_still_speaks_for_a_shared_endpoint() -> None:
    story = Story()
    story.board.put(trunk())
    story.alive("edge2")
    story.reads(True, A, "edge1")
    story.reads(True, A, "edge2")
    story.pass_time(STALE.seconds + 5, "edge2")
    assert story.heard.changes[-1].verdict is Verdict.HEALTHY
    assert [row.edge_id for row in story.heard.changes[-1].endpoints] == ["edge2"]


def test_while_the_broker_is_away_silence_says_nothing() -> None:
    story = Story()
    story.board.put(trunk())
    story.reads(True)
    before = len(story.heard.changes)
    story.pass_time(600, listening=False)
    story.pass_time(STALE.seconds - 1)
    assert len(story.heard.changes) == before
    story.pass_time(2)
    assert story.heard.changes[-1].verdict is Verdict.UNKNOWN


def test_readings_of_an_earlier_life_of_the_edge_are_void_once_this_life_is_complete() -> None:
    story = Story()
    story.board.put(trunk())
    story.reads(True)
    story.now.at += timedelta(seconds=10)
    story.alive(complete_since=None)
    assert story.heard.changes[-1].verdict is Verdict.HEALTHY
    story.alive(complete_since=story.now.at)
    story.pass_time(STALE.seconds + 1)
    story.alive(complete_since=story.now.at - timedelta(seconds=1))
    assert story.heard.changes[-1].verdict is Verdict.UNKNOWN


def test_an_edge_that_probes_an_endpoint_no_more_is_not_heard_about_it() -> None:
    story = Story()
    story.board.put(trunk())
    story.reads(True)
    story.pass_time(STALE.seconds + 1, "edge1")
    story.hearing.unhear("edge1", A)
    assert story.heard.changes[-1].verdict is Verdict.UNKNOWN


def test_a_trunk_that_names_another_endpoint_is_judged_by_that_one() -> None:
    story = Story()
    story.board.put(trunk())
    story.reads(False, A)
    story.reads(True, B)
    story.board.put(trunk(2, (B,)))
    assert story.heard.changes[-1].verdict is Verdict.HEALTHY
    told = len(story.heard.changes)
    story.reads(True, A)
    assert len(story.heard.changes) == told


def test_an_older_trunk_does_not_replace_a_newer_one() -> None:
    story = Story()
    story.board.put(trunk(2, ()))
    story.board.put(trunk(1))
    assert len(story.heard.changes) == 1
    assert "names no provider endpoint" in story.heard.changes[0].sentence


def test_a_deleted_trunk_is_told_once_with_its_tenant_and_does_not_come_back() -> None:
    story = Story()
    story.board.put(trunk())
    story.board.drop("trk_1")
    story.board.drop("trk_1")
    story.board.put(trunk(9))
    assert [(s.id, s.tenant_id) for s in story.heard.gone] == [("trk_1", "t_a")]
    assert story.board.get("t_a", "trk_1") is None
    assert story.board.of_tenant("t_a") == []


def test_after_a_restart_the_known_status_holds_until_the_edges_had_time_to_speak() -> None:
    story = Story()
    story.board.restore([kept()])
    story.board.put(trunk())
    story.board.all_read()
    story.pass_time(STALE.seconds - 1, "edge1")
    assert story.board.get("t_a", "trk_1") == kept()
    assert story.heard.changes == []
    story.pass_time(2, "edge1")
    assert (story.heard.changes[-1].verdict, story.heard.changes[-1].version) == (Verdict.UNKNOWN, 8)


def test_a_kept_status_whose_trunk_is_gone_is_forgotten_and_told_with_its_tenant() -> None:
    story = Story()
    story.board.restore([kept(place=2)])
    story.board.put(trunk())
    story.board.all_read()
    assert [(s.id, s.tenant_id) for s in story.heard.gone] == [("trk_2", "t_a")]


def test_another_tenant_sees_nothing() -> None:
    story = Story()
    story.board.put(trunk())
    assert story.board.get("t_b", "trk_1") is None
    assert story.board.of_tenant("t_b") == []
    assert [s.id for s in story.board.of_tenant("t_a")] == ["trk_1"]


def test_what_the_board_remembers_of_the_past_is_bounded() -> None:
    story = Story()
    for place in range(REMEMBERED_DELETIONS + 50):
        story.board.put(trunk(place=place, endpoints=(Endpoint("192.0.2.9", 1 + place, "udp"),)))
        story.board.drop(f"trk_{place}")
    assert len(story.board._deleted) == REMEMBERED_DELETIONS
    assert story.board._named == {}
    for place in range(100):
        story.reads(True, Endpoint("192.0.2.9", 1 + place, "udp"))
    story.now.at += KEPT + timedelta(minutes=10)
    story.hearing.tick(listening=True)
    assert story.hearing._readings._by_endpoint == {}
    assert not any(story.hearing._readings._of_edge.values())


def test_a_restart_tells_nothing_anew_while_what_two_edges_told_is_read_back() -> None:
    story = Story()
    story.alive("edge2")
    story.board.put(trunk())
    for edge in ("edge1", "edge2"):
        story.reads(True, edge=edge)
    (known,) = story.heard.changes[-1:]
    story.restart(known)
    story.board.put(trunk())
    # deleted before the restart; the topic is not compacted yet
    story.board.put(trunk(place=9))
    story.board.drop("trk_9")
    story.board.all_read()
    for edge in ("edge1", "edge2"):
        story.alive(edge)
        story.reads(True, edge=edge)
    story.reading_back = False
    story.pass_time(40, "edge1", "edge2")
    assert (story.heard.changes, story.heard.gone) == ([], [])
    assert story.board.get("t_a", "trk_1") == known
    story.reads(False)
    assert [status.version for status in story.heard.changes] == [known.version + 1]


def test_a_new_trunk_is_not_told_healthy_before_each_of_its_endpoints_was_read() -> None:
    story = Story()
    story.board.put(trunk(endpoints=(A, B)))
    story.reads(True, A)
    story.reads(False, B)
    assert [s.verdict for s in story.heard.changes] == [Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.DEGRADED]
    story.board.put(trunk(version=2, endpoints=(A,)))
    story.board.put(trunk(version=3, endpoints=(A, Endpoint("192.0.2.3", 5060, "udp"))))
    assert [s.verdict for s in story.heard.changes[3:]] == [Verdict.HEALTHY, Verdict.HEALTHY]


def test_an_endpoint_that_no_edge_reads_keeps_a_trunk_from_its_verdict_for_a_while_only() -> None:
    story = Story()
    story.board.put(trunk(endpoints=(A, B)))
    story.reads(True, A)
    story.pass_time(SETTLING.seconds + 1, "edge1")
    assert [s.verdict for s in story.heard.changes] == [Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.HEALTHY]


def test_that_no_edge_reports_is_said_when_it_was_listened_for_long_enough() -> None:
    story = Story()
    story.hearing = Hearing(story.now)
    story.board = Board(story.hearing, judge, [story.heard])
    story.board.put(trunk())
    assert story.heard.changes[-1].sentence.startswith("The first probes to Acme are under way")
    story.pass_time(STALE.seconds + 1)
    assert story.heard.changes[-1].sentence.startswith("No edge has reported on Acme for 30 seconds")
