"""The newest call of each of many numbers, or trunks."""

from datetime import timedelta
from typing import Any

import pytest

from call_router.domain.call_event import CallEnded, CallEvent, CallRouted, CallStarted, WholeCall
from call_router.domain.explain import explain
from keepline.routing.v1 import call_log_pb2 as pb
from keepline.routing.v1.call_log_pb2_grpc import CallLogStub
from servicekit.testing import FakeClock

PATH = "/api/v1/calls/latest"
NUMBER, OTHER, CALLER = "+49301234567", "+49301234999", "+4917012345678"


async def kept(api: Any, call_id: str, minute: int, called: str = "0301234567", tenant: str = "t_a") -> None:
    decision = explain(api.world.route(called))
    at = FakeClock().now() + timedelta(minutes=minute)
    facts: list[Any] = [CallStarted(CALLER, called, "127.0.1.5:5060"), CallRouted(decision)]
    if not decision.legs:
        whole = WholeCall(at, None, CALLER, called, "127.0.1.5:5060", refusal_code=decision.code)
        facts.append(CallEnded("CALL_REJECTED", 404, 10, 0, None, "keepline", whole))
    await api.log.keep([CallEvent(call_id, at, tenant, "trk_a", fact, 1, "sw1") for fact in facts])


async def read(api: Any, tenant: str = "t_a", **asked: Any) -> Any:
    answer = await api.rest.get(PATH, params=asked, headers=api.as_(tenant, "viewer"))
    return dict(answer.json(), status=answer.status_code)


async def test_each_number_has_its_newest_call(api: Any) -> None:
    await kept(api, "call_2", 5)
    await kept(api, "call_1", 1)
    told = await read(api, number=[OTHER, NUMBER, OTHER])
    assert [one["number"] for one in told["latest"]] == [OTHER, NUMBER]
    assert "call" not in told["latest"][0]
    call = told["latest"][1]["call"]
    assert (call["id"], call["answered"], call["caller"]) == ("call_2", False, CALLER)
    assert call["started_at"].endswith("Z") and "refusal_code" not in call


async def test_each_trunk_too_and_a_refusal_says_why(api: Any) -> None:
    await kept(api, "call_1", 1)
    await kept(api, "call_2", 2, called="0309999999")
    (told,) = (await read(api, trunk_id="trk_a"))["latest"]
    assert (told["trunk_id"], told["call"]["id"]) == ("trk_a", "call_2")
    assert told["call"]["refusal_code"] == "number_unknown"


async def test_another_tenants_calls_are_not_there(api: Any) -> None:
    await kept(api, "call_1", 1)
    for asked in ({"number": NUMBER}, {"trunk_id": "trk_a"}):
        (told,) = (await read(api, "t_b", **asked))["latest"]
        assert "call" not in told


@pytest.mark.parametrize(
    ("asked", "pointer", "code"),
    [
        ({}, "/number", "parameter_invalid"),
        ({"number": NUMBER, "trunk_id": "trk_a"}, "/number", "parameter_invalid"),
        ({"number": "0301234567"}, "/number", "number_not_e164"),
        ({"trunk_id": ["trk_1"] * 201}, "/trunk_id", "parameter_invalid"),
        ({"trunk_id": "a\x00"}, "/trunk_id", "parameter_invalid"),
        ({"trunk_id": "trk_a", "order_by": "id"}, "/order_by", "parameter_unknown"),
    ],
)
async def test_what_cannot_be_asked_is_refused(api: Any, asked: Any, pointer: str, code: str) -> None:
    refused = await read(api, **asked)
    assert (refused["status"], refused["code"]) == (422, "request_invalid")
    assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [(pointer, code)]


async def test_two_hundred_are_asked_at_once(api: Any) -> None:
    await kept(api, "call_1", 1)
    many = [f"+4930{place:07}" for place in range(199)]
    told = await read(api, number=[*many, NUMBER])
    assert [one["number"] for one in told["latest"] if "call" in one] == [NUMBER]


async def test_the_same_over_grpc(api: Any) -> None:
    await kept(api, "call_1", 1)
    stub = api.stub(kind=CallLogStub, role="viewer")
    told = (await stub.GetLatestCalls(pb.GetLatestCallsRequest(number=[OTHER, NUMBER]))).latest
    assert [(one.number, one.call.id) for one in told] == [(OTHER, ""), (NUMBER, "call_1")]
    assert not told[0].HasField("call")
    problem = await api.problem(stub.GetLatestCalls(pb.GetLatestCallsRequest()))
    assert problem.code == "request_invalid"
