"""validate_only of a number: the answer of the write, and nothing is written."""

from typing import Any

from keepline.phone.v1 import phone_service_pb2 as pb
from keepline.phone.v1.number_pb2 import Number

PATH = "/api/v1/phone/numbers"
BERLIN, OTHER = "+493023125432", "+493023125433"


async def tried(api: Any, body: Any, *, key: str = "", only: str = "true") -> Any:
    headers = api.as_() | ({"idempotency-key": key} if key else {})
    answer = await api.rest.post(PATH, params={"validate_only": only}, json=body, headers=headers)
    return dict(answer.json(), status=answer.status_code)


async def test_a_number_is_only_validated(api: Any) -> None:
    body = {"number": "030 23125432", "trunk_id": "trk_de", "label": "Desk"}
    would = await tried(api, body, key="mine")
    made = await api.bring(**body, key="mine")  # the key was not used
    assert (would["status"], made["status"]) == (200, 201)
    assert would | {"id": made["id"], "status": 201} == made
    changed = await api.rest.patch(
        f"{PATH}/{made['id']}?validate_only=true",
        json={"trunk_id": "trk_gb"},
        headers=api.as_() | {"if-match": '"1"'},
    )
    assert (changed.json()["trunk_id"], changed.json()["version"]) == ("trk_gb", 2)
    now = await api.collection.find_one({"_id": made["id"]})
    assert (now["trunk_id"], now["version"], len(now["outbox"])) == ("trk_de", 1, 2)


async def test_it_is_refused_as_the_write_would_be(api: Any) -> None:
    made = await api.bring(BERLIN)
    for body in (
        {"number": BERLIN, "trunk_id": "trk_gb"},
        {"number": "112", "trunk_id": "trk_b", "label": "a\nb", "colour": "red"},
        {"trunk_id": "trk_de"},
    ):
        would, would_not = await tried(api, body), await tried(api, body, only="false")
        for told in (would, would_not):
            del told["request_id"], told["trace_id"]
        assert would["status"] in (409, 422) and would == would_not
    headers, moved = api.as_() | {"if-match": '"7"'}, {"trunk_id": "trk_gb"}
    late = await api.rest.patch(f"{PATH}/{made['id']}?validate_only=true", json=moved, headers=headers)
    assert (late.status_code, late.json()["code"]) == (412, "version_mismatch")
    for wrong, code in (
        ("?validate_only=yes", "parameter_invalid"),
        ("?validateonly=1", "parameter_unknown"),
    ):
        answer = await api.rest.post(
            PATH + wrong, json={"number": OTHER, "trunk_id": "trk_de"}, headers=api.as_()
        )
        assert [one["code"] for one in answer.json()["errors"]] == [code]
    twice = f"{PATH}?validate_only=true&validate_only=false"
    answer = await api.rest.post(twice, json={"number": OTHER, "trunk_id": "trk_de"}, headers=api.as_())
    assert [one["code"] for one in answer.json()["errors"]] == ["parameter_repeated"]
    assert len((await api.listed())["numbers"]) == 1


async def test_a_quota_counts_while_validating(api: Any) -> None:
    for last in range(10, 30):
        await api.bring(f"+4930231254{last}")
    assert (await tried(api, {"number": BERLIN, "trunk_id": "trk_de"}))["code"] == "quota_numbers"


async def test_the_same_over_grpc(api: Any) -> None:
    asked = {"number": BERLIN, "trunk_id": "trk_de"}
    would = (await api.stub().CreateNumber(pb.CreateNumberRequest(**asked, validate_only=True))).number
    assert (would.id, would.number, would.version) == ("", BERLIN, 1)
    made = (await api.stub().CreateNumber(pb.CreateNumberRequest(**asked))).number
    change = pb.UpdateNumberRequest(
        number=Number(id=made.id, label="Bar"), any_version=True, validate_only=True
    )
    assert (await api.stub().UpdateNumber(change)).number.label == "Bar"
    assert (await api.stub().GetNumber(pb.GetNumberRequest(id=made.id))).number == made
