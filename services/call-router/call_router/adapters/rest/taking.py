"""/api/v1/routing/plans/{id}:takeNumbers over the use case."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from call_router.adapters.plan_shape import TAKE, PlanBody, numbers_asked, plan_document
from call_router.adapters.rest.plans import PATH
from call_router.app.taking import Taking
from servicekit.api import described, rest
from servicekit.api.idempotency import Answer, IdempotencyKeys
from servicekit.auth import writing_tenant
from servicekit.http import refuses


def router(taking: Taking, keys: IdempotencyKeys) -> APIRouter:
    routes = APIRouter(prefix=PATH, tags=["routing"])

    @routes.post(
        "/{plan_id}:takeNumbers",
        response_model=PlanBody,
        summary="From now on this plan answers these numbers, and no other one",
        openapi_extra=described.acts(TAKE),
        responses=refuses("plan_invalid", "version_mismatch", "records_unavailable"),
    )
    async def take_numbers(plan_id: str, request: Request) -> Response:
        tenant_id = writing_tenant("plans")
        document = await rest.document(request)
        numbers = numbers_asked(TAKE.created(document, rest.unknown(request)))

        async def make(_: str) -> Answer:
            plan = await taking.take(tenant_id, plan_id, numbers)
            return rest.acted(plan_document(plan, taking.plans.dangling(plan)), plan.version)

        return await rest.once(keys, request, document, make, tenant_id=tenant_id, prefix="pln")

    return routes
