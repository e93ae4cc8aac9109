"""No call ever reaches what belongs to another tenant, whatever the tables hold."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from call_router.domain.agent import Agent, HumanAgent, SipAgent
from call_router.domain.explain import explain
from call_router.domain.plan import Plan
from call_router.domain.records import Endpoint, Number, Record, Trunk
from call_router.domain.route import Call, route
from call_router.domain.table import RoutingTable
from siptypes.country_rules import rules_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TENANTS = ["t_a", "t_b", "t_c"]
# few of each, so that tenants collide on purpose
TRUNKS = ["trk_1", "trk_2", "trk_3"]
AGENTS = ["agt_1", "agt_2", "agt_3"]
E164S = ["+49301234567", "+4930123456", "+14930123456", "+442079460123"]
CALLED = [*E164S, "49301234567", "030123456", "4930123456", "02079460123", "anonymous"]

tenants, trunks, agents, numbers = (st.sampled_from(some) for some in (TENANTS, TRUNKS, AGENTS, E164S))
versions = st.integers(1, 3)


@st.composite
def records(draw: st.DrawFn) -> Record:
    tenant, version = draw(tenants), draw(versions)
    match draw(st.integers(0, 3)):
        case 0:
            country, enabled = draw(st.sampled_from(["DE", "US", "GB"])), draw(st.booleans())
            endpoints = (Endpoint(f"{tenant.replace('_', '-')}.example", 5060, "udp"),)
            return Trunk(draw(trunks), tenant, version, "x", country, enabled, endpoints)
        case 1:
            return Number(f"num_{draw(st.integers(1, 6))}", tenant, version, draw(numbers), draw(trunks))
        case 2:
            kind = draw(st.sampled_from([SipAgent(f"sip:{tenant}@agents.example"), None]))
            kind = kind or HumanAgent(draw(trunks), "100")
            return Agent(draw(agents), tenant, version, "x", kind, 20, NOW, NOW)
        case _:
            held = tuple(draw(st.lists(numbers, unique=True, max_size=3)))
            first, fallback = draw(st.lists(agents, unique=True, min_size=2, max_size=2))
            plan_id = f"pln_{draw(st.integers(1, 4))}"
            return Plan(plan_id, tenant, version, "x", held, first, fallback, draw(st.booleans()), NOW, NOW)


steps = records() | st.sampled_from([*TRUNKS, *AGENTS, "num_1", "num_2", "pln_1"])


@settings(max_examples=200)
@given(
    st.lists(steps, max_size=40),
    st.lists(st.tuples(tenants, trunks, st.sampled_from(CALLED)), min_size=1, max_size=8),
)
def test_a_call_touches_only_its_own_tenants_things(
    happened: list[Record | str], asked: list[tuple[str, str, str]]
) -> None:
    table = RoutingTable(rules_of)
    table.ready = True
    for step in happened:
        if isinstance(step, str):
            table.delete(step)
        else:
            table.apply(step)
    for tenant, trunk_id, called in asked:
        decision = route(Call(tenant, trunk_id, called, "", "", "call_1"), table, NOW, 0.0)
        explain(decision)
        for touched in (decision.trunk, decision.number, decision.plan):
            assert touched is None or touched.tenant_id == tenant
        assert decision.number is None or decision.number.trunk_id == trunk_id
        for leg in decision.legs:
            assert table.agents[leg.agent_id].tenant_id == tenant
            assert tenant in leg.uri or tenant.replace("_", "-") in leg.uri
