"""Numbers keep the one rule of every resource (docs/api.md), can be moved, and tell what names them."""

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from keepline.phone.v1 import phone_service_pb2 as pb
from keepline.phone.v1.number_pb2 import Number
from servicekit.api.idempotency import BUSY_SECONDS

BERLIN, PATH = "+493023125432", "/api/v1/phone/numbers"


async def test_a_number_gets_another_label_and_moves_to_another_trunk(api: Any) -> None:
    made = await api.bring(BERLIN, label="Front desk")
    moved = await api.patch(made["id"], if_match='"1"', trunk_id="trk_gb")
    assert (moved["status"], moved["version"], moved["trunk_id"]) == (200, 2, "trk_gb")
    assert (moved["number"], moved["label"]) == (BERLIN, "Front desk")
    late = await api.patch(made["id"], if_match='"1"', label="Bar")
    assert (late["status"], late["code"]) == (412, "version_mismatch")
    assert "label" not in await api.patch(made["id"], label=None)
    assert (await api.read(made["id"]))["version"] == 3
    entries = (await api.collection.find_one({"_id": made["id"]}))["outbox"]
    assert [entry["seq"] for entry in entries] == [1, 1.5, 2, 2.5, 3, 3.5]


async def test_the_same_over_grpc(api: Any) -> None:
    made = await api.bring(BERLIN, label="Front desk")
    stub = api.stub()

    def update(*mask: str, **version: Any) -> Any:
        asked = Number(id=made["id"], trunk_id="trk_gb")
        return stub.UpdateNumber(
            pb.UpdateNumberRequest(number=asked, update_mask=FieldMask(paths=mask), **version)
        )

    assert (await api.problem(update("trunk_id"))).code == "precondition_required"
    moved = (await update("trunk_id", "label", expected_version=1)).number
    assert (moved.trunk_id, moved.label, moved.version) == ("trk_gb", "", 2)
    assert (await api.problem(update("trunk_id", expected_version=1))).code == "version_mismatch"
    assert (await update("trunk_id", any_version=True)).number == moved
    unfit = await api.problem(update("number", any_version=True))
    assert [(v.pointer, v.code) for v in unfit.violations] == [("/number", "field_read_only")]
    assert (await api.problem(update("colour", any_version=True))).code == "update_mask_invalid"


async def test_what_was_read_can_be_written_back_and_what_cannot_be_changed_says_so(api: Any) -> None:
    made = await api.bring(BERLIN, label="Front desk")
    body = await api.read(made["id"])
    del body["status"]
    assert (await api.patch(made["id"], **body))["version"] == 1
    wrong = {"number": "+442079460123", "trunk_id": None, "source": "twilio", "label": 5, "colour": "red"}
    refused = await api.patch(made["id"], **wrong)
    assert {(e["pointer"], e["code"]) for e in refused["errors"]} == {
        ("/number", "field_read_only"),
        ("/trunk_id", "field_not_resettable"),
        ("/source", "field_read_only"),
        ("/label", "field_type"),
        ("/colour", "field_unknown"),
    }
    assert (await api.read(made["id"]))["version"] == 1


async def test_all_faults_of_a_number_come_at_once(api: Any) -> None:
    refused = await api.bring("+49 30", "trk_none", label="a\nb", colour="red")
    assert (refused["status"], refused["code"]) == (422, "number_invalid")
    assert {(e["pointer"], e["code"]) for e in refused["errors"]} == {
        ("/colour", "field_unknown"),
        ("/label", "label_invalid"),
        ("/number", "number_without_area"),
        ("/trunk_id", "trunk_not_found"),
    }
    assert all(e["hint"] for e in refused["errors"])


@pytest.mark.parametrize("trunk_id", ["trk_b", "trk_none", ""])
async def test_a_number_moves_to_no_trunk_that_its_tenant_does_not_have(api: Any, trunk_id: str) -> None:
    made = await api.bring(BERLIN)
    refused = await api.patch(made["id"], trunk_id=trunk_id)
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [("/trunk_id", "trunk_not_found")]
    assert (await api.read(made["id"]))["trunk_id"] == "trk_de"


async def test_a_number_of_a_trunk_that_is_gone_shows_it_and_can_be_moved(api: Any) -> None:
    made = await api.bring(BERLIN)
    assert made["dangling"] == []
    del api.trunks.known["trk_de"]
    shown = (await api.read(made["id"]))["dangling"]
    assert [(one["pointer"], one["code"], bool(one["hint"])) for one in shown] == [
        ("/trunk_id", "trunk_not_found", True)
    ]
    assert (await api.listed())["numbers"][0]["dangling"] == shown
    got = (await api.stub().GetNumber(pb.GetNumberRequest(id=made["id"]))).number
    assert [(one.field, one.code) for one in got.dangling] == [("trunk_id", "trunk_not_found")]
    assert (await api.patch(made["id"], label="Still mine"))["status"] == 200
    api.trunks.left = 0
    assert (await api.patch(made["id"], trunk_id="trk_gb"))["code"] == "edges_full"
    api.trunks.left = None
    assert (await api.patch(made["id"], trunk_id="trk_gb"))["dangling"] == []


async def test_a_number_that_a_plan_names_is_not_deleted(api: Any) -> None:
    made = await api.bring(BERLIN)
    api.plans.named[BERLIN] = ["pln_1", "pln_2"]
    refused = await api.delete(made["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "number_in_use")
    assert [(e["code"], e["detail"]) for e in refused.json()["errors"]] == [
        ("named_by_plan", "pln_1"),
        ("named_by_plan", "pln_2"),
    ]
    gone = pb.DeleteNumberRequest(id=made["id"], any_version=True)
    assert (await api.problem(api.stub().DeleteNumber(gone))).code == "number_in_use"
    api.plans.named.clear()
    assert (await api.delete(made["id"])).status_code == 204


async def test_a_change_says_which_version_it_is_meant_for(api: Any) -> None:
    made = await api.bring(BERLIN)
    path = f"{PATH}/{made['id']}"
    for method in ("PATCH", "DELETE"):
        answer = await api.rest.request(method, path, json={"label": "x"}, headers=api.as_())
        assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")
    read = await api.rest.get(path, headers=api.as_())
    same = await api.rest.get(path, headers=api.as_() | {"if-none-match": read.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert (await api.delete(made["id"], if_match='"2"')).status_code == 412
    assert (await api.delete(made["id"], if_match=read.headers["etag"])).status_code == 204
    assert (await api.rest.put(path, json={}, headers=api.as_())).status_code == 405


async def test_a_repeated_post_brings_one_number_in_and_gets_one_answer(api: Any) -> None:
    first = await api.bring(BERLIN, key="6b1f")
    assert await api.bring(BERLIN, key="6b1f") == first
    other = await api.bring("+442079460123", key="6b1f")
    assert (other["status"], other["code"]) == (422, "idempotency_key_reused")
    assert len((await api.listed())["numbers"]) == 1
    stub, asked = api.stub(), pb.CreateNumberRequest(number="+442079460123", trunk_id="trk_gb")
    metadata = (("idempotency-key", "77aa"),)
    made = await stub.CreateNumber(asked, metadata=metadata)
    assert await stub.CreateNumber(asked, metadata=metadata) == made


async def test_what_was_written_before_its_process_died_is_found_by_the_retry(api: Any) -> None:
    first = await api.bring(BERLIN, key="6b1f")
    kept = await api.keys.find_one({})
    await api.keys.update_one({"_id": kept["_id"]}, {"$set": {"answer": None}})
    api.clock.advance(BUSY_SECONDS + 1)
    again = await api.bring(BERLIN, key="6b1f")
    assert (again["status"], again["id"]) == (201, first["id"])
    assert len((await api.listed())["numbers"]) == 1


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"number": ["+493023125430", "+493023125431"]}, ["Desk 0", "Desk 1"]),
    ({"trunk_id": "trk_gb"}, ["London"]),
    ({"label": ["Desk 2", "London"]}, ["Desk 2", "London"]),
    ({"trunk_id": ["trk_de", "trk_gb"], "order_by": "label desc", "page_size": 2}, ["London", "Desk 2"]),
    ({"created_at_before": "2000-01-01T00:00:00Z"}, []),
    ({"created_at_after": "2000-01-01T00:00:00+01:00", "q": "lon"}, ["London"]),
]


@pytest.mark.parametrize(("query", "labels"), FILTERS)
async def test_the_list_is_asked_by_its_fields(api: Any, query: dict[str, Any], labels: list[str]) -> None:
    for last in range(3):
        await api.bring(f"+49302312543{last}", label=f"Desk {last}")
    await api.bring("+442079460123", "trk_gb", label="London")
    found = await api.listed(**query, fields="label")
    assert found["numbers"] == [{"label": label} for label in labels]


WRONG = [
    ("number=%2B442079460123&number=020%207946%200123", "/number", "number_not_e164", "with +"),
    ("number=+442079460123", "/number", "number_not_e164", "%2B442079460123"),
    ("number=442079460123", "/number", "number_not_e164", "with +"),
    ("number=", "/number", "number_not_e164", "with +"),
    ("created_at_after=1795615906", "/created_at_after", "parameter_invalid", "RFC 3339"),
    ("created_at_after=2026-11-23", "/created_at_after", "parameter_invalid", "RFC 3339"),
    ("created_at_after=2026-11-23T09:00:00", "/created_at_after", "parameter_invalid", "RFC 3339"),
    ("enabled=false", "/enabled", "parameter_unknown", "known are"),
]


@pytest.mark.parametrize(("query", "pointer", "code", "hint"), WRONG)
async def test_a_question_that_cannot_be_meant_is_no_empty_list(
    api: Any, query: str, pointer: str, code: str, hint: str
) -> None:
    answer = await api.rest.get(f"{PATH}?{query}", headers=api.as_())
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (pointer, code)
    assert hint in fault["hint"]


async def test_the_list_is_asked_by_the_same_names_over_grpc(api: Any) -> None:
    made = await api.bring(BERLIN, label="Front desk")
    await api.bring("+442079460123", "trk_gb")
    stub = api.stub()
    asked = pb.ListNumbersRequest(number=[BERLIN], order_by="label", fields=FieldMask(paths=["id", "label"]))
    assert list((await stub.ListNumbers(asked)).numbers) == [Number(id=made["id"], label="Front desk")]
    refused = await api.problem(stub.ListNumbers(pb.ListNumbersRequest(number=["030 23125432"])))
    assert [(v.pointer, v.code) for v in refused.violations] == [("/number", "number_not_e164")]
