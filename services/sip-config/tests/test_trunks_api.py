"""Trunks over REST and gRPC: the same rules and the same codes on both."""

import asyncio
import base64
from typing import Any
from xml.etree import ElementTree

import pytest

from keepline.sip.v1 import trunk_service_pb2 as pb
from keepline.sip.v1.trunk_pb2 import Trunk
from keepline.types.v1.endpoint_pb2 import SipEndpoint
from servicekit.addresses import AddressPolicy
from siptypes.reachable import Reachable

PATH = "/api/v1/sip/trunks"
PASSWORD = "password-of-the-switches"


async def test_a_trunk_lives_from_its_creation_to_its_end(api: Any) -> None:
    endpoint = {"host": "SIP.acme.example.", "transport": "tcp"}
    made = await api.create(endpoints=[endpoint])
    assert (made["status"], made["version"], made["domain"]) == (201, 1, "acme.sip.example")
    assert made["endpoints"] == [{"host": "sip.acme.example", "port": 5060, "transport": "tcp"}]
    path = f"{PATH}/{made['id']}"
    assert (await api.rest.get(path, headers=api.as_(role="viewer"))).json()["applied"] == []
    changed = await api.patch(made["id"], if_match='"1"', enabled=False)
    assert (changed["version"], changed["enabled"], changed["name"]) == (2, False, "Acme")
    assert (await api.patch(made["id"], enabled=False))["version"] == 2
    assert (await api.delete(made["id"], if_match='"2"')).status_code == 204
    gone = await api.rest.get(path, headers=api.as_())
    assert (gone.status_code, gone.json()["code"]) == (404, "trunk_not_found")
    assert api.feed.number_count(made["id"]) == 0


async def test_the_same_over_grpc(api: Any) -> None:
    stub = api.stub()
    made = (await stub.CreateTrunk(pb.CreateTrunkRequest(name=" Acme ", country="de"))).trunk
    assert (made.name, made.version, made.country, made.enabled) == ("Acme", 1, "DE", True)
    assert made.domain == f"{made.id.replace('_', '-')}.sip.example"
    change = pb.UpdateTrunkRequest(trunk=Trunk(id=made.id, name="Acme 2", country="FR"), expected_version=1)
    change.update_mask.paths.append("name")
    changed = (await stub.UpdateTrunk(change)).trunk
    assert (changed.name, changed.country, changed.version) == ("Acme 2", "DE", 2)
    assert (await stub.GetTrunk(pb.GetTrunkRequest(id=made.id))).trunk == changed
    assert list((await stub.ListTrunks(pb.ListTrunksRequest())).trunks) == [changed]
    problem = await api.problem(stub.UpdateTrunk(change))
    assert (problem.code, problem.grpc_status) == ("version_mismatch", "ABORTED")
    await stub.DeleteTrunk(pb.DeleteTrunkRequest(id=made.id, expected_version=2))
    assert (await api.problem(stub.GetTrunk(pb.GetTrunkRequest(id=made.id)))).code == "trunk_not_found"


WRONG = [
    ({"name": "  "}, "/name", "name_invalid"),
    ({"name": "a\r\nb"}, "/name", "name_invalid"),
    ({"name": "x" * 81}, "/name", "name_invalid"),
    ({"country": "Germany"}, "/country", "country_unknown"),
    ({"domain_label": "-acme"}, "/domain_label", "domain_label_invalid"),
    ({"domain_label": "a.b"}, "/domain_label", "domain_label_invalid"),
    ({"domain_label": "a|b"}, "/domain_label", "domain_label_invalid"),
    ({"domain_label": "é"}, "/domain_label", "domain_label_invalid"),
    ({"source_cidrs": ["0.0.0.0/0"]}, "/source_cidrs/0", "source_too_wide"),
    ({"source_cidrs": ["192.0.2.1", "x"]}, "/source_cidrs/1", "source_unreadable"),
    ({"source_cidrs": ["10.0.0.0/8"]}, "/source_cidrs/0", "address_not_public"),
    ({"source_cidrs": ["203.0.113.1", "198.51.100.7/32"]}, "/source_cidrs/1", "address_own"),
    ({"endpoints": [{"host": "127.0.0.1"}]}, "/endpoints/0/host", "address_not_public"),
    ({"endpoints": [{"host": "192.0.2.1"}, {"host": "198.51.100.7"}]}, "/endpoints/1/host", "address_own"),
    ({"endpoints": [{"host": "0x7f.0x1"}]}, "/endpoints/0/host", "address_unusual"),
    ({"endpoints": [{"host": "Mongo.Keepline.Svc."}]}, "/endpoints/0/host", "host_not_public"),
    ({"endpoints": [{"host": "acme.sip.example"}]}, "/endpoints/0/host", "address_own"),
    ({"endpoints": [{"host": "sip:acme"}]}, "/endpoints/0/host", "endpoint_host_invalid"),
    ({"endpoints": [{"host": "a b"}]}, "/endpoints/0/host", "endpoint_host_invalid"),
    ({"endpoints": [{"host": "${x}"}]}, "/endpoints/0/host", "endpoint_host_invalid"),
    ({"endpoints": [{"host": "a;transport=tcp"}]}, "/endpoints/0/host", "endpoint_host_invalid"),
    ({"endpoints": [{"host": "acme.example", "port": 70000}]}, "/endpoints/0/port", "endpoint_port_invalid"),
    (
        {"endpoints": [{"host": "acme.example"}, {"host": "acme.example", "transport": "tls"}]},
        "/endpoints/1/transport",
        "endpoint_tls_unavailable",
    ),
]


def endpoint_of(body: dict[str, Any]) -> SipEndpoint:
    transport = f"TRANSPORT_{body.get('transport', 'udp').upper()}"
    return SipEndpoint(**{**body, "transport": transport})


@pytest.mark.parametrize(("fields", "pointer", "code"), WRONG)
async def test_what_is_wrong_with_a_trunk_is_told_alike_on_both_sides(
    api: Any, fields: dict[str, Any], pointer: str, code: str
) -> None:
    refused = await api.create(**fields)
    assert (refused["status"], refused["code"]) == (422, "trunk_invalid")
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [(pointer, code)]
    assert refused["errors"][0]["hint"]
    whole = {"name": "Acme", "country": "DE", "domain_label": "acme", **fields}
    endpoints = [endpoint_of(endpoint) for endpoint in whole.pop("endpoints", [])]
    problem = await api.problem(api.stub().CreateTrunk(pb.CreateTrunkRequest(**whole, endpoints=endpoints)))
    assert problem.code == "trunk_invalid"
    assert [(v.pointer, v.code) for v in problem.violations] == [(pointer, code)]
    assert (await api.rest.get(PATH, headers=api.as_())).json()["trunks"] == []


async def test_where_edges_have_no_tls_a_trunk_keeps_what_it_had_and_gets_no_more(replicas: Any) -> None:
    had = {"host": "SIP.acme.example", "transport": "tls"}
    async with replicas(reachable=Reachable(AddressPolicy(), tls=True)) as before:
        made = await before.create(source_cidrs=[], endpoints=[had])
        assert made["endpoints"] == [{"host": "sip.acme.example", "port": 5061, "transport": "tls"}]
    async with replicas() as api:
        plain = {"host": "sip.acme.example", "port": 5060, "transport": "tcp"}
        changed = await api.patch(made["id"], endpoints=[had, plain], name="Acme 2")
        assert (changed["status"], changed["endpoints"]) == (200, [*made["endpoints"], plain])
        refused = await api.patch(made["id"], endpoints=[had, {**had, "port": 5062}])
        wrong = [(e["pointer"], e["code"]) for e in refused["errors"]]
        assert wrong == [("/endpoints/1/transport", "endpoint_tls_unavailable")]


async def test_a_trunk_keeps_what_another_policy_let_it_have_and_gets_no_more(replicas: Any) -> None:
    sources, hosts = ["10.0.0.0/8", "198.51.100.7/32"], ["10.1.2.3", "198.51.100.7", "new.example"]
    then = Reachable(AddressPolicy.of(["10.0.0.0/8", "198.51.100.0/24"]))
    async with replicas(reachable=then, per_trunk=3) as before:
        made = await before.create(source_cidrs=sources, endpoints=[{"host": host} for host in hosts])
        assert made["status"] == 201
    now = AddressPolicy.of(own=["198.51.100.7", "new.example"])
    async with replicas(reachable=Reachable(now), per_trunk=2) as api:
        renamed = await api.patch(made["id"], name="Acme 2", source_cidrs=[" 198.51.100.7", "10.0.0.0/8"])
        assert (renamed["status"], renamed["endpoints"]) == (200, made["endpoints"])
        one = pb.UpdateTrunkRequest(trunk=Trunk(id=made["id"], enabled=False), any_version=True)
        one.update_mask.paths.append("enabled")
        assert not (await api.stub().UpdateTrunk(one)).trunk.enabled
        other = {**made["endpoints"][0], "port": 5070}
        refused = await api.patch(made["id"], source_cidrs=["10.0.0.0/9"], endpoints=[other])
        assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [
            ("/source_cidrs/0", "address_not_public"),
            ("/endpoints/0/host", "address_not_public"),
        ]
        more = await api.patch(made["id"], endpoints=[*made["endpoints"], other])
        assert [e["code"] for e in more["errors"]] == ["endpoints_too_many"]


async def test_every_fault_is_told_at_once(api: Any) -> None:
    """Those of shape, those of the domain's rules, and those of the query."""
    body = {
        "name": "",
        "source_cidrs": ["x", "10.0.0.0/8"],
        "endpoints": [{"host": "sip.acme.example", "port": True}],
        "enabled": "yes",
        "id": "trk_1",
        "nmae": "Acme",
    }
    answer = await api.rest.post(f"{PATH}?dry_run=true", json=body, headers=api.as_())
    refused = answer.json()
    assert (answer.status_code, refused["code"]) == (422, "trunk_invalid")
    assert {(e["pointer"], e["code"]) for e in refused["errors"]} == {
        ("/dry_run", "parameter_unknown"),
        ("/id", "field_read_only"),
        ("/nmae", "field_unknown"),
        ("/country", "field_missing"),
        ("/endpoints/0/port", "field_type"),
        ("/enabled", "field_type"),
        ("/name", "name_invalid"),
        ("/source_cidrs/0", "source_unreadable"),
        ("/source_cidrs/1", "address_not_public"),
    }
    assert all(e["hint"] for e in refused["errors"])
    assert "did you mean name" in next(e["hint"] for e in refused["errors"] if e["pointer"] == "/nmae")


async def test_of_many_who_want_a_domain_at_once_one_gets_it(api: Any) -> None:
    answers = await asyncio.gather(*(api.create(f"t_{n}") for n in range(12)))
    assert sorted(answer["status"] for answer in answers) == [201] + [409] * 11
    refused = next(answer for answer in answers if answer["status"] == 409)
    assert refused["code"] == "domain_taken"
    assert "t_" not in refused["detail"]


async def test_of_many_changes_of_one_version_one_wins(api: Any) -> None:
    made = await api.create()
    changes = [api.patch(made["id"], if_match='"1"', name=f"Acme {n}") for n in range(10)]
    statuses = sorted(answer["status"] for answer in await asyncio.gather(*changes))
    assert statuses == [200] + [412] * 9


async def test_another_tenants_trunk_is_not_there(api: Any) -> None:
    made = await api.create()
    path = f"{PATH}/{made['id']}"
    for method, body in (("GET", None), ("PATCH", {"enabled": False}), ("DELETE", None)):
        headers = api.as_("t_b") | {"if-match": "*"}
        answer = await api.rest.request(method, path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "trunk_not_found"), method
    stub = api.stub("t_b")
    assert (await api.problem(stub.GetTrunk(pb.GetTrunkRequest(id=made["id"])))).code == "trunk_not_found"
    assert (await api.rest.get(PATH, headers=api.as_("t_b"))).json()["trunks"] == []


async def test_only_owners_and_admins_write(api: Any) -> None:
    made = await api.create()
    path = f"{PATH}/{made['id']}"
    for role in ("viewer", "operator", "node"):
        headers = api.as_(role=role)
        for method, at, body in (
            ("POST", PATH, {"name": "Acme 2", "country": "DE"}),
            ("PATCH", path, {"enabled": False}),
            ("DELETE", path, None),
        ):
            answer = await api.rest.request(method, at, json=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden"), (role, method)
        stub = api.stub(role=role)
        for call in (
            stub.CreateTrunk(pb.CreateTrunkRequest(name="Acme 2", country="DE")),
            stub.DeleteTrunk(pb.DeleteTrunkRequest(id=made["id"])),
        ):
            assert (await api.problem(call)).code == "role_forbidden"
    listed = (await api.rest.get(PATH, headers=api.as_(role="viewer"))).json()["trunks"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert (await api.rest.get(PATH)).status_code == 401


async def test_a_node_reads_no_trunk(api: Any) -> None:
    made = await api.create()
    for path in (PATH, f"{PATH}/{made['id']}", "/api/v1/sip/network"):
        answer = await api.rest.get(path, headers=api.as_(role="node"))
        assert (answer.status_code, answer.json()["code"]) == (403, "role_forbidden")
    stub = api.stub(role="node")
    for call in (
        stub.GetTrunk(pb.GetTrunkRequest(id=made["id"])),
        stub.ListTrunks(pb.ListTrunksRequest()),
    ):
        assert (await api.problem(call)).code == "role_forbidden"


async def test_a_tenant_has_no_more_than_it_may_and_another_does_not_feel_it(api: Any) -> None:
    wanted = [api.create(domain_label=f"d{n}") for n in range(35)]
    answers = await asyncio.gather(*wanted)
    assert sorted(answer["status"] for answer in answers) == [201] * 30 + [409] * 5
    refused = next(answer for answer in answers if answer["status"] == 409)
    assert (refused["code"], bool(refused["hint"])) == ("quota_trunks", True)
    problem = await api.problem(api.stub().CreateTrunk(pb.CreateTrunkRequest(name="Acme", country="DE")))
    assert (problem.code, problem.grpc_status) == ("quota_trunks", "RESOURCE_EXHAUSTED")
    assert (await api.create("t_b", domain_label="theirs"))["status"] == 201
    made = next(answer for answer in answers if answer["status"] == 201)
    assert (await api.delete(made["id"])).status_code == 204
    assert (await api.create(domain_label="again"))["status"] == 201


async def test_endpoints_are_counted_over_all_trunks_of_a_tenant(api: Any) -> None:
    eight = [{"host": f"192.0.2.{n}"} for n in range(8)]
    made = [await api.create(domain_label=f"d{n}", endpoints=eight) for n in range(5)]
    assert [one["status"] for one in made] == [201] * 5
    refused = await api.create(domain_label="more", endpoints=eight[:1])
    assert (refused["status"], refused["code"]) == (409, "quota_endpoints")
    plain = await api.create(domain_label="plain")
    assert (await api.patch(plain["id"], endpoints=eight[:1]))["code"] == "quota_endpoints"
    assert (await api.patch(made[0]["id"], endpoints=eight[:7]))["status"] == 200
    assert (await api.patch(plain["id"], endpoints=eight[:1]))["status"] == 200
    assert (await api.create("t_b", domain_label="theirs", endpoints=eight))["status"] == 201
    too_many = await api.create("t_b", domain_label="nine", endpoints=[*eight, {"host": "192.0.2.9"}])
    assert [one["code"] for one in too_many["errors"]] == ["endpoints_too_many"]


async def test_a_switch_is_told_who_may_send_to_it_for_its_password_only(api: Any) -> None:
    form = {"section": "configuration", "key_value": "acl.conf"}
    right = base64.b64encode(f"switch:{PASSWORD}".encode()).decode()
    wrong = base64.b64encode(b"switch:guess").decode()
    for credentials in ("", f"Basic {wrong}", "Basic %%%", f"Bearer {right}", "Basic \xe9".encode("latin-1")):
        refused = await api.rest.post("/switch/v1/xml", data=form, headers={"authorization": credentials})
        assert refused.status_code == 401
    headers = {"authorization": f"Basic {right}"}
    answer = await api.rest.post("/switch/v1/xml", data=form, headers=headers)
    nodes = ElementTree.fromstring(answer.text).iter("node")
    assert [node.get("cidr") for node in nodes] == ["127.0.0.1/32", "2001:db8::1/128"]
    other = await api.rest.post("/switch/v1/xml", data={"section": "dialplan"}, headers=headers)
    assert "not found" in other.text
