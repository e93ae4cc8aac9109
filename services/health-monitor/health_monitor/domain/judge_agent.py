"""Judges one voice agent from what all edges observed where it is reached.

A probe that is not answered proves nothing about calls: an agent may answer INVITE and no OPTIONS. So no
verdict keeps a call from it, and the sentence says so.
"""

from collections.abc import Sequence

from health_monitor.domain.agent import Agent
from health_monitor.domain.judgement import Judgement, rows
from health_monitor.domain.reading import STALE, Reading
from health_monitor.domain.status import Verdict


def judge_agent(agent: Agent, heard: Sequence[Reading], *, edges_alive: bool, new: bool = False) -> Judgement:
    """heard: from edges that are alive. edges_alive: there is such an edge. new: makes no difference."""
    name, found = agent.name, rows(heard)
    if not edges_alive:
        words = f"No edge has reported on {name} for {STALE.seconds} seconds; calls are still offered to it."
        return Judgement(Verdict.UNKNOWN, words, found)
    if any(reading.reachable for reading in heard):
        return Judgement(Verdict.HEALTHY, f"{name} answers our probes.", found)
    silent = [reading.since for reading in heard if reading.reachable is False]
    if silent:
        since = f"{min(silent):%H:%M:%S} UTC"
        words = f"{name} has not answered our probes since {since}; calls are still offered to it, and "
        words += "it may answer them. Check that it runs, and its address."
        return Judgement(Verdict.DOWN, words, found)
    if heard:
        words = f"{name} has not answered our first probe; we go on asking, and calls are offered to it."
        return Judgement(Verdict.UNKNOWN, words, found)
    return Judgement(Verdict.UNKNOWN, f"{name} is not probed yet; calls are offered to it.", found)
