"""Voice agents: judged by what edges find where their URI leads, and never kept from a call."""

from datetime import UTC, datetime, timedelta

import pytest

from health_monitor.adapters.agent_topic import TOPIC, AgentTopic
from health_monitor.app.board import Board
from health_monitor.app.hearing import Hearing
from health_monitor.domain.agent import Agent
from health_monitor.domain.judge_agent import judge_agent
from health_monitor.domain.reading import Prober, Reading
from health_monitor.domain.status import Status, Verdict
from health_monitor.domain.trunk import Endpoint
from keepline.routing.v1 import agent_pb2, plan_pb2

NOW = datetime(2026, 11, 26, 14, 2, 0, tzinfo=UTC)
DESK = Endpoint("192.0.2.9", 5060, "udp")
AGENT = Agent("agt_1", "t_a", 1, "Receptionist", DESK)


def seen(reachable: bool | None, edge: str = "edge1", minutes: int = 0) -> Reading:
    since = NOW + timedelta(minutes=minutes)
    return Reading(edge, DESK, reachable, since, NOW, 12.0 if reachable else None)


CASES = [
    ("nothing heard", [], Verdict.UNKNOWN, "Receptionist is not probed yet; calls are offered to it."),
    (
        "a first miss",
        [seen(None)],
        Verdict.UNKNOWN,
        "Receptionist has not answered our first probe; we go on asking, and calls are offered to it.",
    ),
    ("an answer", [seen(True)], Verdict.HEALTHY, "Receptionist answers our probes."),
    ("one edge reaches it", [seen(False), seen(True, "edge2")], Verdict.HEALTHY, "answers our probes."),
    ("a miss elsewhere", [seen(None), seen(True, "edge2")], Verdict.HEALTHY, "answers our probes."),
    (
        "silence, since the edge that missed it first",
        [seen(False, minutes=5), seen(False, "edge2"), seen(None, "edge3")],
        Verdict.DOWN,
        "Receptionist has not answered our probes since 14:02:00 UTC; calls are still offered to it, and it "
        "may answer them.",
    ),
]


@pytest.mark.parametrize(("name", "heard", "verdict", "words"), CASES, ids=[c[0] for c in CASES])
def test_the_verdict_and_its_words(name: str, heard: list[Reading], verdict: Verdict, words: str) -> None:
    judged = judge_agent(AGENT, heard, edges_alive=True)
    assert judged.verdict is verdict
    assert words in judged.sentence
    assert [row.edge_id for row in judged.endpoints] == sorted(one.edge_id for one in heard)


def test_without_edges_nothing_is_known_and_calls_are_offered() -> None:
    judged = judge_agent(AGENT, [], edges_alive=False)
    assert judged.verdict is Verdict.UNKNOWN
    assert judged.sentence.startswith("No edge has reported on Receptionist for 30 seconds; calls are still")


class Heard:
    """Implements StatusSink."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Verdict | None]] = []

    def changed(self, status: Status) -> None:
        self.told.append((status.id, status.verdict))

    def removed(self, status: Status) -> None:
        self.told.append((status.id, None))


class Told:
    """The agents' topic over a board that has just begun, and on which edge1 is alive."""

    def __init__(self) -> None:
        self.heard, self.hearing = Heard(), Hearing(lambda: NOW)
        self.board = Board(self.hearing, judge_agent, [self.heard])
        self.hearing.alive(Prober("edge1", NOW))
        self._tell = AgentTopic(self.board).handlers()[TOPIC]

    def agent(self, version: int, uri: str = "sip:desk@192.0.2.9") -> None:
        """uri "": a person."""
        agent = agent_pb2.Agent(id="agt_1", tenant_id="t_a", version=version, name="Desk")
        if uri:
            agent.sip.uri = uri
        else:
            agent.human.target = "100"
        self._tell("agt_1", plan_pb2.RoutingState(agent=agent).SerializeToString())

    def gone(self, key: str = "agt_1") -> None:
        self._tell(key, None)

    def plan(self) -> None:
        plan = plan_pb2.RoutingPlan(id="pln_1", tenant_id="t_a")
        self._tell("pln_1", plan_pb2.RoutingState(plan=plan).SerializeToString())


def test_an_agent_is_judged_by_its_own_endpoint_from_its_first_to_its_last() -> None:
    told = Told()
    told.plan()
    told.agent(1)
    told.hearing.hear(seen(True))
    told.agent(2, "sip:desk@192.0.2.10")
    told.gone("pln_1")
    told.gone()
    told.agent(3)
    expect = [Verdict.UNKNOWN, Verdict.HEALTHY, Verdict.UNKNOWN, None]
    assert told.heard.told == [("agt_1", verdict) for verdict in expect]


@pytest.mark.parametrize("uri", ["", "tel:+4930123"])
def test_a_person_has_no_status_and_may_become_an_agent_again(uri: str) -> None:
    told = Told()
    told.agent(1)
    told.agent(2, uri)
    assert told.board.get("t_a", "agt_1") is None
    told.agent(3)
    assert [verdict for _, verdict in told.heard.told] == [Verdict.UNKNOWN, None, Verdict.UNKNOWN]
