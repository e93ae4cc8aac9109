"""/api/v1/sip/trunks over the use cases."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from servicekit.api import described, rest
from servicekit.api.idempotency import Answer, IdempotencyKeys
from servicekit.auth import reading_tenant, writing_tenant
from servicekit.http import refuses
from sip_config.adapters.trunk_shape import (
    COMPUTED,
    TRUNK,
    TRUNKS,
    TrunkBody,
    TrunkPage,
    TrunkWithPlace,
    asked_of,
    change_of,
    made_with_id,
    trunk_document,
    with_place,
)
from sip_config.app.placement import Placement
from sip_config.app.trunk_tests import TrunkTests
from sip_config.app.trunks import Trunks

PATH = "/api/v1/sip/trunks"
_FIELDS = tuple(TrunkWithPlace.model_fields)


def router(trunks: Trunks, placement: Placement, tests: TrunkTests, keys: IdempotencyKeys) -> APIRouter:
    routes = APIRouter(prefix=PATH, tags=["trunks"])

    @routes.post(
        "",
        status_code=201,
        response_model=TrunkBody,
        summary="Create a trunk",
        openapi_extra=described.creates(TRUNK, TrunkBody),
        responses=refuses("domain_taken", "quota_trunks", "quota_endpoints", "edges_full"),
    )
    async def create_trunk(request: Request) -> Response:
        tenant_id = writing_tenant("trunks")
        document = await rest.document(request)
        trial, found = rest.validate_only(request)
        reading = TRUNK.created(document, found)
        if trial:
            trunk = await trunks.trial().create(tenant_id, asked_of(reading), reading["domain_label"])
            return rest.as_it_would_be(trunk_document(trunk), made_with_id(reading))

        async def make(trunk_id: str) -> Answer:
            trunk = await trunks.create(tenant_id, asked_of(reading), reading["domain_label"], trunk_id)
            return rest.created(f"{PATH}/{trunk.id}", trunk_document(trunk), trunk.version)

        return await rest.once(keys, request, document, make, tenant_id=tenant_id, prefix="trk")

    @routes.get(
        "",
        response_model=TrunkPage,
        summary="List your trunks",
        openapi_extra=described.lists(TRUNKS),
    )
    async def list_trunks(request: Request) -> Response:
        tenant_id = reading_tenant("trunks")
        asked = rest.list_asked(request, TRUNKS)
        page = await trunks.list(tenant_id, asked)
        tested = await tests.of([trunk.id for trunk in page.items])
        found = [trunk_document(trunk, tested.get(trunk.id)) for trunk in page.items]
        return rest.page("trunks", found, page.next_page_token, asked.fields)

    @routes.get(
        "/{trunk_id}",
        response_model=TrunkWithPlace,
        summary="One trunk, and where it is in force",
        openapi_extra=described.reads(_FIELDS),
    )
    async def get_trunk(trunk_id: str, request: Request) -> Response:
        tenant_id = reading_tenant("trunks")
        fields = rest.fields_asked(request, _FIELDS)
        trunk = await trunks.get(tenant_id, trunk_id)
        tested = await tests.of([trunk.id])
        body = with_place(trunk, await placement.of(trunk), tested.get(trunk.id))
        return rest.one(request, body, trunk.version, COMPUTED, fields)

    @routes.patch(
        "/{trunk_id}",
        response_model=TrunkBody,
        summary="Change a trunk",
        openapi_extra=described.changes(TRUNK, TrunkWithPlace, trial=True),
        responses=refuses("quota_endpoints"),
    )
    async def update_trunk(trunk_id: str, request: Request) -> Response:
        tenant_id, expected = writing_tenant("trunks"), rest.if_match(request)
        trial, found = rest.validate_only(request)
        change = change_of(await rest.document(request), found)
        if trial:
            trunk = await trunks.trial().update(tenant_id, trunk_id, change, expected)
            return rest.as_it_would_be(trunk_document(trunk))
        trunk = await trunks.update(tenant_id, trunk_id, change, expected)
        tested = await tests.of([trunk.id])
        return rest.changed(trunk_document(trunk, tested.get(trunk.id)), trunk.version)

    @routes.delete(
        "/{trunk_id}",
        status_code=204,
        summary="Delete a trunk that nothing names",
        openapi_extra=described.deletes(),
        responses=refuses("trunk_in_use", "references_unknown"),
    )
    async def delete_trunk(trunk_id: str, request: Request) -> Response:
        tenant_id, expected = writing_tenant("trunks"), rest.if_match(request)
        rest.no_parameters(request)
        await trunks.delete(tenant_id, trunk_id, expected)
        return Response(status_code=204)

    return routes
