"""Who answers by each plan, looked up when the table changes instead of when a call comes in.

A plan's answer is made again whenever the plan, one of its agents or the trunk of one of these changes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from call_router.domain.agent import Agent, HumanAgent
from call_router.domain.leg import Candidate, Leg, candidate_of, nobody
from call_router.domain.plan import Plan
from call_router.domain.records import Trunk


@dataclass(frozen=True, slots=True)
class Answer:
    plan: Plan
    candidates: tuple[Candidate, ...]
    legs: tuple[Leg, ...]


class PlanIndex:
    """`renewed` is told of each answer that a change of an agent or a trunk made new."""

    def __init__(
        self,
        plan_of: Callable[[str], Plan | None],
        agent_of: Callable[[str], Agent | None],
        trunk_of: Callable[[str], Trunk | None],
        renewed: Callable[[Answer], None],
    ) -> None:
        self._plan_of = plan_of
        self._agent_of = agent_of
        self._trunk_of = trunk_of
        self._renewed = renewed
        # of each agent, made once however many plans name it; with the tenant that it belongs to
        self._candidates: dict[str, tuple[str, Candidate]] = {}
        # which plans name an agent, and which agents are behind a trunk
        self._naming: defaultdict[str, set[str]] = defaultdict(set)
        self._behind: defaultdict[str, set[str]] = defaultdict(set)

    def plan_added(self, plan: Plan) -> Answer:
        for agent_id in plan.agent_ids:
            self._naming[agent_id].add(plan.id)
        return self._answer(plan)

    def plans_filled(self, plans: Iterable[Plan]) -> Iterator[Answer]:
        """As plan_added for each of many that are new; plans with the same agents share what answers."""
        shared: dict[tuple[str, str, str], tuple[Answer, tuple[set[str], ...]]] = {}
        for plan in plans:
            agents = plan.tenant_id, plan.first_agent_id, plan.fallback_agent_id
            found = shared.get(agents)
            if found is None:
                naming = tuple([self._naming[agent_id] for agent_id in plan.agent_ids])
                found = shared[agents] = self._answer(plan), naming
            same, naming = found
            for plans_of_agent in naming:
                plans_of_agent.add(plan.id)
            yield Answer(plan, same.candidates, same.legs)

    def plan_removed(self, plan: Plan) -> None:
        for agent_id in plan.agent_ids:
            _forget(self._naming, agent_id, plan.id)

    def agent_added(self, agent: Agent) -> None:
        if isinstance(agent.kind, HumanAgent):
            self._behind[agent.kind.trunk_id].add(agent.id)
        self._agent_changed(agent)

    def agent_removed(self, agent: Agent) -> None:
        if isinstance(agent.kind, HumanAgent):
            _forget(self._behind, agent.kind.trunk_id, agent.id)
        del self._candidates[agent.id]
        self._renew(agent.id)

    def trunk_changed(self, trunk_id: str) -> None:
        for agent_id in self._behind.get(trunk_id, ()):
            agent = self._agent_of(agent_id)
            if agent is not None:
                self._agent_changed(agent)

    def _agent_changed(self, agent: Agent) -> None:
        kind = agent.kind
        trunk = self._trunk_of(kind.trunk_id) if isinstance(kind, HumanAgent) else None
        self._candidates[agent.id] = (agent.tenant_id, candidate_of(agent, trunk))
        self._renew(agent.id)

    def _renew(self, agent_id: str) -> None:
        for plan_id in self._naming.get(agent_id, ()):
            plan = self._plan_of(plan_id)
            if plan is not None:
                self._renewed(self._answer(plan))

    def _answer(self, plan: Plan) -> Answer:
        candidates = tuple([self._candidate(plan.tenant_id, agent_id) for agent_id in plan.agent_ids])
        return Answer(plan, candidates, tuple([one.leg for one in candidates if one.leg is not None]))

    def _candidate(self, tenant_id: str, agent_id: str) -> Candidate:
        owner, candidate = self._candidates.get(agent_id, ("", None))
        return candidate if candidate is not None and owner == tenant_id else nobody(agent_id)


def _forget(index: defaultdict[str, set[str]], key: str, member: str) -> None:
    index[key].discard(member)
    if not index[key]:
        del index[key]
