"""Onboardings over REST and gRPC: saved at each step, ended once, and seen by nobody else."""

from typing import Any

import pytest

from keepline.sip.v1 import onboarding_pb2 as pb
from keepline.sip.v1 import onboarding_service_pb2 as service
from keepline.sip.v1.onboarding_service_pb2_grpc import OnboardingServiceStub
from keepline.types.v1 import onboarding_pb2 as types
from servicekit.api import messages

PATH = "/api/v1/sip/onboardings"
BERLIN = {"number_id": "num_1", "number": "+49301234567"}


async def begin(api: Any, tenant: str = "t_a", **fields: Any) -> Any:
    answer = await api.rest.post(PATH, json={"line": "trunk", **fields}, headers=api.as_(tenant))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def patch(api: Any, one: Any, tenant: str = "t_a", if_match: str = "*", **fields: Any) -> Any:
    headers = api.as_(tenant) | {"if-match": if_match}
    answer = await api.rest.patch(f"{PATH}/{one['id']}", json=fields, headers=headers)
    return dict(answer.json(), status=answer.status_code)


async def act(api: Any, one: Any, deed: str, body: Any = None, **who: str) -> Any:
    answer = await api.rest.post(f"{PATH}/{one['id']}:{deed}", json=body, headers=api.as_(**who))
    return dict(answer.json(), status=answer.status_code)


def done(one: Any) -> list[str]:
    return [step["step"] for step in one["steps"] if "done_at" in step]


async def finished(api: Any) -> Any:
    """All steps but the call."""
    trunk = (await api.create())["id"]
    one = await begin(api, trunk_id=trunk)
    return await patch(api, one, numbers=[BERLIN], agent_id="agt_1", plan_id="pln_1")


async def test_an_onboarding_goes_step_by_step_until_it_is_live(api: Any) -> None:
    trunk = (await api.create())["id"]
    one = await begin(api)
    assert (done(one), one["next_step"], one["state"], one["version"]) == (["line"], "provider", "open", 1)
    one = await patch(api, one, if_match='"1"', provider_name=" Acme ", trunk_id=trunk)
    assert (one["next_step"], one["provider_name"], one["version"]) == ("numbers", "Acme", 2)
    one = await patch(api, one, numbers=[BERLIN])
    assert (one["next_step"], one["numbers"]) == ("agent", [BERLIN])
    assert (await patch(api, one, agent_id="agt_1"))["next_step"] == "agent"
    one = await patch(api, one, plan_id="pln_1")
    assert (one["next_step"], "armed_at" in one) == ("call", False)
    api.shared.clock.advance(60)
    one = await patch(api, one, armed=True)
    assert one["armed_at"] == "2026-11-23T09:01:00.000Z"
    refused = await act(api, one, "goLive", {"emergency_acknowledged": True})
    assert (refused["status"], refused["code"], refused["detail"]) == (
        409,
        "onboarding_unfinished",
        "not done yet: call",
    )
    one = await act(api, one, "skipTest")
    assert (one["status"], "next_step" in one, "tested" in one) == (200, False, False)
    live = await act(api, one, "goLive", {"emergency_acknowledged": True})
    at = "2026-11-23T09:01:00.000Z"
    assert (live["state"], live["live_at"], live["skipped_test_at"]) == ("live", at, at)
    assert await act(api, one, "goLive", {"emergency_acknowledged": True}) == live
    read = await api.rest.get(f"{PATH}/{one['id']}", headers=api.as_(role="viewer"))
    assert dict(read.json(), status=200) == live
    for refused in (await patch(api, one, provider_name="Other"), await act(api, one, "skipTest")):
        assert (refused["status"], refused["code"]) == (409, "onboarding_live")


@pytest.mark.parametrize("body", [{}, {"emergency_acknowledged": False}])
async def test_nobody_is_live_without_a_word_about_emergency_calls(api: Any, body: Any) -> None:
    one = await act(api, await finished(api), "skipTest")
    refused = await act(api, one, "goLive", body)
    assert (refused["status"], refused["code"]) == (422, "emergency_unacknowledged")
    assert refused["errors"][0]["pointer"] == "/emergency_acknowledged"


async def test_a_step_is_undone_with_what_it_stood_on(api: Any) -> None:
    one = await finished(api)
    at = {step["step"]: step.get("done_at") for step in one["steps"]}
    api.shared.clock.advance(5)
    one = await patch(api, one, numbers=[], plan_id=None)
    assert (done(one), one["next_step"], "plan_id" in one) == (["line", "provider"], "numbers", False)
    again = await patch(api, one, numbers=[BERLIN], plan_id="pln_2")
    steps = {step["step"]: step.get("done_at") for step in again["steps"]}
    assert (steps["provider"], steps["numbers"]) == (at["provider"], "2026-11-23T09:00:05.000Z")
    assert (await patch(api, again, plan_id="pln_2"))["version"] == again["version"]


WRONG = [
    ({"line": "fax"}, "/line", "line_unknown"),
    ({"line": None}, "/line", "field_not_resettable"),
    ({"provider_name": "a\nb"}, "/provider_name", "name_invalid"),
    ({"trunk_id": "trk_other"}, "/trunk_id", "trunk_not_found"),
    ({"numbers": [{"number_id": "num_1", "number": "030 1234567"}]}, "/numbers/0/number", "number_not_e164"),
    ({"numbers": [{"number_id": "num 1", "number": "+49301234567"}]}, "/numbers/0/number_id", "id_invalid"),
    ({"numbers": [{"number_id": "num_1"}]}, "/numbers/0/number", "field_missing"),
    ({"numbers": [BERLIN] * 1001}, "/numbers", "numbers_too_many"),
    ({"agent_id": "<script>"}, "/agent_id", "id_invalid"),
    ({"plan_id": "x" * 65}, "/plan_id", "id_invalid"),
    ({"armed": "yes"}, "/armed", "field_type"),
    ({"state": "live"}, "/state", "field_read_only"),
    ({"tested": {"call_id": "call_1"}}, "/tested", "field_read_only"),
]


@pytest.mark.parametrize(("fields", "pointer", "code"), WRONG)
async def test_what_is_wrong_is_told_and_nothing_is_saved(
    api: Any, fields: Any, pointer: str, code: str
) -> None:
    one = await begin(api)
    refused = await patch(api, one, **fields)
    assert (refused["status"], refused["code"]) == (422, "onboarding_invalid")
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [(pointer, code)]
    assert (await api.rest.get(f"{PATH}/{one['id']}", headers=api.as_())).json() == one


async def test_another_tenants_onboarding_and_trunk_are_not_there(api: Any) -> None:
    theirs = (await api.create("t_b", domain_label="theirs"))["id"]
    one = await begin(api)
    assert (await patch(api, one, trunk_id=theirs))["errors"][0]["code"] == "trunk_not_found"
    path, headers = f"{PATH}/{one['id']}", api.as_("t_b") | {"if-match": "*"}
    for method, deed, body in (
        ("GET", "", None),
        ("PATCH", "", {}),
        ("DELETE", "", None),
        ("POST", ":skipTest", None),
        ("POST", ":goLive", {"emergency_acknowledged": True}),
    ):
        answer = await api.rest.request(method, path + deed, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "onboarding_not_found"), (method, deed)
    assert (await api.rest.get(PATH, headers=api.as_("t_b"))).json() == {"onboardings": []}


async def test_a_trunk_that_is_gone_holds_up_no_other_change(api: Any) -> None:
    one = await finished(api)
    assert (await api.delete(one["trunk_id"])).status_code == 204
    one = await patch(api, one, armed=True)
    assert (one["status"], "armed_at" in one) == (200, True)
    assert (await patch(api, one, trunk_id="trk_other"))["errors"][0]["code"] == "trunk_not_found"


async def test_only_owners_and_admins_write(api: Any) -> None:
    one = await finished(api)
    for role in ("viewer", "operator", "node"):
        headers = api.as_(role=role) | {"if-match": "*"}
        for method, at, body in (
            ("POST", PATH, {"line": "trunk"}),
            ("PATCH", f"{PATH}/{one['id']}", {}),
            ("DELETE", f"{PATH}/{one['id']}", None),
            ("POST", f"{PATH}/{one['id']}:skipTest", None),
            ("POST", f"{PATH}/{one['id']}:goLive", {}),
        ):
            answer = await api.rest.request(method, at, json=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden"), (role, method, at)


async def test_the_list_is_filtered_and_the_newest_come_first(api: Any) -> None:
    first = await begin(api)
    api.shared.clock.advance(1)
    second = await begin(api, line="port")

    async def listed(**query: str) -> list[str]:
        answer = await api.rest.get(PATH, params=query, headers=api.as_(role="viewer"))
        return [one["id"] for one in answer.json()["onboardings"]]

    assert await listed() == [second["id"], first["id"]]
    assert await listed(state="open", line="trunk") == [first["id"]]
    assert await listed(state="live") == []
    assert await listed(created_at_after=first["created_at"]) == [second["id"]]


async def test_what_was_deleted_is_gone_and_a_tenant_has_no_more_than_it_may(api: Any) -> None:
    made = [await begin(api) for _ in range(20)]
    refused = await api.rest.post(PATH, json={"line": "trunk"}, headers=api.as_())
    assert (refused.status_code, refused.json()["code"]) == (409, "quota_onboardings")
    path, headers = f"{PATH}/{made[0]['id']}", api.as_() | {"if-match": '"1"'}
    assert (await api.rest.delete(path, headers=headers)).status_code == 204
    assert (await api.rest.get(path, headers=api.as_())).status_code == 404
    assert (await api.rest.delete(path, headers=headers)).status_code == 404
    await begin(api)
    await begin(api, "t_b")


async def test_a_repeated_post_makes_one(api: Any) -> None:
    headers = api.as_() | {"idempotency-key": "one"}
    answers = [await api.rest.post(PATH, json={"line": "port"}, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len((await api.rest.get(PATH, headers=api.as_())).json()["onboardings"]) == 1


async def test_grpc_does_the_same(api: Any) -> None:
    trunk = (await api.create())["id"]
    stub = api.stub(kind=OnboardingServiceStub)
    asked = service.CreateOnboardingRequest(line=types.ONBOARDING_LINE_TRUNK, trunk_id=trunk)
    made = (await stub.CreateOnboarding(asked, timeout=30)).onboarding
    assert (made.state, made.next_step) == (pb.ONBOARDING_STATE_OPEN, types.ONBOARDING_STEP_NUMBERS)
    assert not made.HasField("agent_id")
    change = pb.Onboarding(id=made.id, numbers=[pb.OnboardingNumber(**BERLIN)], agent_id="agt_1", armed=True)
    update = service.UpdateOnboardingRequest(onboarding=change, expected_version=1)
    assert (await stub.UpdateOnboarding(update, timeout=30)).onboarding.HasField("armed_at")
    assert (await api.problem(stub.UpdateOnboarding(update, timeout=30))).code == "version_mismatch"
    plan = pb.Onboarding(id=made.id, plan_id="pln_1")
    unset = service.UpdateOnboardingRequest(onboarding=plan, any_version=True)
    unset.update_mask.paths.extend(["plan_id", "armed"])
    assert not (await stub.UpdateOnboarding(unset, timeout=30)).onboarding.HasField("armed_at")
    live = service.GoLiveRequest(id=made.id, emergency_acknowledged=True)
    problem = await api.problem(stub.GoLive(live, timeout=30))
    assert (problem.code, problem.grpc_status) == ("onboarding_unfinished", "ALREADY_EXISTS")
    assert (await stub.SkipTest(service.SkipTestRequest(id=made.id), timeout=30)).onboarding.next_step == 0
    problem = await api.problem(stub.GoLive(service.GoLiveRequest(id=made.id), timeout=30))
    assert (problem.code, problem.violations[0].pointer) == (
        "emergency_unacknowledged",
        "/emergency_acknowledged",
    )
    told = (await stub.GoLive(live, timeout=30)).onboarding
    assert (await stub.GetOnboarding(service.GetOnboardingRequest(id=made.id), timeout=30)).onboarding == told
    listing = service.ListOnboardingsRequest(state=[pb.ONBOARDING_STATE_LIVE], trunk_id=[trunk])
    assert list((await stub.ListOnboardings(listing, timeout=30)).onboardings) == [told]
    read = (await api.rest.get(f"{PATH}/{made.id}", headers=api.as_())).json()
    assert messages.document(told) == read
    api.shared.clock.advance(1)
    operator = api.stub("platform", "operator", OnboardingServiceStub)
    success = (await operator.GetOnboardingSuccess(service.GetOnboardingSuccessRequest(), timeout=30)).success
    assert (success.begun, success.live_untested, success.completion_rate) == (1, 1, 1.0)
    problem = await api.problem(stub.GetOnboardingSuccess(service.GetOnboardingSuccessRequest(), timeout=30))
    assert problem.code == "role_forbidden"
    gone = service.DeleteOnboardingRequest(id=made.id, any_version=True)
    await stub.DeleteOnboarding(gone, timeout=30)
    assert (await api.problem(stub.DeleteOnboarding(gone, timeout=30))).code == "onboarding_not_found"


async def test_all_that_one_request_brings_in_are_named_by_one(api: Any) -> None:
    many = [{"number_id": f"num_{place}", "number": f"+4930{place:07}"} for place in range(1000)]
    assert (await begin(api, numbers=many))["numbers"] == many
