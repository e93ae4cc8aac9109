"""/api/v1/keys over the use cases."""

import json

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from servicekit.api import described, rest
from servicekit.api.idempotency import Answer, IdempotencyKeys
from servicekit.auth import Role, reading_tenant, require, writing_tenant
from servicekit.http import refuses
from sip_config.adapters.key_shape import (
    COMPUTED,
    KEY,
    KEYS,
    KeyBody,
    KeyMade,
    KeyPage,
    asked_of,
    change_of,
    key_document,
    maker,
)
from sip_config.app.api_keys import ApiKeys

PATH = "/api/v1/keys"
_FIELDS = tuple(KeyBody.model_fields)


def reading() -> str:
    """Owners and admins only: a key's name and use are no business of viewers."""
    require(Role.OWNER, Role.ADMIN)
    return reading_tenant("keys")


def router(keys: ApiKeys, repeats: IdempotencyKeys) -> APIRouter:
    routes = APIRouter(prefix=PATH, tags=["keys"])

    @routes.post(
        "",
        status_code=201,
        response_model=KeyMade,
        summary="Make an API key; it is shown once",
        openapi_extra=described.creates(KEY),
        responses=refuses("api_keys_off", "key_invalid", "quota_keys"),
    )
    async def create_api_key(request: Request) -> Response:
        tenant_id, by = writing_tenant("keys"), maker()
        document = await rest.document(request)
        sent = KEY.created(document, rest.unknown(request))
        secret = ""

        async def make(key_id: str) -> Answer:
            """What is kept for a repeated request has no secret."""
            nonlocal secret
            made = await keys.create(tenant_id, by, asked_of(sent, sent["role"]), key_id)
            secret = made.secret
            return rest.created(f"{PATH}/{key_id}", key_document(made.key), made.key.version)

        answer = await rest.once(repeats, request, document, make, tenant_id=tenant_id, prefix="key")
        if not secret:
            return answer
        headers = {name: answer.headers[name] for name in ("location", "etag")}
        whole = {**json.loads(bytes(answer.body)), "secret": secret}
        return Response(json.dumps(whole), 201, headers, "application/json")

    @routes.get("", response_model=KeyPage, summary="List your API keys", openapi_extra=described.lists(KEYS))
    async def list_api_keys(request: Request) -> Response:
        tenant_id = reading()
        asked = rest.list_asked(request, KEYS)
        page = await keys.list(tenant_id, asked)
        return rest.page("keys", map(key_document, page.items), page.next_page_token, asked.fields)

    @routes.get(
        "/{key_id}",
        response_model=KeyBody,
        summary="One API key, and its last use",
        openapi_extra=described.reads(_FIELDS),
    )
    async def get_api_key(key_id: str, request: Request) -> Response:
        tenant_id = reading()
        fields = rest.fields_asked(request, _FIELDS)
        key = await keys.get(tenant_id, key_id)
        return rest.one(request, key_document(key), key.version, COMPUTED, fields)

    @routes.patch(
        "/{key_id}",
        response_model=KeyBody,
        summary="Change an API key",
        openapi_extra=described.changes(KEY, KeyBody),
        responses=refuses("api_keys_off", "key_invalid"),
    )
    async def update_api_key(key_id: str, request: Request) -> Response:
        tenant_id, expected = writing_tenant("keys"), rest.if_match(request)
        change = change_of(await rest.document(request), rest.unknown(request))
        key = await keys.update(tenant_id, key_id, maker(), change, expected)
        return rest.changed(key_document(key), key.version)

    @routes.delete(
        "/{key_id}",
        status_code=204,
        summary="Revoke an API key, everywhere within a second",
        openapi_extra=described.deletes(),
        responses=refuses("api_keys_off"),
    )
    async def delete_api_key(key_id: str, request: Request) -> Response:
        tenant_id, expected = writing_tenant("keys"), rest.if_match(request)
        rest.no_parameters(request)
        await keys.delete(tenant_id, key_id, expected)
        return Response(status_code=204)

    return routes
