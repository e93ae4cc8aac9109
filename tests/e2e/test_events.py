"""Every record says what it is and whose, one event makes a bill, and figures agree everywhere."""

import re
from datetime import datetime
from itertools import pairwise

from harness.events import Told, call_events, everything
from harness.line import kept_number
from harness.phones import PROVIDER, STRANGER
from harness.tenant import Tenant
from harness.until import until
from harness.world import World
from keepline.health.v1.agent_health_pb2 import AgentStatus, AgentVerdict
from keepline.health.v1.trunk_health_pb2 import TrunkStatus, TrunkVerdict
from servicekit.kafka import Topic, load_topics
from servicekit.kafka.headers import SCHEMAS
from servicekit.timestamps import rfc3339

TOPICS = load_topics()
STATUS = "keepline.trunk.status.v1"
AGENT_STATUS = "keepline.agent.status.v1"
ALWAYS = {
    *("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_tenantid"),
    *("ce_dataschema", "content-type"),
}
LEG_TIMES = ("started_at", "ringing_at", "answered_at", "ended_at")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def faults(record: Told) -> list[str]:
    """Of one record, held to what topics.yaml says of its topic."""
    topic, headers = TOPICS[record.topic], record.headers
    wrong = [f"no {name}" for name in sorted(ALWAYS - headers.keys())]
    if wrong:
        return wrong
    wrong += [] if headers["ce_type"] in topic.events else ["ce_type"]
    wrong += [] if headers["ce_dataschema"] == SCHEMAS + topic.message else ["ce_dataschema"]
    wrong += [] if headers["ce_source"].removeprefix("/keepline/") in topic.producers else ["ce_source"]
    wrong += [] if TIME.fullmatch(headers["ce_time"]) else ["ce_time"]
    wrong += [] if headers["ce_type"].endswith((".deleted.v1", ".ended.v1")) or record.value else ["value"]
    wrong += _trace_faults(topic, headers.get("traceparent", ""))
    return wrong


def _trace_faults(topic: Topic, traceparent: str) -> list[str]:
    promised = bool(topic.traceparent)
    return (
        [] if bool(traceparent) == promised and (not promised or TRACE.fullmatch(traceparent)) else ["trace"]
    )


async def test_whatever_is_told_says_what_it_is_and_whose(world: World) -> None:
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    assert (await (await line.dial()).outcome()).result.as_told
    call_id = (await line.last_call())["id"]
    await world.phones.refused(line.number, line.domain, 403, address=STRANGER)
    await _use_a_key(world, line.tenant)
    begun = await line.tenant.rest("sip-config").post("/api/v1/sip/onboardings", json={"line": "trunk"})
    assert begun.status_code == 201
    watched = await line.tenant.create_trunk("Gone soon", endpoints=[{"host": PROVIDER, "port": 5999}])
    await line.tenant.has_verdict(watched["id"], TrunkVerdict.TRUNK_VERDICT_DOWN)
    await line.tenant.delete_trunk(watched["id"])
    kinds = {kind for topic in TOPICS.values() for kind in topic.events}
    unseen = kinds - _seldom()

    async def all_told() -> list[Told] | None:
        found = await everything(world.kafka.bootstrap, TOPICS)
        return found if unseen <= {record.headers.get("ce_type") for record in found} else None

    told = await until(all_told, 60, "a record of each kind")
    assert {(record.topic, record.key, wrong) for record in told for wrong in faults(record)} == set()
    of_call = [record for record in told if record.key == call_id]
    assert {record.headers["ce_tenantid"] for record in of_call} == {line.tenant.tenant_id}
    assert {record.headers["traceparent"][3:35] for record in of_call} == {call_id[5:].replace("-", "")}
    of_watched = [record for record in told if (record.topic, record.key) == (STATUS, watched["id"])]
    said = [TrunkStatus.FromString(record.value) for record in of_watched if record.value]
    # nobody ever answered there: not healthy for a moment, and without a latency
    assert list(dict.fromkeys(one.verdict for one in said)) == [
        TrunkVerdict.TRUNK_VERDICT_UNKNOWN,
        TrunkVerdict.TRUNK_VERDICT_DOWN,
    ]
    assert not any(endpoint.HasField("latency_ms") for one in said for endpoint in one.endpoints)
    gone = [record for record in told if record.key == watched["id"] and record.value is None]
    assert {(record.headers["ce_type"], record.headers["ce_tenantid"]) for record in gone} == {
        ("keepline.sip.trunk.deleted.v1", line.tenant.tenant_id),
        ("keepline.trunk.status.deleted.v1", line.tenant.tenant_id),
    }


async def _use_a_key(world: World, owner: Tenant) -> None:
    """From its making to its revocation."""
    rest, asked = owner.rest("sip-config"), {"name": "short-lived", "scopes": ["trunks:read"]}
    made = (await rest.post("/api/v1/keys", json=asked)).json()
    program = Tenant(owner.tenant_id, made["secret"], world.addresses)

    async def known() -> bool:
        return (await program.rest("sip-config").get("/api/v1/sip/trunks")).is_success

    await until(known, 20, "the key known")
    await program.aclose()
    gone = await rest.delete(f"/api/v1/keys/{made['id']}", headers={"if-match": "*"})
    assert gone.status_code == 204


def _seldom() -> set[str]:
    """What this story does not bring about."""
    return {
        "keepline.agent.status.deleted.v1",
        *(
            f"keepline.onboarding.{kind}.v1"
            for kind in ("step_done", "refused", "fixed", "live", "abandoned")
        ),
        "keepline.call.early_media.v1",
        "keepline.call.heard.v1",
        "keepline.call.leg_failed.v1",
        "keepline.phone.number.deleted.v1",
        "keepline.routing.agent.deleted.v1",
        "keepline.routing.plan.deleted.v1",
        "keepline.sip.probe.ended.v1",
    }


async def test_one_event_makes_a_bill_and_the_figures_agree_everywhere(world: World) -> None:
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    assert (await (await line.dial(hold=1.5)).outcome()).result.as_told
    record = await line.last_call()
    events = await call_events(world.kafka.bootstrap, record["id"])
    started, answered, end = (
        next(event for event in events if event.WhichOneof("event") == kind)
        for kind in ("started", "answered", "ended")
    )
    ended = end.ended
    moments = (started.at, answered.at, end.at)
    assert (ended.started_at, ended.answered_at, ended.ended_at) == moments
    written = [datetime.fromisoformat(record[name]) for name in ("started_at", "answered_at", "ended_at")]
    assert written == [moment.ToDatetime(written[0].tzinfo) for moment in moments]
    assert all(moment.nanos % 1_000_000 == 0 for moment in moments)
    setup, talk = (b.ToMilliseconds() - a.ToMilliseconds() for a, b in pairwise(moments))
    assert (ended.setup_ms, answered.answered.setup_ms, record["setup_ms"]) == (setup, setup, setup)
    assert (ended.talk_ms, record["talk_ms"]) == (talk, talk)
    assert (ended.number, ended.called, ended.code) == (line.number, line.number, "routed")
    assert (ended.caller, ended.agent_id) == (record["caller"], record["agent_id"])
    assert [(leg.agent_id, leg.uri, leg.sip_status) for leg in ended.legs] == [
        (leg["agent_id"], leg["uri"], leg["sip_status"]) for leg in record["legs"]
    ]
    for leg, of_end in zip(record["legs"], ended.legs, strict=True):
        zone = written[0].tzinfo
        times = {
            name: rfc3339(getattr(of_end, name).ToDatetime(zone))
            for name in LEG_TIMES
            if of_end.HasField(name)
        }
        assert {name: leg.get(name) for name in times} == times
        assert {"answered_at", "ended_at"} <= times.keys()


async def test_a_restart_tells_nothing_anew(world: World) -> None:
    line = await kept_number(world, await world.phones.agent())
    gone = await line.tenant.create_trunk("Short-lived")
    await line.tenant.has_verdict(gone["id"], TrunkVerdict.TRUNK_VERDICT_UNKNOWN)
    await line.tenant.delete_trunk(gone["id"])
    bootstrap, told_by = (
        world.kafka.bootstrap,
        ("health-monitor", "sip-config", "phone-sources", "call-control"),
    )
    topics = {name: topic for name, topic in TOPICS.items() if set(told_by) & set(topic.producers)}

    async def deleted() -> bool:
        found = await everything(bootstrap, topics)
        return {r.topic for r in found if r.key == gone["id"] and r.value is None} == {
            "keepline.sip.trunk.state.v1",
            "keepline.trunk.status.v1",
        }

    await until(deleted, 30, "the tombstones of a deleted trunk")

    async def agent_answers() -> bool:
        found = await everything(bootstrap, {AGENT_STATUS: TOPICS[AGENT_STATUS]})
        own = [r.value for r in found if r.headers["ce_tenantid"] == line.tenant.tenant_id and r.value]
        return bool(own) and AgentStatus.FromString(own[-1]).verdict == AgentVerdict.AGENT_VERDICT_HEALTHY

    await until(agent_answers, 30, "the first answer of the agent to a probe")
    before = await everything(bootstrap, topics)
    for name in told_by:
        await world.stop(name)
    for name in told_by:
        await world.start(name)
    await line.tenant.create_trunk("Marks the end")
    names = {(record.headers["ce_source"], record.headers["ce_id"]) for record in before}

    async def marked() -> list[Told] | None:
        found = await everything(bootstrap, topics)
        fresh = [record for record in found if record.place not in {one.place for one in before}]
        return fresh if {record.topic for record in fresh} >= {"keepline.trunk.status.v1"} else None

    fresh = await until(marked, 30, "the status of a new trunk")
    again = [record for record in fresh if (record.headers["ce_source"], record.headers["ce_id"]) in names]
    assert again == []
    of_old = {record.key for record in before}
    # the audit log is keyed by tenant, and the mark has its line there; that agents of other stories are gone
    # may be told at any time
    others = {record.key for record in before if record.headers["ce_tenantid"] != line.tenant.tenant_id}
    of_things = [
        record
        for record in fresh
        if record.topic != "keepline.audit.v1" and not (record.topic == AGENT_STATUS and record.key in others)
    ]
    assert [record for record in of_things if record.key in of_old] == []
