"""Which human agents name which trunk, as the plans' state topic tells it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HumanAgent:
    """A person behind a trunk."""

    id: str
    tenant_id: str
    name: str
    trunk_id: str


class HumanAgents:
    def __init__(self) -> None:
        self._known: dict[str, HumanAgent] = {}
        self._of: dict[str, set[str]] = {}

    def put(self, agent: HumanAgent) -> None:
        self.drop(agent.id)
        self._known[agent.id] = agent
        self._of.setdefault(agent.trunk_id, set()).add(agent.id)

    def drop(self, agent_id: str) -> None:
        """Also of one that never was here."""
        agent = self._known.pop(agent_id, None)
        if agent is None:
            return
        self._of[agent.trunk_id].discard(agent_id)
        if not self._of[agent.trunk_id]:
            del self._of[agent.trunk_id]

    def of(self, trunk_id: str) -> Sequence[HumanAgent]:
        """By id."""
        return [self._known[agent_id] for agent_id in sorted(self._of.get(trunk_id, ()))]
