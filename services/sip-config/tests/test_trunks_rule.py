"""The one rule of every resource (docs/api.md), by the trunks: over REST, and the same over gRPC."""

import asyncio
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp

from keepline.sip.v1 import trunk_service_pb2 as pb
from keepline.sip.v1.trunk_pb2 import Trunk
from keepline.types.v1.endpoint_pb2 import TRANSPORT_TCP, SipEndpoint
from servicekit.api.idempotency import BUSY_SECONDS
from sip_config.adapters.trunk_shape import TrunkPage, TrunkWithPlace
from sip_config.domain.human_agents import HumanAgent
from sip_config.domain.known_records import HeldNumber

PATH = "/api/v1/sip/trunks"


async def test_an_object_has_a_tag_that_guards_its_changes(api: Any) -> None:
    made = await api.create()
    path = f"{PATH}/{made['id']}"
    read = await api.rest.get(path, headers=api.as_())
    tag = read.headers["etag"]
    assert tag.startswith('"1-')
    changed = await api.rest.patch(path, json={"name": "Acme 2"}, headers=api.as_() | {"if-match": tag})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    for method in ("PATCH", "DELETE"):
        late = await api.rest.request(method, path, json={"name": "x"}, headers=api.as_() | {"if-match": tag})
        assert (late.status_code, late.json()["code"]) == (412, "version_mismatch")
        assert "2" in late.json()["detail"]
        free = await api.rest.request(method, path, json={"name": "x"}, headers=api.as_())
        assert (free.status_code, free.json()["code"]) == (428, "precondition_required")
        odd = await api.rest.request(method, path, json={"name": "x"}, headers=api.as_() | {"if-match": "2"})
        assert (odd.status_code, odd.json()["code"]) == (422, "if_match_invalid")
    assert (await api.rest.get(path, headers=api.as_())).json()["name"] == "Acme 2"


async def test_what_was_not_modified_is_not_sent_again(api: Any) -> None:
    made = await api.create()
    path = f"{PATH}/{made['id']}"
    tag = (await api.rest.get(path, headers=api.as_())).headers["etag"]
    same = await api.rest.get(path, headers=api.as_() | {"if-none-match": f'"9", {tag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    api.feed.number_written(HeldNumber("num_1", "t_a", 1, "+442079460001", made["id"]))
    moved = await api.rest.get(path, headers=api.as_() | {"if-none-match": tag})
    assert (moved.status_code, moved.json()["number_count"]) == (200, 1)
    assert moved.headers["etag"] != tag
    assert (await api.patch(made["id"], if_match=tag, enabled=False))["status"] == 200


async def test_null_resets_and_what_was_read_can_be_written_back(api: Any) -> None:
    made = await api.create(endpoints=[{"host": "192.0.2.1"}], enabled=False)
    body = (await api.rest.get(f"{PATH}/{made['id']}", headers=api.as_())).json()
    assert (await api.patch(made["id"], **body))["version"] == 1
    changed = await api.patch(made["id"], **{**body, "name": "Acme 2", "number_count": 99})
    assert (changed["status"], changed["name"], changed["version"]) == (200, "Acme 2", 2)
    reset = await api.patch(made["id"], source_cidrs=None, endpoints=None, enabled=None)
    assert (reset["source_cidrs"], reset["endpoints"], reset["enabled"]) == ([], [], True)
    refused = await api.patch(made["id"], name=None, country=None, domain="b.sip.example", domain_label="b")
    assert (refused["status"], refused["code"]) == (422, "trunk_invalid")
    assert {(e["pointer"], e["code"]) for e in refused["errors"]} == {
        ("/name", "field_not_resettable"),
        ("/country", "field_not_resettable"),
        ("/domain", "field_read_only"),
        ("/domain_label", "field_read_only"),
    }


async def test_a_patch_meets_the_rules_of_a_post_and_all_faults_come_at_once(api: Any) -> None:
    made = await api.create()
    refused = await api.patch(made["id"], name="", source_cidrs=["x"], endpoints=[{"port": 1}], colour="red")
    assert {(e["pointer"], e["code"]) for e in refused["errors"]} == {
        ("/colour", "field_unknown"),
        ("/endpoints/0/host", "field_missing"),
        ("/name", "name_invalid"),
        ("/source_cidrs/0", "source_unreadable"),
    }
    assert (await api.rest.get(f"{PATH}/{made['id']}", headers=api.as_())).json()["version"] == 1


async def test_a_fault_in_one_part_of_a_field_hides_none_in_another(api: Any) -> None:
    endpoints = [{"host": "a b", "port": "x"}, 7, {"port": 70000, "wat": 1}, {"host": "sip.acme.example"}]
    refused = await api.create(source_cidrs=["x", 5, "10.0.0.1/24", 5], endpoints=endpoints)
    assert sorted((e["pointer"], e["code"]) for e in refused["errors"]) == [
        ("/endpoints/0/host", "endpoint_host_invalid"),
        ("/endpoints/0/port", "field_type"),
        ("/endpoints/1", "field_type"),
        ("/endpoints/2/host", "field_missing"),
        ("/endpoints/2/port", "endpoint_port_invalid"),
        ("/endpoints/2/wat", "field_unknown"),
        ("/source_cidrs/0", "source_unreadable"),
        ("/source_cidrs/1", "field_type"),
        ("/source_cidrs/2", "source_has_host_bits"),
        ("/source_cidrs/3", "field_type"),
    ]


NAMES = [
    ("👨‍👩‍👧 Büro", "👨‍👩‍👧 Büro"),
    ("  Acme \t", "Acme"),
    ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
    ("می‌خواهم", "می‌خواهم"),
    ("x" * 80 + " ", "x" * 80),
    ("\u200dAcme", None),
    ("Acme\u200d", None),
    ("A\u200d\u200dB", None),
    ("\u202eemcA", None),
    ("A\u0000", None),
]


@pytest.mark.parametrize(("sent", "kept"), NAMES)
async def test_names_are_kept_without_the_blanks_around_them(api: Any, sent: str, kept: str | None) -> None:
    made = await api.create(name=sent)
    if kept is None:
        assert [e["code"] for e in made["errors"]] == ["name_invalid"]
    else:
        assert (made["status"], made["name"]) == (201, kept)


async def test_a_repeated_post_makes_one_trunk_and_gets_one_answer(api: Any) -> None:
    headers = api.as_() | {"idempotency-key": "6b1f"}
    body = {"name": "Acme", "country": "DE"}
    first = await api.rest.post(PATH, json=body, headers=headers)
    again = await api.rest.post(PATH, content=b'{"country":"DE", "name":"Acme"}', headers=headers | _JSON)
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again.headers["location"]) == (first.content, first.headers["location"])
    assert again.headers["etag"] == first.headers["etag"] == '"1"'
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (
        None,
        "true",
    )
    other = await api.rest.post(PATH, json={**body, "name": "Acme 2"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len((await api.rest.get(PATH, headers=api.as_())).json()["trunks"]) == 1


_JSON = {"content-type": "application/json"}


async def test_two_keys_in_one_request_are_none(api: Any) -> None:
    two = [("idempotency-key", "6b1f"), ("idempotency-key", "6b20")]
    body = {"name": "Acme", "country": "DE"}
    refused = await api.rest.post(PATH, json=body, headers=[*api.as_().items(), *two])
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_invalid")
    call = api.stub().CreateTrunk(pb.CreateTrunkRequest(**body), metadata=tuple(two))
    assert (await api.problem(call)).code == "idempotency_key_invalid"
    assert (await api.rest.get(PATH, headers=api.as_())).json()["trunks"] == []


async def test_of_two_posts_of_one_key_at_once_one_makes_the_trunk(api: Any) -> None:
    answers = await asyncio.gather(*(api.create(key="6b1f") for _ in range(6)))
    told = {answer["status"] for answer in answers}
    assert told <= {201, 409}
    assert {answer["code"] for answer in answers if answer["status"] == 409} <= {"idempotency_key_in_use"}
    assert len({answer["id"] for answer in answers if answer["status"] == 201}) == 1
    assert len((await api.rest.get(PATH, headers=api.as_())).json()["trunks"]) == 1


async def test_what_was_written_before_its_process_died_is_found_by_the_retry(api: Any) -> None:
    await api.create(key="6b1f")
    record = await api.shared.keys.find_one({})
    await api.shared.keys.update_one({"_id": record["_id"]}, {"$set": {"answer": None}})
    waiting = await api.create(key="6b1f")
    assert (waiting["status"], waiting["code"]) == (409, "idempotency_key_in_use")
    api.shared.clock.advance(BUSY_SECONDS + 1)
    again = await api.create(key="6b1f")
    assert (again["status"], again["id"]) == (201, record["object_id"])
    assert len((await api.rest.get(PATH, headers=api.as_())).json()["trunks"]) == 1


async def test_a_body_is_strict_json(api: Any) -> None:
    for body, code in ((b'{"name":"A","name":"B"}', "json_key_repeated"), (b"{", "json_malformed")):
        answer = await api.rest.post(PATH, content=body, headers=api.as_() | _JSON)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_list_is_asked_as_every_list(api: Any) -> None:
    for n, country in enumerate(("DE", "FR", "GB", "FR", "DE")):
        await api.create(name=f"Provider {n} (x)", domain_label=f"p{n}", country=country, enabled=n != 3)

    async def names(**query: Any) -> list[str]:
        page = (await api.rest.get(PATH, params=query, headers=api.as_())).json()
        return [one["name"][9] for one in page["trunks"]]

    seen: list[str] = []
    query: dict[str, Any] = {"page_size": 2, "order_by": "name desc"}
    while True:
        page = (await api.rest.get(PATH, params=query, headers=api.as_())).json()
        TrunkPage.model_validate(page)
        seen += [one["name"][9] for one in page["trunks"]]
        if "next_page_token" not in page:
            break
        query["page_token"] = page["next_page_token"]
    assert seen == ["4", "3", "2", "1", "0"]
    assert await names(q="3 (X") == ["3"]
    assert await names(country=["FR", "GB"]) == ["1", "2", "3"]
    assert await names(country="FR", enabled="true") == ["1"]
    chosen = (
        await api.rest.get(PATH, params={"fields": "domain,id", "page_size": 1}, headers=api.as_())
    ).json()
    assert set(chosen["trunks"][0]) == {"domain", "id"}
    refused = await api.rest.get(f"{PATH}?pagesize=2&enabled=yes&sort=name", headers=api.as_())
    assert refused.status_code == 422
    assert {e["pointer"] for e in refused.json()["errors"]} == {"/pagesize", "/enabled", "/sort"}


async def test_unknown_parameters_are_refused_on_every_path(api: Any) -> None:
    made = await api.create()
    path = f"{PATH}/{made['id']}"
    for method in ("GET", "PATCH", "DELETE"):
        headers = api.as_() | {"if-match": "*"}
        answer = await api.rest.request(method, f"{path}?version=1", json={}, headers=headers)
        assert (answer.status_code, [e["code"] for e in answer.json()["errors"]]) == (
            422,
            ["parameter_unknown"],
        )
    one = (await api.rest.get(f"{path}?fields=id,applied", headers=api.as_())).json()
    assert set(one) == {"id", "applied"}


async def test_what_is_read_is_what_the_description_says(api: Any) -> None:
    made = await api.create(endpoints=[{"host": "192.0.2.1"}])
    body = (await api.rest.get(f"{PATH}/{made['id']}", headers=api.as_())).json()
    assert {*body, "tested_at"} == set(TrunkWithPlace.model_fields)
    assert None not in body.values()
    assert "" not in body.values()
    assert body["created_at"] == "2026-11-23T09:00:00.000Z"
    described = (await api.rest.get("/openapi.json")).json()
    operation = described["paths"][PATH]["post"]
    shape = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert set(described["components"]["schemas"][shape]["required"]) == {"name", "country"}
    assert "$defs" not in str(described)


async def test_a_trunk_that_others_name_is_not_deleted(api: Any) -> None:
    made, other = await api.create(), await api.create(domain_label="other")
    api.feed.number_written(HeldNumber("num_1", "t_a", 1, "+442079460001", made["id"]))
    api.feed.number_written(HeldNumber("num_2", "t_b", 1, "+442079460002", other["id"]))
    api.naming.agents.put(HumanAgent("agt_1", "t_a", "Reception", made["id"]))
    refused = await api.delete(made["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "trunk_in_use")
    named = [(e["code"], e["detail"]) for e in refused.json()["errors"]]
    assert named == [("named_by_number", "num_1 (+442079460001)"), ("named_by_agent", "agt_1 (Reception)")]
    request = pb.DeleteTrunkRequest(id=made["id"], any_version=True)
    problem = await api.problem(api.stub().DeleteTrunk(request))
    assert (problem.code, problem.grpc_status) == ("trunk_in_use", "FAILED_PRECONDITION")
    assert (await api.delete(other["id"])).status_code == 204
    api.feed.number_deleted("num_1")
    assert (await api.delete(made["id"])).json()["code"] == "trunk_in_use"
    api.naming.agents.put(HumanAgent("agt_1", "t_a", "Reception", "trk_elsewhere"))
    assert (await api.delete(made["id"])).status_code == 204


async def test_grpc_asks_for_the_version_as_rest_does(api: Any) -> None:
    stub = api.stub()
    made = (await stub.CreateTrunk(pb.CreateTrunkRequest(name="Acme", country="DE"))).trunk
    for call in (
        stub.UpdateTrunk(pb.UpdateTrunkRequest(trunk=Trunk(id=made.id, name="B"))),
        stub.DeleteTrunk(pb.DeleteTrunkRequest(id=made.id)),
    ):
        problem = await api.problem(call)
        assert (problem.code, problem.grpc_status) == ("precondition_required", "FAILED_PRECONDITION")
    whichever = pb.UpdateTrunkRequest(trunk=Trunk(id=made.id, name="B"), any_version=True)
    assert (await stub.UpdateTrunk(whichever)).trunk.name == "B"


async def test_a_mask_resets_what_it_names_and_the_trunk_lacks(api: Any) -> None:
    stub = api.stub()
    endpoint = SipEndpoint(host="192.0.2.1", transport=TRANSPORT_TCP)
    request = pb.CreateTrunkRequest(
        name="Acme", country="DE", endpoints=[endpoint], source_cidrs=["203.0.113.7"]
    )
    made = (await stub.CreateTrunk(request)).trunk
    assert (made.endpoints[0].port, made.endpoints[0].transport) == (5060, TRANSPORT_TCP)

    async def update(*paths: str, **fields: Any) -> Trunk:
        asked = pb.UpdateTrunkRequest(
            trunk=Trunk(id=made.id, **fields), update_mask=FieldMask(paths=paths), any_version=True
        )
        return (await stub.UpdateTrunk(asked)).trunk

    assert not (await update("enabled")).enabled
    assert (await update("name", name="B", country="FR")).country == "DE"
    changed = await update("endpoints", "source_cidrs")
    assert (list(changed.endpoints), list(changed.source_cidrs)) == ([], [])
    changed.name = "C"
    assert (await stub.UpdateTrunk(pb.UpdateTrunkRequest(trunk=changed, any_version=True))).trunk.name == "C"
    for paths, code in (
        (["name"], "field_not_resettable"),
        (["domain"], "field_read_only"),
        (["colour"], "update_mask_invalid"),
        (["endpoints.host"], "update_mask_invalid"),
    ):
        problem = await api.problem(update(*paths))
        assert [one.code for one in problem.violations] == [code]


async def test_a_create_under_a_key_is_answered_once_over_grpc(api: Any) -> None:
    stub, metadata = api.stub(), (("idempotency-key", "6b1f"),)
    call = stub.CreateTrunk(pb.CreateTrunkRequest(name="Acme", country="DE"), metadata=metadata)
    first = await call
    again = stub.CreateTrunk(pb.CreateTrunkRequest(name="Acme", country="DE"), metadata=metadata)
    assert await again == first
    assert ("idempotency-replayed", "true") in tuple(await again.trailing_metadata())
    assert "idempotency-replayed" not in dict(await call.trailing_metadata())
    other = pb.CreateTrunkRequest(name="Acme 2", country="DE")
    problem = await api.problem(stub.CreateTrunk(other, metadata=metadata))
    assert problem.code == "idempotency_key_reused"
    assert (await api.create(key="6b1f"))["code"] == "idempotency_key_reused"


async def test_a_grpc_list_is_asked_with_the_same_words(api: Any) -> None:
    for n, country in enumerate(("DE", "FR", "GB")):
        await api.create(name=f"Provider {n}", domain_label=f"p{n}", country=country, enabled=n != 1)
    stub = api.stub()

    async def names(**asked: Any) -> list[str]:
        answer = await stub.ListTrunks(pb.ListTrunksRequest(**asked))
        return [one.name[-1] for one in answer.trunks]

    assert await names(order_by="name desc") == ["2", "1", "0"]
    assert await names(country=["DE", "FR"]) == ["0", "1"]
    assert await names(enabled=False) == ["1"]
    assert await names(q="VIDER 2") == ["2"]
    assert await names(created_at_after=Timestamp(seconds=1)) == ["0", "1", "2"]
    assert await names(created_at_before=Timestamp(seconds=1)) == []
    page = await stub.ListTrunks(pb.ListTrunksRequest(page_size=2, fields=FieldMask(paths=["id"])))
    assert [(bool(one.id), one.name) for one in page.trunks] == [(True, ""), (True, "")]
    rest = await stub.ListTrunks(pb.ListTrunksRequest(page_size=2, page_token=page.next_page_token))
    assert [one.name for one in rest.trunks] == ["Provider 2"]
    assert rest.next_page_token == ""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.ListTrunks(pb.ListTrunksRequest(order_by="colour", page_size=501))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
