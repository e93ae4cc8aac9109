"""A call to a kept number is answered by its agent, heard both ways, and everybody is told of it."""

from harness.events import call_events, told
from harness.line import kept_number
from harness.world import World
from keepline.events.v1.call_event_pb2 import EndedBy
from switchlink.testing.free_ports import free_port


async def test_a_call_is_answered_and_heard_both_ways(world: World) -> None:
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    patient = {"RETRANS_MS": "5000"}
    outcome = await (await line.dial(hold=2.0, words=patient)).outcome()
    assert outcome.result.as_told, outcome
    assert outcome.result.retransmissions == 0
    assert outcome.heard.clear, str(outcome.heard)
    assert agent.heard.clear, str(agent.heard)
    record = await line.last_call()
    assert record["hangup_cause"] == "NORMAL_CLEARING"
    assert record["sip_status"] == 200
    assert 1900 < record["talk_ms"] < 8000
    assert record["media"]["packets_received"] > 50
    assert (record["media"]["codec"], record["media"]["leg_codec"]) == ("PCMU", "PCMU")
    events = await call_events(world.kafka.bootstrap, record["id"])
    kinds = [e.WhichOneof("event") for e in events]
    assert kinds == ["started", "routed", "leg_started", "leg_ringing", "answered", "ended"]
    assert [e.seq for e in events] == [1, 2, 1001, 1002, 1004, 1_000_000]
    assert {e.tenant_id for e in events} == {line.tenant.tenant_id}
    assert events[1].routed.decision.reason == record["decision"]["reason"]
    assert events[-1].ended.media.leg_codec == "PCMU"


async def test_the_agent_may_hang_up(world: World) -> None:
    agent = await world.phones.agent("agent_hangs_up")
    line = await kept_number(world, agent)
    outcome = await (await line.dial("caller_hears_bye")).outcome()
    assert outcome.result.as_told, outcome
    record = await line.last_call()
    events = await call_events(world.kafka.bootstrap, record["id"])
    assert events[-1].ended.ended_by == EndedBy.ENDED_BY_AGENT


async def test_the_second_agent_answers_when_the_first_is_down(world: World) -> None:
    second = await world.phones.agent()
    nobody = f"sip:gone@127.0.2.9:{free_port('127.0.2.9')};transport=udp"
    line = await kept_number(world, nobody, second)
    outcome = await (await line.dial(hold=2.0)).outcome()
    assert outcome.result.as_told, outcome
    assert outcome.heard.clear
    record = await line.last_call()
    assert [leg["sip_status"] for leg in record["legs"]] == [record["legs"][0]["sip_status"], 200]
    assert record["legs"][0]["sip_status"] in {408, 503}
    heard = await told(world.kafka.bootstrap, record["id"])
    assert heard == "started routed leg_started leg_failed leg_started leg_ringing answered ended"


async def test_a_silent_first_agent_costs_two_seconds(world: World) -> None:
    silent = await world.phones.agent("agent_is_silent")
    second = await world.phones.agent()
    line = await kept_number(world, silent, second)
    outcome = await (await line.dial()).outcome()
    assert outcome.result.as_told, outcome
    record = await line.last_call()
    assert record["legs"][0]["sip_status"] == 408
    assert record["setup_ms"] < 8000  # an INVITE itself waits for 32 s


async def test_a_busy_agent_is_final(world: World) -> None:
    busy = await world.phones.agent("agent_refuses", words={"STATUS": "486"})
    second = await world.phones.agent()
    line = await kept_number(world, busy, second)
    outcome = await line.refused(486)
    assert outcome.result.as_told, outcome
    record = await line.last_call()
    assert len(record["legs"]) == 1
    assert second.sipp.logged() == ""


async def test_a_busy_agent_is_passed_over_when_the_plan_says_so(world: World) -> None:
    busy = await world.phones.agent("agent_refuses", words={"STATUS": "486"})
    second = await world.phones.agent()
    line = await kept_number(world, busy, second, fallback_on_busy=True)
    outcome = await (await line.dial(hold=2.0)).outcome()
    assert outcome.result.as_told, outcome
    assert outcome.heard.clear


async def test_a_caller_who_gives_up_stops_the_ringing(world: World) -> None:
    agent = await world.phones.agent("agent_rings_forever")
    line = await kept_number(world, agent)
    outcome = await (await line.dial("caller_cancels", hold=0.5)).outcome()
    assert outcome.result.as_told, outcome
    assert (await agent.sipp.wait()).as_told
    record = await line.last_call()
    assert record["hangup_cause"] == "ORIGINATOR_CANCEL"
    assert "answered_at" not in record
