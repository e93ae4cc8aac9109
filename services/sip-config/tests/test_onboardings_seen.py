"""What is seen of onboardings without a browser: calls, refusals, fixes, and that nobody goes on."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keepline.audit.v1.audit_entry_pb2 import AuditEntry
from keepline.events.v1 import call_event_pb2 as call
from keepline.events.v1.onboarding_event_pb2 import OnboardingEvent
from keepline.events.v1.rejection_pb2 import Rejection
from servicekit.kafka import Record
from servicekit.kafka.handling import Read
from servicekit.timestamps import timestamp
from sip_config.adapters.kafka.told_refusals import CALL_EVENTS, REJECTIONS, TRUNKS

PATH = "/api/v1/sip/onboardings"
TOPIC = "keepline.onboarding.events.v1"
BERLIN = {"number_id": "num_1", "number": "+49301234567"}
AT = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
ADDRESS = "allow_address:203.0.113.9/32"


async def ready(api: Any, tenant: str = "t_a", **fields: Any) -> Any:
    """All steps but the call."""
    trunk = (await api.create(tenant, domain_label=tenant.replace("_", "-")))["id"]
    whole = {"line": "trunk", "trunk_id": trunk, "numbers": [BERLIN], "agent_id": "agt_1", "plan_id": "pln_1"}
    answer = await api.rest.post(PATH, json={**whole, **fields}, headers=api.as_(tenant))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def read(api: Any, one: Any, tenant: str = "t_a") -> Any:
    return (await api.rest.get(f"{PATH}/{one['id']}", headers=api.as_(tenant))).json()


async def go_live(api: Any, one: Any) -> Any:
    body = {"emergency_acknowledged": True}
    return (await api.rest.post(f"{PATH}/{one['id']}:goLive", json=body, headers=api.as_())).json()


async def told(api: Any, one: Any) -> list[OnboardingEvent]:
    """In the order in which they go out."""
    (stored,) = await api.shared.onboardings.find({"_id": one["id"]})
    entries = sorted(stored["outbox"], key=lambda entry: entry["seq"])
    return [OnboardingEvent.FromString(entry["value"]) for entry in entries if entry["topic"] == TOPIC]


def kinds(events: Sequence[OnboardingEvent]) -> list[str | None]:
    return [event.WhichOneof("event") for event in events]


def ended(one: Any, tenant: str = "t_a", **said: Any) -> Record:
    """As a router tells an answered call whose numbers are hidden."""
    media = said.pop("media", call.MediaStatistics(packets_received=150, packets_sent=0))
    whole = {"number": "hmac-1", "number_id": "num_1", "setup_ms": 900, "code": "routed"}
    whole |= {"answered_at": timestamp(AT), "media": media}
    event = call.CallEvent(
        call_id="call_1",
        at=timestamp(AT + timedelta(seconds=9)),
        tenant_id=tenant,
        trunk_id=one["trunk_id"],
        direction=said.pop("direction", call.DIRECTION_INBOUND),
        ended=call.CallEnded(**{name: value for name, value in {**whole, **said}.items() if value}),
    )
    return record(CALL_EVENTS, "call_1", event.SerializeToString(), "keepline.call.ended.v1")


def refusal(one: Any, offset: int, **said: Any) -> Record:
    whole = {"tenant_id": "t_a", "trunk_id": one["trunk_id"], "code": "source_not_allowed"}
    whole |= {"source_address": "203.0.113.9:5060", "called": "+49301234567"}
    event = Rejection(**{"at": timestamp(AT), **whole, **said})
    return record(REJECTIONS, "x", event.SerializeToString(), "keepline.sip.request.rejected.v1", offset)


def record(topic: str, key: str, value: bytes | None, kind: str, offset: int = 1) -> Record:
    return Record(topic, 0, offset, key, value, {"ce_type": kind}, AT)


async def hand(api: Any, *records: Record) -> None:
    handled = [(one, api.told.read(one)) for one in records]
    await api.told.handle([Read(one, value) for one, value in handled if value is not None], may_hold=False)


async def test_an_answered_call_tests_it_whether_a_browser_is_open_or_not(api: Any) -> None:
    one, theirs = await ready(api), await ready(api, "t_b")
    await hand(api, ended(one))
    after = await read(api, one)
    assert after["tested"] == {
        "call_id": "call_1",
        "number": "+49301234567",
        "at": "2026-11-23T09:05:00.000Z",
        "answered_after_ms": 900,
        "caller_heard": True,
        "agent_heard": False,
    }
    assert ("next_step" in after, after["version"]) == (False, 2)
    assert kinds(await told(api, one))[-1] == "step_done"
    await hand(api, ended(one))
    assert (await read(api, one))["version"] == 2
    assert "tested" not in await read(api, theirs, "t_b")
    assert (await go_live(api, one))["state"] == "live"
    (last,) = (await told(api, one))[-1:]
    assert (last.live.tested, last.tenant_id) == (True, "t_a")


UNTESTED: list[dict[str, Any]] = [
    {"answered_at": None, "code": "no_answer"},
    {"direction": call.DIRECTION_OUTBOUND},
    {"number_id": "num_2"},
    {"answered_at": timestamp(AT - timedelta(hours=1))},
]


@pytest.mark.parametrize("said", UNTESTED, ids=str)
async def test_another_call_does_not(api: Any, said: dict[str, Any]) -> None:
    one = await ready(api)
    await hand(api, ended(one, **said))
    assert "tested" not in await read(api, one)


async def test_nothing_is_said_of_audio_that_nobody_measured(api: Any) -> None:
    one = await ready(api)
    await hand(api, ended(one, media=None))
    assert not {"caller_heard", "agent_heard"} & (await read(api, one))["tested"].keys()


async def test_a_trunk_is_tested_by_its_first_answered_call_and_its_version_stays(api: Any) -> None:
    one = await ready(api)
    path = f"/api/v1/sip/trunks/{one['trunk_id']}"
    before = await api.rest.get(path, headers=api.as_())
    assert "tested_at" not in before.json()
    await hand(api, ended(one, direction=call.DIRECTION_OUTBOUND))
    await hand(api, ended(one), ended(one, answered_at=timestamp(AT + timedelta(hours=1))))
    after = await api.rest.get(path, headers=api.as_())
    assert (after.json()["tested_at"], after.json()["version"]) == ("2026-11-23T09:05:00.000Z", 1)
    assert after.headers["etag"] != before.headers["etag"]
    (listed,) = (await api.rest.get("/api/v1/sip/trunks", headers=api.as_())).json()["trunks"]
    assert listed["tested_at"] == after.json()["tested_at"]
    changed = await api.patch(one["trunk_id"], **{**after.json(), "name": "Other"})
    assert (changed["status"], changed["tested_at"]) == (200, listed["tested_at"])
    await hand(api, record(TRUNKS, one["trunk_id"], None, "keepline.sip.trunk.deleted.v1"))
    assert await api.shared.tests.find({}) == []


async def test_a_refusal_is_told_once_and_so_is_the_fix_that_was_applied(api: Any) -> None:
    one = await ready(api)
    await hand(api, refusal(one, 1), refusal(one, 2))
    await hand(api, refusal(one, 2), refusal(one, 3))
    await hand(api, refusal(one, 4, code="number_unknown", called="+49301234568"))
    await hand(api, refusal({"trunk_id": "trk_other"}, 5), refusal({"trunk_id": ""}, 6, tenant_id=""))
    events = [event for event in await told(api, one) if event.WhichOneof("event") == "refused"]
    assert [event.refused.code for event in events] == ["source_not_allowed", "number_unknown"]
    assert [event.seconds_since_begun for event in events] == [300, 300]
    assert (await read(api, one))["version"] == 1
    query = {"code": "source_not_allowed", "trunk_id": one["trunk_id"]}
    (row,) = (await api.rest.get("/api/v1/sip/rejections", params=query, headers=api.as_())).json()[
        "rejections"
    ]
    for _ in range(2):
        path = f"/api/v1/sip/rejections/{row['id']}:applyFix"
        assert (await api.rest.post(path, json={"fix": ADDRESS}, headers=api.as_())).status_code == 200
        assert kinds(await told(api, one)).count("fixed") == 1
    *_, last = await told(api, one)
    assert (last.fixed.code, last.fixed.kind) == ("source_not_allowed", "allow_address")
    assert "+49" not in str(await told(api, one))
    assert "203.0.113" not in str(await told(api, one))


def unplanned(one: Any, tenant: str = "t_a") -> Record:
    """As a router tells that no plan answers the number."""
    return ended(
        one, code="plan_missing", number=BERLIN["number"], number_id="", answered_at=None, tenant=tenant
    )


async def test_a_refusal_of_one_of_its_numbers_is_told_to_its_tenant_alone(api: Any) -> None:
    one, theirs = await ready(api), await ready(api, "t_b")
    elsewhere = {"trunk_id": "trk_other"}
    early = timestamp(AT - timedelta(hours=1))
    await hand(api, unplanned(elsewhere), unplanned({"trunk_id": "trk_theirs"}, "t_b"))
    await hand(api, refusal(one, 9, code="trunk_disabled", at=early))
    for onboarding in (one, theirs):
        met = [event.refused for event in await told(api, onboarding) if event.HasField("refused")]
        assert [refused.code for refused in met] == ["plan_missing"]


async def test_an_onboarding_that_nobody_goes_on_with_is_abandoned_once_and_taken_up_again(api: Any) -> None:
    one = await ready(api, plan_id="pln_1")
    api.shared.clock.advance(24 * 3600 - 1)
    await api.seen.abandon()
    assert (await read(api, one))["state"] == "open"
    api.shared.clock.advance(1)
    await asyncio.gather(*(api.seen.abandon() for _ in range(5)))
    gone = await read(api, one)
    assert (gone["state"], gone["version"]) == ("abandoned", 2)
    events = await told(api, one)
    assert kinds(events).count("abandoned") == 1
    assert events[-1].seconds_since_begun == 24 * 3600
    await hand(api, ended(one))
    assert "tested" not in await read(api, one)
    headers = api.as_() | {"if-match": '"2"'}
    again = await api.rest.patch(f"{PATH}/{one['id']}", json={"armed": True}, headers=headers)
    assert again.json()["state"] == "open"


async def test_who_did_what_is_in_the_audit_log_and_what_was_seen_is_not(api: Any) -> None:
    one = await ready(api)
    await hand(api, ended(one), refusal(one, 1))
    assert (await go_live(api, one))["state"] == "live"
    headers = api.as_() | {"if-match": "*"}
    assert (await api.rest.delete(f"{PATH}/{one['id']}", headers=headers)).status_code == 204
    (stored,) = await api.shared.onboardings.find({})
    entries = [entry for entry in stored["outbox"] if entry["topic"] == "keepline.audit.v1"]
    told = [AuditEntry.FromString(entry["value"]) for entry in entries]
    assert [(entry.action, entry.actor, entry.resource) for entry in told] == [
        (action, "dev", "onboarding") for action in ("created", "changed", "deleted")
    ]
    assert list(told[1].fields) == ["emergency_acknowledged_at", "live_at", "state"]
    assert len({entry["seq"] for entry in stored["outbox"]}) == len(stored["outbox"])
    assert (stored["numbers"], stored["trunk_id"]) == ([], "")


async def test_operators_see_how_onboardings_go_and_nobody_else_does(api: Any) -> None:
    one, other = await ready(api), await ready(api, "t_b", line="port")
    await hand(api, ended(one), refusal(one, 1))
    api.shared.clock.advance(90)
    assert (await go_live(api, one))["state"] == "live"
    headers = api.as_("t_b") | {"if-match": "*"}
    assert (await api.rest.delete(f"{PATH}/{other['id']}", headers=headers)).status_code == 204
    operator = api.as_("platform", "operator")
    found = (await api.rest.get(f"{PATH}/success", headers=operator)).json()
    assert found == {
        "begun": 2,
        "live": 1,
        "live_untested": 0,
        "abandoned": 1,
        "open": 0,
        "completion_rate": 0.5,
        "seconds_to_live": {"p50": 90.0, "p90": 90.0},
        "stopped_at": [{"step": "call", "count": 1}],
        "refused": [{"code": "source_not_allowed", "count": 1, "fixed": 0}],
    }
    query = {"from": "2026-11-24T00:00:00Z", "to": "2026-11-25T00:00:00+01:00"}
    empty = (await api.rest.get(f"{PATH}/success", params=query, headers=operator)).json()
    assert (empty["begun"], "completion_rate" in empty, "seconds_to_live" in empty) == (0, False, False)
    first = await api.rest.get(f"{PATH}/success", params={"to": "0001-01-02T00:00:00Z"}, headers=operator)
    assert first.json()["begun"] == 0
    wrong = await api.rest.get(f"{PATH}/success", params={"from": "monday", "since": "1"}, headers=operator)
    assert {error["pointer"] for error in wrong.json()["errors"]} == {"/from", "/since"}
    for role in ("owner", "viewer"):
        refused = await api.rest.get(f"{PATH}/success", headers=api.as_(role=role))
        assert (refused.status_code, refused.json()["code"]) == (403, "role_forbidden")
