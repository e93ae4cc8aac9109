"""A number that is withheld is nowhere: on no leg, in no event, record or refusal.

Beside it the provider names the same number in each header that could show it.
"""

import re
from collections.abc import Mapping

from harness.events import call_events
from harness.line import Line
from harness.phones import PROVIDER, STRANGER, Agent
from harness.world import World
from keepline.routing.v1.call_log_pb2 import GetCallRequest
from keepline.routing.v1.call_log_pb2_grpc import CallLogStub

NUMBER = "12025550101"
NAMING = (
    "P-Asserted-Identity",
    "P-Preferred-Identity",
    "Remote-Party-ID",
    "Diversion",
    "History-Info",
    "Referred-By",
    "Reply-To",
    "Call-Info",
    "X-Caller",
    "User-to-User",
)
PRIVATE = "Privacy: id\r\n" + "".join(f"{name}: <sip:+{NUMBER}@carrier.example>\r\n" for name in NAMING)
ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'
# all that a leg may have: another header is one that nobody thought of
OF_A_LEG = {
    "accept",
    "allow",
    "call-id",
    "contact",
    "content-disposition",
    "content-length",
    "content-type",
    "cseq",
    "expires",
    "from",
    "max-forwards",
    "min-se",
    "record-route",
    "session-expires",
    "supported",
    "to",
    "user-agent",
    "via",
    "x-keepline-call-id",
}


async def test_a_withheld_number_is_nowhere(world: World) -> None:
    """From an agent of kind sip to a person behind a trunk, which is the second leg of the same call."""
    busy = await world.phones.agent("agent_refuses", words={"STATUS": "486"})
    # SIPp keeps the messages of no more calls than these; probes are calls
    person = await world.phones.agent("person_answers", address=PROVIDER, calls=20)
    line = await _line(world, busy, person)
    how: Mapping[str, object] = {"caller": f"+{NUMBER}", "words": {"HEADERS": PRIVATE}, "hold": 0.5}
    caller = await world.phones.dial(line.number, line.domain, **how)  # type: ignore[arg-type]
    assert (await caller.outcome()).result.as_told
    for leg in (busy, person):
        invite = _invite(leg)
        assert re.findall(r"(?m)^From: (.*);tag=", invite) == [ANONYMOUS]
        assert {name.lower() for name in re.findall(r"(?m)^([A-Za-z-]+):", invite)} <= OF_A_LEG
        assert NUMBER not in leg.sipp.messages()

    record = await line.last_call()
    assert "caller" not in record
    assert NUMBER not in str(record)
    asked = GetCallRequest(id=record["id"])
    read = await CallLogStub(line.tenant.channel("call-control")).GetCall(asked, timeout=5)
    assert (read.call.caller, NUMBER in str(read)) == ("", False)
    events = await call_events(world.kafka.bootstrap, record["id"])
    assert {event.WhichOneof("event") for event in events} >= {"started", "leg_failed", "answered", "ended"}
    assert NUMBER not in str(events)
    assert {event.started.caller for event in events} | {event.ended.caller for event in events} == {""}

    refused = await world.phones.dial(
        line.number,
        line.domain,
        "caller_is_refused",
        caller=f"+{NUMBER}",
        address=STRANGER,
        words={"HEADERS": PRIVATE, "STATUS": "403"},
    )
    assert (await refused.outcome()).result.as_told
    told = await line.tenant.rejection(line.trunk["id"], code="source_not_allowed")
    assert ("caller" in told, NUMBER in str(told)) == (False, False)


async def _line(world: World, agent: Agent, person: Agent) -> Line:
    tenant = world.tenant("t_withheld")
    endpoint = {"host": PROVIDER, "port": person.sipp.port, "transport": "udp"}
    trunk = await tenant.create_trunk("Carrier and PBX", domain_label="withheld", endpoints=[endpoint])
    number = (await tenant.create_number("+442079460983", trunk["id"]))["number"]
    first = await tenant.create_sip_agent("Voice agent", agent.uri)
    desk = await tenant.create_human_agent("Front desk", trunk["id"], "100")
    plan = await tenant.create_plan(
        "Then the desk", [number], first["id"], fallback_agent_id=desk["id"], fallback_on_busy=True
    )
    await tenant.in_force(trunk["id"], number_count=1)
    await tenant.decides(trunk["id"], number, legs=2)
    return Line(world, tenant, trunk, number, plan)


def _invite(leg: Agent) -> str:
    """As it came, without the body."""
    text = leg.sipp.messages().replace("\r\n", "\n")
    return text[text.index("\nINVITE ") :].partition("\n\n")[0]
