"""A small world to route in, with good defaults, so that a test names only what it is about."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from call_router.adapters.country_rules import rules_of
from call_router.domain.agent import Agent, HumanAgent, SipAgent
from call_router.domain.plan import Plan
from call_router.domain.records import Endpoint, Number, Record, Trunk
from call_router.domain.route import Call, Decision, route
from call_router.domain.table import RoutingTable

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _table() -> RoutingTable:
    table = RoutingTable(rules_of)
    table.ready = True
    return table


@dataclass
class World:
    """Tenant t_a holds +49301234567 on trk_a; its plan rings agt_first, then agt_second."""

    table: RoutingTable = field(default_factory=_table)

    def trunk(self, id: str = "trk_a", **changes: Any) -> Trunk:  # noqa: A002
        endpoint = Endpoint("10.0.0.1", 5060, "udp")
        known: dict[str, Any] = {
            "tenant_id": "t_a",
            "version": 1,
            "name": "Carrier",
            "country": "DE",
            "enabled": True,
            "endpoints": (endpoint,),
        }
        return self._in(Trunk(id, **{**known, **changes}))

    def number(self, id: str = "num_a", **changes: Any) -> Number:  # noqa: A002
        known: dict[str, Any] = {
            "tenant_id": "t_a",
            "version": 1,
            "e164": "+49301234567",
            "trunk_id": "trk_a",
        }
        return self._in(Number(id, **{**known, **changes}))

    def agent(self, id: str = "agt_first", **changes: Any) -> Agent:  # noqa: A002
        known: dict[str, Any] = {
            "tenant_id": "t_a",
            "version": 1,
            "name": id.removeprefix("agt_").title(),
            "kind": SipAgent(f"sip:{id}@127.0.2.1:5060;transport=udp"),
            "ring_seconds": 20,
            "created_at": NOW,
            "updated_at": NOW,
        }
        return self._in(Agent(id, **{**known, **changes}))

    def human(self, id: str = "agt_human", trunk_id: str = "trk_a", target: str = "100") -> Agent:  # noqa: A002
        return self.agent(id, kind=HumanAgent(trunk_id, target))

    def plan(self, id: str = "pln_a", **changes: Any) -> Plan:  # noqa: A002
        known: dict[str, Any] = {
            "tenant_id": "t_a",
            "version": 1,
            "name": "Front desk",
            "numbers": ("+49301234567",),
            "first_agent_id": "agt_first",
            "fallback_agent_id": "agt_second",
            "fallback_on_busy": False,
            "created_at": NOW,
            "updated_at": NOW,
        }
        return self._in(Plan(id, **{**known, **changes}))

    def whole(self) -> "World":
        self.trunk()
        self.number()
        self.agent("agt_first")
        self.agent("agt_second")
        self.plan()
        return self

    def call(self, called: str = "+49301234567", **changes: Any) -> Call:
        known: dict[str, Any] = {
            "tenant_id": "t_a",
            "trunk_id": "trk_a",
            "caller": "+4917012345678",
            "source": "127.0.1.5:5060",
            "call_id": "call_1",
        }
        return Call(called=called, **{**known, **changes})

    def route(self, called: str = "+49301234567", **changes: Any) -> Decision:
        return route(self.call(called, **changes), self.table, NOW, 0.5)

    def _in(self, record: Any) -> Any:
        known: Record = record
        self.table.apply(known)
        return record


@pytest.fixture
def world() -> World:
    """The tenant of the class's docstring, able to take calls."""
    return World().whole()


@pytest.fixture
def empty() -> World:
    return World()


@pytest.fixture(scope="session")
def still_world() -> World:
    """The same, for tests that change nothing in it."""
    return World().whole()
