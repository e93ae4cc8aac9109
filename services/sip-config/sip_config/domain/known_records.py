"""Trunks, numbers, agents and fixed resources as they are known, and the resource that each name stands for.

Trunks, numbers and agents come in any order and more than once: the newest version wins, and what was
deleted lately does not come back. Each change answers the names of the resources that may have moved by it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from sys import intern

from sip_config.domain.holders import Holders
from sip_config.domain.named_endpoints import NamedEndpoints
from sip_config.domain.recent import RecentSet
from sip_config.domain.resources import (
    Body,
    EndpointBody,
    Kind,
    NumberBody,
    check_number,
    kind_of,
    number_name,
    trunk_name,
)
from sip_config.domain.trunk import Trunk
from siptypes.faults import Misfit

GONE = 100_000  # deleted ids that are remembered, so that an older record that comes late does not undo it


@dataclass(frozen=True, slots=True)
class HeldNumber:
    id: str
    tenant_id: str
    version: int
    e164: str
    trunk_id: str


@dataclass(frozen=True, slots=True)
class VoiceAgent:
    """An agent as far as it is probed; endpoint None: of its kind none is."""

    id: str
    version: int
    endpoint: EndpointBody | None

    def endpoints(self) -> tuple[EndpointBody, ...]:
        return () if self.endpoint is None else (self.endpoint,)


class KnownRecords:
    def __init__(self) -> None:
        self._fixed: dict[str, Body] = {}
        self._trunks: dict[str, Trunk] = {}
        self._numbers: dict[str, HeldNumber] = {}
        self._numbers_of: dict[str, set[str]] = {}
        self._holders = Holders()
        self._agents: dict[str, VoiceAgent] = {}
        self._endpoints = NamedEndpoints()
        self._gone = RecentSet(GONE)

    def trunk(self, trunk_id: str) -> Trunk | None:
        return self._trunks.get(trunk_id)

    def trunk_of(self, name: str) -> str:
        """The id of the trunk that a trunk's or number's name belongs to; empty when nobody holds it."""
        for holder in self._holders.of(name):
            return self._numbers[holder].trunk_id if holder in self._numbers else holder
        return ""

    def number_count(self, trunk_id: str) -> int:
        return len(self._numbers_of.get(trunk_id, ()))

    def numbers_of(self, trunk_id: str) -> list[HeldNumber]:
        """By id."""
        return [self._numbers[number_id] for number_id in sorted(self._numbers_of.get(trunk_id, ()))]

    def holders_of(self, e164: str) -> list[HeldNumber]:
        """Of whichever tenant, the newest first."""
        return [self._numbers[number_id] for number_id in self._holders.of(number_name(e164))]

    def number_ending(self, trunk_id: str, end: str) -> HeldNumber | None:
        """On that trunk, with these digits at its end; of several the oldest."""
        held = (self._numbers[number_id] for number_id in self._numbers_of.get(trunk_id, ()))
        return min((one for one in held if one.e164.endswith(end)), key=lambda one: one.id, default=None)

    def numbers_known(self) -> int:
        return len(self._numbers)

    def trunks_known(self) -> int:
        return len(self._trunks)

    def oldest_holder(self, name: str) -> str:
        return self._holders.of(name)[0]

    def numbers_behind(self, name: str) -> list[str]:
        """Names of the numbers of the trunks that hold this trunk's name."""
        return [number for holder in self._holders.of(name) for number in self._number_names(holder)]

    def wanted(self, name: str, is_held: Callable[[str], bool]) -> Body | None:
        """What a node should hold under this name; a number is wanted only while its trunk is held."""
        match kind_of(name):
            case Kind.ENDPOINT:
                return self._endpoints.find(name)
            case Kind.TRUNK:
                return next((self._trunks[holder].body() for holder in self._holders.of(name)), None)
            case Kind.NUMBER:
                bodies = (self._number_body(holder, is_held) for holder in self._holders.of(name))
                return next(filter(None, bodies), None)
        return self._fixed.get(name)

    # -- changes

    def put_fixed(self, bodies: Iterable[Body]) -> list[str]:
        before, self._fixed = self._fixed, {body.name: body for body in bodies}
        return [*before, *self._fixed]

    def put_trunk(self, trunk: Trunk) -> list[str]:
        """Raises Misfit before anything is changed."""
        known = self._trunks.get(trunk.id)
        if trunk.id in self._gone or (known is not None and known.version >= trunk.version):
            return []
        trunk.body()
        if known is not None and (known.domain, known.tenant_id) != (trunk.domain, trunk.tenant_id):
            raise Misfit(f"trunk {trunk.id} has another domain or tenant than before")
        endpoints = self._endpoints.use(_probed(known), _probed(trunk))
        self._trunks[trunk.id] = trunk
        name = trunk_name(trunk.domain)
        self._holders.add(name, trunk.id)
        return [*endpoints, name, *(self._number_names(trunk.id) if known is None else ())]

    def drop_trunk(self, trunk_id: str) -> list[str]:
        self._gone.add(trunk_id)
        trunk = self._trunks.pop(trunk_id, None)
        if trunk is None:
            return []
        self._holders.remove(trunk_name(trunk.domain), trunk_id)
        endpoints = self._endpoints.use(_probed(trunk), ())
        return [*endpoints, *self._number_names(trunk_id), trunk_name(trunk.domain)]

    def put_number(self, number: HeldNumber) -> list[str]:
        """Raises Misfit before anything is changed."""
        known = self._numbers.get(number.id)
        if number.id in self._gone or (known is not None and known.version >= number.version):
            return []
        check_number(number.e164)
        names = [number_name(number.e164)]
        if known is not None:
            self._forget(known)
            names.append(number_name(known.e164))
        tenant_id, trunk_id = intern(number.tenant_id), intern(number.trunk_id)
        self._numbers[number.id] = HeldNumber(number.id, tenant_id, number.version, number.e164, trunk_id)
        self._numbers_of.setdefault(trunk_id, set()).add(number.id)
        self._holders.add(names[0], number.id)
        return names

    def drop_number(self, number_id: str) -> list[str]:
        self._gone.add(number_id)
        number = self._numbers.pop(number_id, None)
        if number is None:
            return []
        self._forget(number)
        return [number_name(number.e164)]

    def put_agent(self, agent: VoiceAgent) -> list[str]:
        known = self._agents.get(agent.id)
        if agent.id in self._gone or (known is not None and known.version >= agent.version):
            return []
        self._agents[agent.id] = agent
        return self._endpoints.use(known.endpoints() if known is not None else (), agent.endpoints())

    def drop_agent(self, agent_id: str) -> list[str]:
        self._gone.add(agent_id)
        agent = self._agents.pop(agent_id, None)
        return [] if agent is None else self._endpoints.use(agent.endpoints(), ())

    # -- inside

    def _forget(self, number: HeldNumber) -> None:
        held = self._numbers_of[number.trunk_id]
        held.discard(number.id)
        if not held:
            del self._numbers_of[number.trunk_id]
        self._holders.remove(number_name(number.e164), number.id)

    def _number_names(self, trunk_id: str) -> list[str]:
        held = self._numbers_of.get(trunk_id, ())
        return [number_name(self._numbers[number_id].e164) for number_id in held]

    def _number_body(self, number_id: str, is_held: Callable[[str], bool]) -> NumberBody | None:
        number = self._numbers[number_id]
        trunk = self._trunks.get(number.trunk_id)
        if trunk is None or trunk.tenant_id != number.tenant_id or not is_held(trunk_name(trunk.domain)):
            return None
        return NumberBody(number.e164, trunk.domain)


def _probed(trunk: Trunk | None) -> list[EndpointBody]:
    """A disabled trunk's endpoints are left alone."""
    if trunk is None or not trunk.fields.enabled:
        return []
    return [endpoint.body() for endpoint in trunk.fields.endpoints]
