"""Every trunk, or every agent, with what the edges found where it is reached, and its status.

Who has to know of a status is told in the moment in which it changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

from health_monitor.app.hearing import Hearing
from health_monitor.domain.advance import advance
from health_monitor.domain.judgement import Judgement
from health_monitor.domain.reading import Reading
from health_monitor.domain.status import Status, Verdict
from health_monitor.domain.trunk import Endpoint, Subject
from health_monitor.ports import StatusSink

# ids of deleted ones that an older record, sent twice, must not bring back
REMEMBERED_DELETIONS = 10_000
# so long a new one may wait for a reading of each of its endpoints
SETTLING = timedelta(seconds=60)

S = TypeVar("S", bound=Subject)
S_contra = TypeVar("S_contra", bound=Subject, contravariant=True)


class Judge(Protocol[S_contra]):
    def __call__(
        self, subject: S_contra, heard: Sequence[Reading], /, *, edges_alive: bool, new: bool
    ) -> Judgement: ...


class Board(Generic[S]):
    def __init__(self, hearing: Hearing, judge: Judge[S], sinks: Iterable[StatusSink]) -> None:
        self._hearing = hearing
        self._judge_one = judge
        self._sinks = tuple(sinks)
        self._held: set[str] = set()
        self._whole = True
        self._subjects: dict[str, S] = {}
        self._deleted: dict[str, None] = {}
        self._named: dict[Endpoint, set[str]] = defaultdict(set)
        self._statuses: dict[str, Status] = {}
        hearing.join(self)

    def restore(self, statuses: Iterable[Status]) -> None:
        """Of an earlier life: versions and `since` go on from there. What was told of trunks or agents is
        read back next, deleted ones too: nobody hears of it before `all_read`."""
        self._whole = False
        for status in statuses:
            known = self._statuses.get(status.id)
            if known is None or known.version < status.version:
                self._statuses[status.id] = status

    def put(self, subject: S) -> None:
        known = self._subjects.get(subject.id)
        if subject.id in self._deleted or (known is not None and known.version >= subject.version):
            return
        self._unname(known)
        self._subjects[subject.id] = subject
        for endpoint in subject.endpoints:
            self._named[endpoint].add(subject.id)
        self._judge(subject.id)

    def drop(self, subject_id: str) -> None:
        """It was deleted, and does not come back."""
        self._deleted[subject_id] = None
        if len(self._deleted) > REMEMBERED_DELETIONS:
            del self._deleted[next(iter(self._deleted))]
        self.leave_out(subject_id)

    def leave_out(self, subject_id: str) -> None:
        """There is nothing to judge of it any more; it may come back."""
        self._unname(self._subjects.pop(subject_id, None))
        self._held.discard(subject_id)
        status = self._statuses.pop(subject_id, None)
        if status is not None:
            for sink in self._sinks:
                sink.removed(status)

    def all_read(self) -> None:
        """One whose status is known and that was not among them was deleted meanwhile."""
        for subject_id in [known for known in self._statuses if known not in self._subjects]:
            self.drop(subject_id)
        self._whole = True
        self.judge_held()

    def of_tenant(self, tenant_id: str) -> Sequence[Status]:
        """Ordered by id."""
        known = (s for s in self._statuses.values() if s.id in self._subjects)
        return sorted((s for s in known if s.tenant_id == tenant_id), key=lambda s: s.id)

    def get(self, tenant_id: str, subject_id: str) -> Status | None:
        status = self._statuses.get(subject_id)
        known = status is not None and subject_id in self._subjects and status.tenant_id == tenant_id
        return status if known else None

    def judge_naming(self, endpoints: Iterable[Endpoint]) -> None:
        for subject_id in {one for endpoint in endpoints for one in self._named.get(endpoint, ())}:
            self._judge(subject_id)

    def judge_held(self) -> None:
        held, self._held = self._held, set()
        for subject_id in held:
            self._judge(subject_id)

    def _unname(self, subject: S | None) -> None:
        if subject is None:
            return
        for endpoint in subject.endpoints:
            named = self._named[endpoint]
            named.discard(subject.id)
            if not named:
                del self._named[endpoint]

    def _judge(self, subject_id: str) -> None:
        if not self._whole:
            self._held.add(subject_id)
            return
        hearing, subject, now = self._hearing, self._subjects[subject_id], self._hearing.now()
        heard, before = hearing.of(subject.endpoints), self._statuses.get(subject_id)
        early = hearing.reading_back() or (not heard and hearing.just_begun)
        if early and before is not None and _still_about(before, subject):
            self._held.add(subject_id)  # what was known before holds until the edges had time to speak
            return
        alive = hearing.any_alive
        if not alive and hearing.just_begun:
            self._held.add(subject_id)  # whether an edge is there is not known yet
            alive = True
        new = before is None or (before.verdict is Verdict.UNKNOWN and now - before.since < SETTLING)
        judged = self._judge_one(subject, heard, edges_alive=alive, new=new)
        if new and judged.verdict is Verdict.UNKNOWN:
            self._held.add(subject_id)
        moved = advance(before, subject, judged, now)
        if moved is not None:
            self._statuses[subject_id] = moved
            for sink in self._sinks:
                sink.changed(moved)


def _still_about(status: Status, subject: Subject) -> bool:
    """Not where it is reached at other endpoints by now."""
    found = {row.endpoint for row in status.endpoints}
    return not found or not found.isdisjoint(subject.endpoints)
