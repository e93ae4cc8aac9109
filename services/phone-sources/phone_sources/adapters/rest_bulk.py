"""/api/v1/phone/numbers:judge and :bulkCreate over the use cases."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from phone_sources.adapters.bulk_shape import (
    BULK,
    JUDGE,
    BulkBody,
    JudgedBody,
    bulk_asked,
    bulk_document,
    judged_document,
    lines_asked,
)
from phone_sources.app.bulk import Bulk
from phone_sources.app.judging import Judging
from servicekit.api import described, rest
from servicekit.api.idempotency import Answer, IdempotencyKeys
from servicekit.auth import writing_tenant
from servicekit.http import refuses

PATH = "/api/v1/phone/numbers"


def router(judging: Judging, bulk: Bulk, keys: IdempotencyKeys) -> APIRouter:
    routes = APIRouter(prefix=PATH, tags=["numbers"])

    @routes.post(
        ":judge",
        response_model=JudgedBody,
        summary="Judge pasted lines, each by itself; nothing is written",
        description="For whoever may bring numbers in.",
        openapi_extra=described.asks(JUDGE),
        responses=refuses("number_invalid", "trunk_not_found", "trunks_unavailable"),
    )
    async def judge_numbers(request: Request) -> Response:
        tenant_id = writing_tenant("numbers")
        reading = JUDGE.created(await rest.document(request), rest.unknown(request))
        return rest.shown(judged_document(await judging.judge(tenant_id, *lines_asked(reading))))

    @routes.post(
        ":bulkCreate",
        response_model=BulkBody,
        summary="Bring many numbers in, each by itself",
        description="What is wrong with one keeps no other back. The same list again changes nothing.",
        openapi_extra=described.acts(BULK, of_many=True),
        responses=refuses("number_invalid", "trunk_not_found", "trunks_unavailable"),
    )
    async def bulk_create_numbers(request: Request) -> Response:
        tenant_id = writing_tenant("numbers")
        document = await rest.document(request)
        trunk_id, wanted, move = bulk_asked(BULK.created(document, rest.unknown(request)))

        async def make(_: str) -> Answer:
            return rest.acted_on_many(bulk_document(await bulk.bring(tenant_id, trunk_id, wanted, move=move)))

        return await rest.once(keys, request, document, make, tenant_id=tenant_id, prefix="num")

    return routes
