"""/api/v1/sip/rejections and SipRejectionService: who sees what, and how a fix is applied."""

from datetime import UTC, datetime
from typing import Any

import pytest

from keepline.audit.v1.audit_entry_pb2 import AuditEntry
from keepline.sip.v1 import rejection_pb2 as pb
from keepline.sip.v1 import rejection_service_pb2 as service
from keepline.sip.v1.rejection_service_pb2_grpc import SipRejectionServiceStub
from servicekit.errors import Conflict, Forbidden, Invalid
from sip_config.app.refusals_kept import Changed
from sip_config.domain.known_records import HeldNumber
from sip_config.domain.refused.numbers import OwnNumber
from sip_config.domain.refused.refusal import Place, Refusal, SaidBy

PATH = "/api/v1/sip/rejections"
AT = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
BERLIN = "+49301234567"
ADDRESS, NETWORK = "allow_address:203.0.113.9/32", "allow_network:203.0.113.0/28"
ADD, MOVE = f"add_number:{BERLIN}", f"move_number:{BERLIN}"


async def row(api: Any, trunk_id: str, code: str = "source_not_allowed", called: str = BERLIN) -> Any:
    """One refusal, as the list shows it."""
    place = Place("edge/0", len(await api.shared.rejections.find({})))
    of = ("t_a", trunk_id, code, 403, SaidBy.EDGE, "203.0.113.9", called, "anonymous", "", "", "edge1")
    await api.kept.keep([Refusal(AT, *of, place, about="path")])
    answer = await api.rest.get(PATH, params={"trunk_id": trunk_id, "code": code}, headers=api.as_())
    return answer.json()["rejections"][0]


async def apply(api: Any, rejection_id: str, fix: str, key: str = "", **who: str) -> Any:
    headers = api.as_(**who) | ({"idempotency-key": key} if key else {})
    return await api.rest.post(f"{PATH}/{rejection_id}:applyFix", json={"fix": fix}, headers=headers)


async def trunk_of(api: Any, trunk_id: str) -> Any:
    return (await api.rest.get(f"/api/v1/sip/trunks/{trunk_id}", headers=api.as_())).json()


async def test_a_rejection_says_why_and_what_would_help(api: Any) -> None:
    trunk = (await api.create())["id"]
    listed = await row(api, trunk)
    read = await api.rest.get(f"{PATH}/{listed['id']}", headers=api.as_())
    assert read.json() == listed
    assert listed["nearest"] == {"network": "203.0.113.0/30", "just_outside": True}
    assert (listed["allows"], listed["about"]) == (["203.0.113.0/30"], "path")
    assert listed["fixes"] == [
        {"id": ADDRESS, "kind": "allow_address", "source_cidr": "203.0.113.9/32"},
        {
            "id": NETWORK,
            "kind": "allow_network",
            "source_cidr": "203.0.113.0/28",
            "replaces": ["203.0.113.0/30"],
        },
    ]
    again = await api.rest.get(
        f"{PATH}/{listed['id']}", headers=api.as_() | {"if-none-match": read.headers["etag"]}
    )
    assert again.status_code == 304


FILTERS = [
    ({"code": "source_not_allowed"}, 1),
    ({"code": "number_unknown"}, 1),
    ({"rule": "number"}, 1),
    ({"source_address": "203.0.113.9"}, 2),
    ({"source_address": "203.0.113.8"}, 0),
    ({"called": "0301234567"}, 1),
    ({"number": BERLIN}, 1),
    ({"state": "open"}, 2),
    ({"state": "fixed"}, 0),
    ({"last_at_after": "2026-11-23T09:04:00Z"}, 2),
    ({"last_at_before": "2026-11-23T09:04:00Z"}, 0),
    ({"q": "113.9"}, 2),
    ({"q": "0301"}, 1),
    ({"trunk_id": "trk_other"}, 0),
]


@pytest.mark.parametrize(("query", "count"), FILTERS, ids=str)
async def test_the_list_is_filtered(api: Any, query: dict[str, str], count: int) -> None:
    trunk = (await api.create())["id"]
    await row(api, trunk)
    await row(api, trunk, "number_unknown", "0301234567")
    answer = await api.rest.get(PATH, params=query, headers=api.as_())
    assert len(answer.json()["rejections"]) == count


async def test_nobody_sees_another_tenants_rows_and_only_operators_those_of_nobody(api: Any) -> None:
    trunk = (await api.create())["id"]
    one = await row(api, trunk)
    at = (AT, "", "", "trunk_unknown", 0, SaidBy.EDGE, "192.0.2.9", "100", "", "", "", "edge1", Place("e", 1))
    await api.kept.keep([Refusal(*at)])
    operator = api.as_("platform", "operator")
    for who in (api.as_("t_b"), operator):
        assert (await api.rest.get(f"{PATH}/{one['id']}", headers=who)).json()[
            "code"
        ] == "rejection_not_found"
    (stranger,) = (await api.rest.get(PATH, headers=operator)).json()["rejections"]
    assert (stranger["code"], "trunk_id" in stranger) == ("trunk_unknown", False)
    assert (await api.rest.get(f"{PATH}/{stranger['id']}", headers=api.as_())).status_code == 404
    assert (await api.rest.get(PATH, headers=api.as_("t_b"))).json() == {"rejections": []}
    assert (await apply(api, one["id"], ADDRESS, tenant="t_b")).status_code == 404
    assert (await apply(api, stranger["id"], ADDRESS, tenant="platform", role="operator")).status_code == 403
    assert (await apply(api, one["id"], ADDRESS, role="viewer")).status_code == 403


FIXES = [
    (ADDRESS, {"source_cidrs": ["203.0.113.0/30", "203.0.113.9/32"]}),
    (NETWORK, {"source_cidrs": ["203.0.113.0/28"]}),
]


@pytest.mark.parametrize(("fix", "after"), FIXES)
async def test_a_fix_changes_the_trunk_once(api: Any, fix: str, after: dict[str, Any]) -> None:
    trunk = (await api.create())["id"]
    one = await row(api, trunk)
    answer = await apply(api, one["id"], fix)
    assert (answer.status_code, answer.json()["state"]) == (200, "fixed"), answer.text
    assert answer.json()["fixed"] == {
        "at": "2026-11-23T09:00:00.000Z",
        "fix": fix,
        "by": "dev",
        "trunk_version": 2,
    }
    again = await apply(api, one["id"], fix)
    assert (again.status_code, again.json(), again.headers["etag"]) == (
        200,
        answer.json(),
        answer.headers["etag"],
    )
    read = await trunk_of(api, trunk)
    assert (read["version"], {name: read[name] for name in after}) == (2, after)


async def test_a_trunk_that_is_off_is_switched_on_and_a_country_changed(api: Any) -> None:
    trunk = (await api.create(enabled=False, country="US"))["id"]
    off = await row(api, trunk, "trunk_disabled")
    assert (await apply(api, off["id"], "enable_trunk")).status_code == 200
    api.feed.number_written(HeldNumber("num_1", "t_a", 1, BERLIN, trunk))
    unread = await row(api, trunk, "number_unknown", "0301234567")
    assert [fix["id"] for fix in unread["fixes"]] == ["read_as_country:DE"]
    assert (await apply(api, unread["id"], "read_as_country:DE")).status_code == 200
    read = await trunk_of(api, trunk)
    assert (read["enabled"], read["country"], read["version"]) == (True, "DE", 3)


async def test_a_repeated_request_gets_the_same_answer(api: Any) -> None:
    trunk = (await api.create())["id"]
    one = await row(api, trunk)
    first = await apply(api, one["id"], ADDRESS, "k1")
    second = await apply(api, one["id"], ADDRESS, "k1")
    assert second.headers["idempotency-replayed"] == "true"
    assert (second.json(), second.headers["etag"]) == (first.json(), first.headers["etag"])
    other = await apply(api, one["id"], NETWORK, "k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_what_was_mended_in_another_way_counts_as_applied(api: Any) -> None:
    trunk = (await api.create())["id"]
    one = await row(api, trunk)
    await api.patch(trunk, source_cidrs=["203.0.113.0/24"])
    await api.kept.settle(Changed(frozenset({trunk})))
    answer = await apply(api, one["id"], ADDRESS)
    assert (answer.status_code, answer.json()["fixed"]["trunk_version"]) == (200, 2)
    assert (await trunk_of(api, trunk))["version"] == 2


async def test_a_fix_that_fits_no_more_is_refused(api: Any) -> None:
    trunk = (await api.create())["id"]
    one = await row(api, trunk)
    await api.patch(trunk, source_cidrs=["192.0.2.0/30"])
    refused = await apply(api, one["id"], NETWORK)
    assert (refused.status_code, refused.json()["code"]) == (409, "fix_outdated")
    # the address itself is still offered
    assert (await apply(api, one["id"], ADDRESS)).status_code == 200
    gone = (await api.create(domain_label="gone"))["id"]
    one = await row(api, gone)
    await api.delete(gone)
    assert (await apply(api, one["id"], ADDRESS)).json()["code"] == "fix_outdated"


@pytest.mark.parametrize("fix", ["", "x" * 200, "give_me_root", "allow"])
async def test_what_is_no_fix_is_invalid(api: Any, fix: str) -> None:
    one = await row(api, (await api.create())["id"])
    refused = await apply(api, one["id"], fix)
    assert (refused.status_code, refused.json()["code"]) == (422, "rejection_invalid")
    assert refused.json()["errors"][0]["pointer"] == "/fix"


@pytest.mark.parametrize(
    "fix", ["allow_address:0.0.0.0/0", "allow_network:zzz", "read_as_country:FR", MOVE, ADD, "put_on_plan:+1"]
)
async def test_only_what_is_offered_is_done(api: Any, fix: str) -> None:
    trunk = (await api.create())["id"]
    one = await row(api, trunk)
    refused = await apply(api, one["id"], fix)
    assert (refused.status_code, refused.json()["code"]) == (409, "fix_outdated")
    assert (await trunk_of(api, trunk))["version"] == 1


async def test_a_trunk_with_as_many_networks_as_it_may_have_says_so(api: Any) -> None:
    sources = [f"192.0.2.{place}/32" for place in range(64)]
    one = await row(api, (await api.create(source_cidrs=sources))["id"])
    refused = await apply(api, one["id"], ADDRESS)
    assert (refused.status_code, refused.json()["code"]) == (409, "fix_impossible")


async def test_a_number_is_brought_in_by_phone_sources(api: Any) -> None:
    trunk = (await api.create())["id"]
    one = await row(api, trunk, "number_unknown", "0301234567")
    answer = await apply(api, one["id"], ADD)
    assert (answer.status_code, answer.json()["fixed"]["fix"]) == (200, ADD)
    assert api.phones.held[BERLIN].trunk_id == trunk
    assert (await apply(api, one["id"], ADD)).json() == answer.json()


async def test_a_number_of_another_trunk_is_moved(api: Any) -> None:
    trunk, other = (await api.create())["id"], (await api.create(domain_label="other"))["id"]
    api.feed.number_written(HeldNumber("num_9", "t_a", 1, BERLIN, other))
    api.phones.held[BERLIN] = OwnNumber("num_9", BERLIN, other)
    one = await row(api, trunk, "number_unknown", BERLIN)
    assert one["nearest"] == {"number": BERLIN, "trunk_id": other}
    assert (await apply(api, one["id"], MOVE)).status_code == 200
    assert api.phones.held[BERLIN].trunk_id == trunk


@pytest.mark.parametrize(
    ("problem", "status", "code"),
    [
        (Conflict("number_taken", "this number is held already"), 409, "number_taken"),
        (Forbidden("scope_missing", "no scope numbers:write"), 403, "scope_missing"),
        (Invalid("number_invalid", "1 field is wrong"), 409, "fix_impossible"),
    ],
)
async def test_what_phone_sources_refuses_is_told_and_the_row_stays_open(
    api: Any, problem: Any, status: int, code: str
) -> None:
    one = await row(api, (await api.create())["id"], "number_unknown", BERLIN)
    api.phones.refusing = problem
    refused = await apply(api, one["id"], ADD)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await api.rest.get(f"{PATH}/{one['id']}", headers=api.as_())).json()["state"] == "open"


async def test_a_number_is_put_on_a_plan_that_is_named(api: Any) -> None:
    trunk, fix = (await api.create())["id"], f"put_on_plan:{BERLIN}"
    at = (
        AT,
        "t_a",
        trunk,
        "plan_missing",
        480,
        SaidBy.ROUTER,
        "203.0.113.1",
        BERLIN,
        "",
        BERLIN,
        "call_1",
        "",
    )
    await api.kept.keep([Refusal(*at, Place("router/1", 1))])
    (one,) = (await api.rest.get(PATH, headers=api.as_())).json()["rejections"]
    assert [offered["id"] for offered in one["fixes"]] == [fix]
    path, api.plans.numbers["pln_1"] = f"{PATH}/{one['id']}:applyFix", []
    answers = []
    for plan in ({}, {"plan_id": "pln_2"}, {"plan_id": "pln_1"}, {"plan_id": "pln_1"}):
        answers.append(await api.rest.post(path, json={"fix": fix, **plan}, headers=api.as_()))
    assert [one.status_code for one in answers] == [422, 404, 200, 200]
    assert answers[0].json()["errors"][0]["pointer"] == "/plan_id"
    assert (answers[2].json()["state"], api.plans.numbers) == ("fixed", {"pln_1": [BERLIN]})


async def test_who_applied_a_fix_is_in_the_audit_log(api: Any) -> None:
    trunk = (await api.create())["id"]
    one = await row(api, trunk)
    await apply(api, one["id"], ADDRESS)
    (stored,) = await api.shared.rejections.find({})
    told = AuditEntry.FromString(stored["outbox"][-1]["value"])
    assert (told.actor, told.tenant_id, told.action) == ("dev", "t_a", "changed")
    assert (told.resource, told.resource_id, list(told.fields)) == (
        "rejection",
        one["id"],
        ["fixed", "state"],
    )
    (changed,) = await api.shared.trunks.find({})
    assert [AuditEntry.FromString(entry["value"]).actor for entry in changed["outbox"][1::2]] == [
        "dev",
        "dev",
    ]


async def test_grpc_does_the_same(api: Any) -> None:
    trunk = (await api.create())["id"]
    one = await row(api, trunk)
    stub = api.stub(kind=SipRejectionServiceStub)
    asked = service.ListRejectionsRequest(trunk_id=[trunk], state=[pb.REJECTION_STATE_OPEN])
    (listed,) = (await stub.ListRejections(asked, timeout=30)).rejections
    read = (await stub.GetRejection(service.GetRejectionRequest(id=one["id"]), timeout=30)).rejection
    assert listed == read
    assert (read.detail, [fix.id for fix in read.fixes]) == (one["detail"], [ADDRESS, NETWORK])
    assert read.about == one["about"] == "path"
    assert (read.nearest.network, read.nearest.just_outside) == ("203.0.113.0/30", True)
    applied = await stub.ApplyFix(service.ApplyFixRequest(id=one["id"], fix=ADDRESS), timeout=30)
    assert (applied.rejection.state, applied.rejection.fixed.trunk_version) == (pb.REJECTION_STATE_FIXED, 2)
    problem = await api.problem(stub.ApplyFix(service.ApplyFixRequest(id=one["id"], fix="x"), timeout=30))
    assert (problem.code, problem.violations[0].pointer) == ("rejection_invalid", "/fix")
    other = api.stub("t_b", kind=SipRejectionServiceStub)
    problem = await api.problem(other.GetRejection(service.GetRejectionRequest(id=one["id"]), timeout=30))
    assert problem.code == "rejection_not_found"
