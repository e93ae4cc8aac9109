"""validate_only of a trunk: the answer of the write, and nothing is written or told to nodes."""

from typing import Any

from keepline.sip.v1 import trunk_service_pb2 as pb
from keepline.sip.v1.trunk_pb2 import Trunk

PATH = "/api/v1/sip/trunks"
ACME = {"name": "Acme", "country": "DE", "source_cidrs": ["203.0.113.0/30"], "domain_label": "acme"}
TOLD = ("status", "code", "detail", "errors")


async def tried(api: Any, **fields: Any) -> Any:
    answer = await api.rest.post(f"{PATH}?validate_only=true", json={**ACME, **fields}, headers=api.as_())
    return dict(answer.json(), status=answer.status_code)


async def changed(api: Any, trunk_id: str, tenant: str = "t_a", if_match: str = "*", **fields: Any) -> Any:
    headers, path = api.as_(tenant) | {"if-match": if_match}, f"{PATH}/{trunk_id}?validate_only=true"
    answer = await api.rest.patch(path, json=fields, headers=headers)
    return dict(answer.json(), status=answer.status_code)


async def test_a_trunk_is_only_validated(api: Any) -> None:
    would = await tried(api)
    listed = (await api.rest.get(PATH, headers=api.as_())).json()
    assert (would["status"], listed["trunks"], api.feed.tables.known.trunks_known()) == (200, [], 0)
    made = await api.create()
    assert would | {"id": made["id"], "status": 201} == made
    unnamed = {name: value for name, value in ACME.items() if name != "domain_label"}
    answer = await api.rest.post(f"{PATH}?validate_only=true", json=unnamed, headers=api.as_())
    assert "domain" not in answer.json()
    other = await changed(api, made["id"], if_match='"1"', country="FR")
    assert (other["country"], other["version"]) == ("FR", 2)
    now = (await api.rest.get(f"{PATH}/{made['id']}", headers=api.as_())).json()
    assert (now["country"], now["version"]) == ("DE", 1)
    assert api.feed.tables.known.trunk(made["id"]).version == 1


async def test_it_is_refused_as_the_write_would_be(api: Any) -> None:
    made = await api.create()
    for fields in ({}, {"name": "", "source_cidrs": ["10.0.0.0/8"], "domain_label": "-"}):
        would, real = await tried(api, **fields), await api.create(**fields)
        assert would["status"] in (409, 422)
        assert [would[part] for part in TOLD] == [real[part] for part in TOLD]
    assert (await changed(api, made["id"], if_match='"7"', name="x"))["code"] == "version_mismatch"
    assert (await changed(api, made["id"], "t_b", name="x"))["code"] == "trunk_not_found"
    headers = api.as_(role="viewer")
    answer = await api.rest.post(f"{PATH}?validate_only=true", json=ACME, headers=headers)
    assert answer.json()["code"] == "role_forbidden"


async def test_a_quota_counts_while_validating(api: Any) -> None:
    for place in range(30):
        assert (await api.create(domain_label=f"acme{place}"))["status"] == 201
    assert (await tried(api))["code"] == "quota_trunks"


async def test_the_same_over_grpc(api: Any) -> None:
    would = (
        await api.stub().CreateTrunk(pb.CreateTrunkRequest(name="Acme", country="DE", validate_only=True))
    ).trunk
    assert (would.id, would.domain, would.name) == ("", "", "Acme")
    made = (await api.stub().CreateTrunk(pb.CreateTrunkRequest(name="Acme", country="DE"))).trunk
    change = pb.UpdateTrunkRequest(trunk=Trunk(id=made.id, name="B"), any_version=True, validate_only=True)
    assert (await api.stub().UpdateTrunk(change)).trunk.name == "B"
    assert (await api.stub().GetTrunk(pb.GetTrunkRequest(id=made.id))).trunk == made
