"""Numbers over REST and gRPC: the same rules and the same codes on both."""

import asyncio
from typing import Any

import pytest

from keepline.phone.v1 import phone_service_pb2 as pb

PATH = "/api/v1/phone/numbers"
BERLIN = "+493023125432"


async def test_a_number_lives_from_its_arrival_to_its_end(api: Any) -> None:
    made = await api.bring("030 23125432", label="Front desk")
    assert (made["status"], made["number"], made["version"], made["source"]) == (201, BERLIN, 1, "sip_trunk")
    path = f"{PATH}/{made['id']}"
    assert (await api.rest.get(path, headers=api.as_(role="viewer"))).json()["label"] == "Front desk"
    assert (await api.delete(made["id"])).status_code == 204
    gone = await api.rest.get(path, headers=api.as_())
    assert (gone.status_code, gone.json()["code"]) == (404, "number_not_found")
    assert (await api.delete(made["id"])).status_code == 404


async def test_the_same_over_grpc(api: Any) -> None:
    stub = api.stub()
    made = (await stub.CreateNumber(pb.CreateNumberRequest(number="030 23125432", trunk_id="trk_de"))).number
    assert (made.number, made.tenant_id, made.trunk_id) == (BERLIN, "t_a", "trk_de")
    assert (await stub.GetNumber(pb.GetNumberRequest(id=made.id))).number == made
    assert list((await stub.ListNumbers(pb.ListNumbersRequest())).numbers) == [made]
    await stub.DeleteNumber(pb.DeleteNumberRequest(id=made.id, expected_version=1))
    problem = await api.problem(stub.GetNumber(pb.GetNumberRequest(id=made.id)))
    assert problem.code == "number_not_found"


async def test_national_writing_is_read_in_the_trunks_own_country(api: Any) -> None:
    assert (await api.bring("020 7946 0123", "trk_gb"))["number"] == "+442079460123"


WRONG = [
    ({"number": " ", "trunk_id": "trk_de", "label": ""}, "/number", "number_empty"),
    ({"number": "+4930\r\n23125432", "trunk_id": "trk_de", "label": ""}, "/number", "number_characters"),
    ({"number": "+49${x}", "trunk_id": "trk_de", "label": ""}, "/number", "number_characters"),
    ({"number": "+49,30{}", "trunk_id": "trk_de", "label": ""}, "/number", "number_characters"),
    ({"number": "+" + "4" * 10_000, "trunk_id": "trk_de", "label": ""}, "/number", "number_characters"),
    ({"number": "+999 123456789", "trunk_id": "trk_de", "label": ""}, "/number", "number_unreadable"),
    ({"number": BERLIN, "trunk_id": "trk_de", "label": "a\nb"}, "/label", "label_invalid"),
    ({"number": BERLIN, "trunk_id": "trk_de", "label": "x" * 81}, "/label", "label_invalid"),
    ({"number": BERLIN, "trunk_id": "trk_none", "label": ""}, "/trunk_id", "trunk_not_found"),
    ({"number": BERLIN, "trunk_id": "trk_b", "label": ""}, "/trunk_id", "trunk_not_found"),
]


@pytest.mark.parametrize(("fields", "pointer", "code"), WRONG)
async def test_what_is_wrong_is_told_alike_on_both_sides(
    api: Any, fields: dict[str, str], pointer: str, code: str
) -> None:
    refused = await api.bring(**fields)
    assert (refused["status"], refused["code"]) == (422, "number_invalid")
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [(pointer, code)]
    assert refused["errors"][0]["hint"]
    problem = await api.problem(api.stub().CreateNumber(pb.CreateNumberRequest(**fields)))
    assert problem.code == "number_invalid"
    assert [(v.pointer, v.code) for v in problem.violations] == [(pointer, code)]
    assert (await api.listed())["numbers"] == []


async def test_a_number_that_is_held_is_refused_without_telling_by_whom(api: Any) -> None:
    mine = await api.bring(BERLIN)
    again = await api.bring(BERLIN)
    assert (again["status"], again["code"]) == (409, "number_taken")
    assert [one["pointer"] for one in again["errors"]] == ["/number"]
    assert mine["id"] in again["detail"]
    theirs = await api.bring(BERLIN, "trk_b", "t_b")
    assert (theirs["status"], theirs["code"]) == (409, "number_taken")
    assert "t_a" not in str(theirs)
    assert mine["id"] not in str(theirs)
    problem = await api.problem(
        api.stub("t_b").CreateNumber(pb.CreateNumberRequest(number=BERLIN, trunk_id="trk_b"))
    )
    assert problem.code == "number_taken"


async def test_of_many_who_want_a_number_at_once_one_gets_it(api: Any) -> None:
    wanted = [api.bring(BERLIN), *(api.bring(BERLIN, "trk_b", "t_b") for _ in range(11))]
    statuses = sorted(answer["status"] for answer in await asyncio.gather(*wanted))
    assert statuses == [201] + [409] * 11


async def test_a_number_is_free_again_when_it_was_let_go(api: Any) -> None:
    made = await api.bring(BERLIN)
    await api.delete(made["id"])
    assert (await api.bring(BERLIN, "trk_b", "t_b"))["status"] == 201


async def test_another_tenants_number_is_not_there(api: Any) -> None:
    path = f"{PATH}/{(await api.bring(BERLIN))['id']}"
    for method in ("GET", "PATCH", "DELETE"):
        headers = api.as_("t_b") | {"if-match": "*"}
        answer = await api.rest.request(method, path, json={}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "number_not_found")
    assert (await api.listed("t_b"))["numbers"] == []
    assert (await api.rest.get(path, headers=api.as_())).status_code == 200


async def test_a_tenant_has_no_more_numbers_than_it_may_and_another_does_not_feel_it(api: Any) -> None:
    wanted = [api.bring(f"+4930231254{last}") for last in range(10, 35)]
    answers = await asyncio.gather(*wanted)
    assert sorted(answer["status"] for answer in answers) == [201] * 20 + [409] * 5
    refused = next(answer for answer in answers if answer["status"] == 409)
    assert (refused["code"], bool(refused["hint"])) == ("quota_numbers", True)
    problem = await api.problem(
        api.stub().CreateNumber(pb.CreateNumberRequest(number=BERLIN, trunk_id="trk_de"))
    )
    assert problem.code == "quota_numbers"
    assert (await api.bring(BERLIN, "trk_b", "t_b"))["status"] == 201
    made = next(answer for answer in answers if answer["status"] == 201)
    await api.delete(made["id"])
    assert (await api.bring("020 7946 0123", "trk_gb"))["status"] == 201


async def test_a_node_reaches_no_number(api: Any) -> None:
    made = await api.bring(BERLIN)
    for path in (PATH, f"{PATH}/{made['id']}"):
        answer = await api.rest.get(path, headers=api.as_(role="node"))
        assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden")
    problem = await api.problem(api.stub(role="node").ListNumbers(pb.ListNumbersRequest()))
    assert problem.code == "role_forbidden"


async def test_only_owners_and_admins_write(api: Any) -> None:
    body = {"number": BERLIN, "trunk_id": "trk_de"}
    for role, status in (("viewer", 403), ("node", 403), ("admin", 201)):
        answer = await api.rest.post(PATH, json=body, headers=api.as_(role=role))
        assert answer.status_code == status, role
    assert (await api.rest.post(PATH, json=body)).status_code == 401


async def test_while_nobody_can_say_whose_a_trunk_is_nothing_is_written(api: Any) -> None:
    api.trunks.away = True
    refused = await api.bring(BERLIN)
    assert (refused["status"], refused["code"]) == (503, "trunks_unavailable")
    api.trunks.away = False
    assert (await api.bring(BERLIN))["status"] == 201


async def test_the_list_comes_in_pages_and_by_filter(api: Any) -> None:
    for last in range(5):
        await api.bring(f"+49302312543{last}", label=f"Desk {last}")
    await api.bring("020 7946 0123", "trk_gb", label="London (night)")
    seen: list[str] = []
    token = ""
    while True:
        page = await api.listed(
            page_size=2, order_by="number desc", **({"page_token": token} if token else {})
        )
        seen += [one["number"] for one in page["numbers"]]
        if "next_page_token" not in page:
            break
        token = page["next_page_token"]
    assert len(seen) == 6
    assert seen == sorted(seen, reverse=True)
    assert [n["label"] for n in (await api.listed(trunk_id="trk_gb"))["numbers"]] == ["London (night)"]
    assert [n["label"] for n in (await api.listed(q="(NIGHT"))["numbers"]] == ["London (night)"]
    assert len((await api.listed(q="2312543"))["numbers"]) == 5
    assert (await api.listed(q=".*"))["numbers"] == []
    refused = await api.listed(page_token="nonsense", page_size=501, order_by="colour", pagesize=2)
    assert (refused["status"], {e["code"] for e in refused["errors"]}) == (
        422,
        {"page_token_invalid", "page_size_invalid", "order_by_invalid", "parameter_unknown"},
    )


async def test_a_body_that_is_none_is_refused_with_its_place(api: Any) -> None:
    for body, pointer in (
        ({"trunk_id": "trk_de"}, "/number"),
        ({"number": 5, "trunk_id": "trk_de"}, "/number"),
        ({"number": BERLIN, "trunk_id": "trk_de", "tenant_id": "t_b"}, "/tenant_id"),
    ):
        answer = await api.rest.post(PATH, json=body, headers=api.as_())
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]


async def test_a_number_that_the_edges_cannot_hold_is_refused(api: Any) -> None:
    api.trunks.left = 1
    assert (await api.bring("030 23125432"))["status"] == 201
    api.trunks.left = 0
    refused = await api.bring("030 23125433")
    assert (refused["status"], refused["code"], bool(refused["hint"])) == (409, "edges_full", True)
    api.trunks.left = None
    assert (await api.bring("030 23125433"))["status"] == 201
