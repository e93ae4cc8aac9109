"""API keys and the audit log over REST and gRPC: who may, what is shown once, what is told to the others."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc.aio
import httpx
import pytest
import pytest_asyncio

from keepline.audit.v1 import audit_log_pb2
from keepline.audit.v1.audit_entry_pb2 import AuditEntry
from keepline.audit.v1.audit_log_pb2_grpc import AuditLogStub, add_AuditLogServicer_to_server
from keepline.auth.v1 import api_key_service_pb2 as pb
from keepline.auth.v1.api_key_pb2 import ApiKeyUse
from keepline.auth.v1.api_key_service_pb2_grpc import ApiKeyServiceStub, add_ApiKeyServiceServicer_to_server
from servicekit.api.asked import Asked
from servicekit.api.idempotency import IdempotencyKeys
from servicekit.audit import TOPIC as AUDIT_TOPIC
from servicekit.auth import TokenVerifier
from servicekit.auth.api_keys.form import PREFIX
from servicekit.auth.api_keys.known_keys import TOPIC as KEYS
from servicekit.auth.api_keys.known_keys import KnownKeys
from servicekit.auth.api_keys.sealing import KeySealing
from servicekit.auth.api_keys.uses import TOPIC as USES
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.grpc import GrpcServer, channel
from servicekit.http import create_app
from servicekit.ids import new_id
from servicekit.kafka import Read, Record
from servicekit.outbox import OutboxRelay
from servicekit.readiness import Readiness
from servicekit.testing import FakeClock, MemoryCollection, MemoryProducer, tokens
from servicekit.timestamps import timestamp
from sip_config.adapters.grpc.audit import SERVICE as AUDIT_SERVICE
from sip_config.adapters.grpc.audit import AuditLogService
from sip_config.adapters.grpc.keys import SERVICE as KEY_SERVICE
from sip_config.adapters.grpc.keys import ApiKeyService
from sip_config.adapters.kafka.told_by_services import Told
from sip_config.adapters.messages.keys import Minting, state_value
from sip_config.adapters.mongo.api_keys import KeyDocuments
from sip_config.adapters.mongo.audit import AuditDocuments
from sip_config.adapters.rest import audit as rest_audit
from sip_config.adapters.rest import keys as rest_keys
from sip_config.app.api_keys import ApiKeys
from sip_config.app.audit_log import AuditLog
from sip_config.domain.api_key import KeyDraft, Maker

NOW = datetime(2026, 11, 25, 12, 0, 30, tzinfo=UTC)
PATH, AUDIT = "/api/v1/keys", "/api/v1/audit"
BILLING = {"name": "billing", "role": "admin", "scopes": ["trunks:read", "keys:write", "audit:read"]}
SEALING = KeySealing([b"s" * 32])


@dataclass
class Access:
    rest: httpx.AsyncClient
    issuer: DevIssuer
    target: str
    keys: MemoryCollection
    repeats: MemoryCollection
    documents: KeyDocuments
    known: KnownKeys
    told: Told
    clock: FakeClock
    held: list[datetime] = field(default_factory=list)

    def as_(self, tenant: str = "t_a", role: str = "owner") -> dict[str, str]:
        return {"authorization": f"Bearer {self.issuer.token(tenant, role=role)}"}

    async def make(self, headers: dict[str, str] | None = None, **fields: Any) -> Any:
        answer = await self.rest.post(PATH, json={**BILLING, **fields}, headers=headers or self.as_())
        return dict(answer.json(), status=answer.status_code)

    async def spread(self) -> None:
        """What waits in the outbox reaches whom it is for."""
        producer = MemoryProducer()
        await OutboxRelay(self.keys, producer).relay_once()
        for record in producer.sent:
            if record.topic == KEYS:
                self.known.heard(record.key, record.value)
            else:
                await self.tell(record.topic, record.key, record.value)

    async def tell(self, topic: str, key: str, value: bytes | None) -> None:
        record = Record(topic, 0, 0, key, value, {}, NOW)
        found = self.told.read(record)
        assert found is not None
        for _ in range(2):  # a record may come again
            await self.told.handle([Read(record, found)], may_hold=False)


def shown(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


@pytest_asyncio.fixture
async def access(tmp_path: Path) -> AsyncIterator[Access]:
    clock, issuer = FakeClock(NOW), tokens(tmp_path)
    known = KnownKeys(SEALING, clock)
    known.caught_up()
    jwks = json.loads(issuer.jwks_file.read_bytes())
    verifier = TokenVerifier(jwks, issuer.issuer, issuer.audience, api_keys=known)
    collection, repeats, held = MemoryCollection("api_keys"), MemoryCollection("idempotency_keys"), []
    documents = KeyDocuments(collection, clock, lambda: None, state_value(SEALING))
    log = AuditDocuments(MemoryCollection("audit"), days=30)
    await documents.prepare()
    await log.prepare()
    keys = ApiKeys(documents, Minting(SEALING), clock, lambda: held[0] if held else None, most=5)
    idempotency, entries = IdempotencyKeys(repeats, clock), AuditLog(log)
    app = create_app("sip-config", "Test", verifier, Readiness())
    app.include_router(rest_keys.router(keys, idempotency))
    app.include_router(rest_audit.router(entries))

    def add(server: grpc.aio.Server) -> None:
        add_ApiKeyServiceServicer_to_server(ApiKeyService(keys, idempotency), server)
        add_AuditLogServicer_to_server(AuditLogService(entries), server)

    server = GrpcServer(verifier)
    port = await server.start("127.0.0.1:0", add, [KEY_SERVICE, AUDIT_SERVICE])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as rest:
        told = Told(log, documents)
        yield Access(
            rest, issuer, f"127.0.0.1:{port}", collection, repeats, documents, known, told, clock, held
        )
    await server.stop(0)


async def test_a_key_is_shown_once_works_and_ends_with_its_revocation(access: Access) -> None:
    made = await access.make()
    assert made["status"] == 201
    assert made["secret"].startswith(made["prefix"] + "_")
    path = f"{PATH}/{made['id']}"
    read = await access.rest.get(path, headers=access.as_())
    assert read.json() == {name: made[name] for name in made if name not in ("secret", "status")}
    assert (await access.rest.get(PATH, headers=access.as_())).json() == {"keys": [read.json()]}
    await access.spread()
    by_key = await access.rest.get(path, headers=shown(made["secret"]))
    assert by_key.json() == read.json()
    gone = await access.rest.delete(path, headers=access.as_() | {"if-match": read.headers["etag"]})
    assert gone.status_code == 204
    await access.spread()
    refused = await access.rest.get(path, headers=shown(made["secret"]))
    assert (refused.status_code, refused.json()["code"]) == (401, "api_key_invalid")
    assert (await access.rest.get(path, headers=access.as_())).json()["code"] == "key_not_found"


async def test_a_secret_is_stored_nowhere_also_not_with_a_repeated_request(access: Access) -> None:
    headers = access.as_() | {"idempotency-key": "once"}
    made, again = await access.make(headers), await access.make(headers)
    assert again == {name: value for name, value in made.items() if name != "secret"}
    kept = str([access.keys._documents, access.repeats._documents])
    assert made["secret"].removeprefix(PREFIX) not in kept
    assert made["secret"].rpartition("_")[2] not in kept
    assert len(access.keys._documents) == 1


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("no scope", {"scopes": []}, "/scopes", "scopes_missing"),
    ("an unknown scope", {"scopes": ["trunks:read", "trunks:own"]}, "/scopes/1", "scope_unknown"),
    ("a scope that does not exist", {"scopes": ["calls:write"]}, "/scopes/0", "scope_unknown"),
    ("a past end", {"expires_at": "2026-11-25T12:00:30Z"}, "/expires_at", "expiry_past"),
    ("an empty name", {"name": " "}, "/name", "name_invalid"),
    ("the role of an owner", {"role": "owner"}, "/role", "field_invalid"),
]


@pytest.mark.parametrize(("name", "fields", "pointer", "code"), WRONG, ids=[row[0] for row in WRONG])
async def test_what_is_wrong_with_a_key_is_told(
    access: Access, name: str, fields: dict[str, Any], pointer: str, code: str
) -> None:
    refused = await access.make(**fields)
    assert refused["status"] == 422
    assert (pointer, code) in {(one["pointer"], one["code"]) for one in refused["errors"]}


async def test_only_owners_and_admins_have_to_do_with_keys(access: Access) -> None:
    assert (await access.make(access.as_(role="admin")))["status"] == 201
    for role in ("viewer", "operator"):
        assert (await access.make(access.as_(role=role)))["status"] == 403
        assert (await access.rest.get(PATH, headers=access.as_(role=role))).status_code == 403
    assert (await access.rest.get(AUDIT, headers=access.as_(role="viewer"))).status_code == 403
    made = await access.make()
    stranger = await access.rest.get(f"{PATH}/{made['id']}", headers=access.as_("t_b"))
    assert stranger.status_code == 404


async def test_a_key_gives_no_more_than_its_maker_has(access: Access) -> None:
    end = (NOW + timedelta(hours=1)).isoformat()
    maker = shown((await access.make(expires_at=end))["secret"])
    await access.spread()
    more = await access.make(maker, scopes=["trunks:read", "trunks:write"], expires_at=end)
    assert [one["code"] for one in more["errors"]] == ["scope_exceeds_yours"]
    longer = await access.make(maker, scopes=["trunks:read"])
    assert [one["code"] for one in longer["errors"]] == ["expiry_exceeds_yours"]
    less = await access.make(maker, scopes=["keys:read"], role="viewer", expires_at=end)
    assert (less["status"], less["created_by"].startswith("key_")) == (201, True)
    wider = await access.rest.patch(
        f"{PATH}/{less['id']}", json={"scopes": ["plans:write"]}, headers=maker | {"if-match": "*"}
    )
    assert [one["code"] for one in wider.json()["errors"]] == ["scope_exceeds_yours"]


async def test_a_key_changes_and_what_it_may_do_with_it(access: Access) -> None:
    made = await access.make()
    await access.spread()
    path, headers = f"{PATH}/{made['id']}", access.as_() | {"if-match": '"1"'}
    changed = await access.rest.patch(path, json={"scopes": ["calls:read"], "name": "b"}, headers=headers)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (await access.rest.patch(path, json={"name": "c"}, headers=headers)).status_code == 412
    await access.spread()
    refused = await access.rest.get(path, headers=shown(made["secret"]))
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


async def test_the_last_use_is_seen_and_changes_no_version(access: Access) -> None:
    made = await access.make()
    await access.spread()
    at = NOW.replace(second=0)
    use = ApiKeyUse(key_id=made["id"], used_at=timestamp(at), service="phone-sources")
    await access.tell(USES, made["id"], use.SerializeToString())
    older = ApiKeyUse(key_id=made["id"], used_at=timestamp(at - timedelta(minutes=5)))
    await access.tell(USES, made["id"], older.SerializeToString())
    read = (await access.rest.get(f"{PATH}/{made['id']}", headers=access.as_())).json()
    assert (read["last_used_at"], read["version"]) == ("2026-11-25T12:00:00.000Z", 1)


async def test_changes_that_do_not_reach_the_services_are_shown(access: Access) -> None:
    made = await access.make()
    path = f"{PATH}/{made['id']}"
    assert "changes_held_since" not in made
    access.clock.advance(1)
    waiting = (await access.rest.get(path, headers=access.as_())).json()
    assert waiting["changes_held_since"] == made["created_at"]
    await access.spread()
    assert "changes_held_since" not in (await access.rest.get(path, headers=access.as_())).json()
    access.held.append(NOW - timedelta(seconds=40))
    read = (await access.rest.get(path, headers=access.as_())).json()
    assert read["changes_held_since"].startswith("2026-11-25T11:59:50")


async def test_every_change_is_in_the_audit_log_by_name_and_without_values(access: Access) -> None:
    made = await access.make(access.as_() | {"x-request-id": "req-7", "x-forwarded-for": "198.51.100.7"})
    await access.spread()
    by_key = shown(made["secret"])
    change = {"name": "much more secret"}
    path = f"{PATH}/{made['id']}"
    assert (await access.rest.patch(path, json=change, headers=by_key | {"if-match": "*"})).is_success
    assert (await access.rest.delete(path, headers=access.as_() | {"if-match": "*"})).is_success
    await access.spread()
    entries = (await access.rest.get(AUDIT, headers=access.as_())).json()["entries"]
    assert [(one["action"], one["version"], one["actor"]) for one in entries] == [
        ("deleted", 3, "dev"),
        ("changed", 2, made["id"]),
        ("created", 1, "dev"),
    ]
    assert entries[1]["fields"] == ["name"]
    assert entries[2]["fields"] == ["name", "role", "scopes"]
    assert (entries[2]["request_id"], entries[2]["address"]) == ("req-7", "198.51.100.7")
    assert "much more secret" not in str(entries)
    assert not (await access.rest.get(AUDIT, headers=access.as_("t_b"))).json()["entries"]
    one = await access.rest.get(f"{AUDIT}/{entries[0]['id']}", headers=access.as_())
    assert one.json() == entries[0]
    some = {"action": ["changed", "deleted"], "resource": "key", "page_size": "1"}
    page = (await access.rest.get(AUDIT, params=some, headers=access.as_())).json()
    assert page["entries"] == entries[:1]
    rest = {**some, "page_token": page["next_page_token"]}
    assert (await access.rest.get(AUDIT, params=rest, headers=access.as_())).json() == {
        "entries": entries[1:2]
    }


async def test_operators_read_what_was_ordered_of_the_platform_and_no_tenants_changes(access: Access) -> None:
    await access.make()
    await access.spread()
    entry = AuditEntry(id=new_id("aud"), tenant_id="platform", actor="olga", role="operator")
    entry.action, entry.resource, entry.resource_id = "changed", "switch", "sw1"
    await access.tell(AUDIT_TOPIC, "platform", entry.SerializeToString())
    operator = access.as_("platform", "operator")
    read = (await access.rest.get(AUDIT, headers=operator)).json()["entries"]
    assert [(one["actor"], one["resource_id"]) for one in read] == [("olga", "sw1")]
    assert (await access.rest.get(f"{AUDIT}/{entry.id}", headers=operator)).is_success
    assert (await access.rest.get(f"{AUDIT}/{entry.id}", headers=access.as_())).status_code == 404
    tenants = (await access.rest.get(AUDIT, headers=access.as_())).json()["entries"]
    assert [one["resource"] for one in tenants] == ["key"]
    assert (await access.rest.get(f"{AUDIT}/{tenants[0]['id']}", headers=operator)).status_code == 404
    viewer = await access.rest.get(AUDIT, headers=access.as_(role="viewer"))
    assert (viewer.status_code, viewer.json()["code"]) == (403, "role_forbidden")


async def test_of_two_revocations_at_once_the_second_finds_nothing(access: Access) -> None:
    made = await access.make()
    documents, path = access.documents.collection, f"{PATH}/{made['id']}"
    headers = access.as_() | {"if-match": '"1"'}
    update = documents.update_one

    async def revoked_meanwhile(*asked: Any, **how: Any) -> int:
        documents.update_one = update  # type: ignore[method-assign]
        assert (await access.rest.delete(path, headers=headers)).status_code == 204
        return await update(*asked, **how)

    documents.update_one = revoked_meanwhile  # type: ignore[method-assign]
    late = await access.rest.delete(path, headers=headers)
    assert (late.status_code, late.json()["code"]) == (404, "key_not_found")


async def test_of_two_tries_of_a_request_at_once_one_shows_the_key(access: Access) -> None:
    maker = Maker("dev", "owner", None, None)
    asked = Asked(KeyDraft("billing", "viewer", ("trunks:read",)))
    two = [ApiKeys(access.documents, Minting(SEALING), access.clock) for _ in range(2)]
    tries = [process.create("t_a", maker, asked, "key_1") for process in two]
    made = await asyncio.gather(*tries)
    assert {one.key.id for one in made} == {"key_1"}
    assert sorted(bool(one.secret) for one in made) == [False, True]


async def test_keys_that_the_topic_lost_are_told_again_and_no_others(access: Access) -> None:
    kept, lost = await access.make(), await access.make()
    await access.spread()
    del access.known._keys[lost["id"]]
    assert await access.documents.tell_again(access.known.knows) == 1
    await access.spread()
    for made in (kept, lost):
        path = f"{PATH}/{made['id']}"
        assert (await access.rest.get(path, headers=shown(made["secret"]))).is_success
    assert await access.documents.tell_again(access.known.knows) == 0


async def test_grpc_does_the_same(access: Access) -> None:
    async with channel(access.target, lambda: access.issuer.token("t_a")) as opened:
        keys, log = ApiKeyServiceStub(opened), AuditLogStub(opened)
        asked = pb.CreateApiKeyRequest(name="grpc", scopes=["calls:read"])
        once = (("idempotency-key", "g1"),)
        made = await keys.CreateApiKey(asked, timeout=30, metadata=once)
        again = await keys.CreateApiKey(asked, timeout=30, metadata=once)
        assert (again.key.id, again.secret) == (made.key.id, "")
        assert (made.key.role, made.secret.startswith(made.key.prefix)) == ("viewer", True)
        change = pb.UpdateApiKeyRequest(key=made.key, expected_version=1)
        change.key.name = "other"
        change.update_mask.paths.append("name")
        changed = (await keys.UpdateApiKey(change, timeout=30)).key
        assert (changed.name, changed.version, list(changed.scopes)) == ("other", 2, ["calls:read"])
        assert list((await keys.ListApiKeys(pb.ListApiKeysRequest(q="OTH"), timeout=30)).keys) == [changed]
        await keys.DeleteApiKey(pb.DeleteApiKeyRequest(id=made.key.id, expected_version=2), timeout=30)
        await access.spread()
        found = await log.ListEntries(audit_log_pb2.ListEntriesRequest(action=["created"]), timeout=30)
        assert [(one.resource_id, one.action) for one in found.entries] == [(made.key.id, "created")]
        assert (found.entries[0].address, bool(found.entries[0].request_id)) == ("127.0.0.1", True)


async def test_a_tenant_has_so_many_keys_and_no_more(access: Access) -> None:
    for number in range(5):
        assert (await access.make(name=f"key {number}"))["status"] == 201
    refused = await access.make()
    assert (refused["status"], refused["code"]) == (409, "quota_keys")
