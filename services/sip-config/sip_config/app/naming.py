"""What names a trunk: numbers and human agents, as their state topics tell them. No service is asked."""

from collections.abc import Callable
from dataclasses import dataclass, field

from servicekit.errors import InUse, Unavailable, Violation
from sip_config.domain.human_agents import HumanAgents
from sip_config.domain.known_records import KnownRecords
from sip_config.domain.trunk import Trunk

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Naming:
    """Implements References. unread: what of the topics was not read to its end yet, empty when all was."""

    known: KnownRecords
    unread: Callable[[], str]
    agents: HumanAgents = field(default_factory=HumanAgents)

    def check_unnamed(self, trunk: Trunk) -> None:
        """Raises InUse, and Unavailable while it cannot be known."""
        unread = self.unread()
        if unread:
            raise Unavailable(
                "references_unknown",
                f"what names this trunk is not known yet: still reading {unread}",
                hint="try again in a moment; enabled: false stops its calls at once",
                retry_after=2,
            )
        numbers = [one for one in self.known.numbers_of(trunk.id) if one.tenant_id == trunk.tenant_id]
        agents = [one for one in self.agents.of(trunk.id) if one.tenant_id == trunk.tenant_id]
        if not numbers and not agents:
            return
        named = [
            Violation("", "named_by_number", f"{one.id} ({one.e164})", f"/api/v1/phone/numbers/{one.id}")
            for one in numbers[:_SHOWN]
        ]
        named += [
            Violation("", "named_by_agent", f"{one.id} ({one.name})", f"/api/v1/agents/{one.id}")
            for one in agents[:_SHOWN]
        ]
        raise InUse(
            "trunk_in_use",
            f"numbers that name this trunk: {len(numbers)}, human agents: {len(agents)}",
            hint="move or delete them first (they may be shown for a moment longer); "
            "enabled: false stops the trunk's calls at once",
            violations=named,
        )
