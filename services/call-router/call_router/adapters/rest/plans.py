"""/api/v1/routing/plans over the use cases."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from call_router.adapters.plan_shape import (
    COMPUTED,
    PLAN,
    PLANS,
    PlanBody,
    PlanPage,
    asked_of,
    change_of,
    plan_document,
)
from call_router.app.plans import Plans
from call_router.app.taking import Taking
from call_router.domain.plan import Plan
from servicekit.api import described, rest
from servicekit.api.idempotency import Answer, IdempotencyKeys
from servicekit.auth import reading_tenant, writing_tenant
from servicekit.http import refuses

PATH = "/api/v1/routing/plans"


def router(plans: Plans, taking: Taking, keys: IdempotencyKeys) -> APIRouter:
    routes = APIRouter(prefix=PATH, tags=["routing"])

    def body(plan: Plan) -> dict[str, object]:
        return plan_document(plan, plans.dangling(plan))

    @routes.post(
        "",
        status_code=201,
        response_model=PlanBody,
        summary="Create a routing plan",
        openapi_extra=described.creates(PLAN, PlanBody),
        responses=refuses("number_planned", "quota_plans", "records_unavailable"),
    )
    async def create_plan(request: Request) -> Response:
        tenant_id = writing_tenant("plans")
        document = await rest.document(request)
        trial, found = rest.validate_only(request)
        reading = PLAN.created(document, found)
        if trial:
            plan = await plans.trial().create(tenant_id, asked_of(reading))
            return rest.as_it_would_be(body(plan), ("id",))

        async def make(plan_id: str) -> Answer:
            plan = await plans.create(tenant_id, asked_of(reading), plan_id)
            return rest.created(f"{PATH}/{plan.id}", body(plan), plan.version)

        return await rest.once(keys, request, document, make, tenant_id=tenant_id, prefix="pln")

    @routes.get(
        "", response_model=PlanPage, summary="List your routing plans", openapi_extra=described.lists(PLANS)
    )
    async def list_plans(request: Request) -> Response:
        tenant_id = reading_tenant("plans")
        asked = rest.list_asked(request, PLANS)
        page = await plans.list(tenant_id, asked)
        return rest.page("plans", map(body, page.items), page.next_page_token, asked.fields)

    @routes.get(
        "/{plan_id}",
        response_model=PlanBody,
        summary="One routing plan",
        openapi_extra=described.reads(PLANS.fields),
    )
    async def get_plan(plan_id: str, request: Request) -> Response:
        tenant_id = reading_tenant("plans")
        fields = rest.fields_asked(request, PLANS.fields)
        plan = await plans.get(tenant_id, plan_id)
        return rest.one(request, body(plan), plan.version, COMPUTED, fields)

    @routes.patch(
        "/{plan_id}",
        response_model=PlanBody,
        summary="Change a routing plan",
        openapi_extra=described.changes(PLAN, PlanBody, trial=True),
        responses=refuses("number_planned", "records_unavailable"),
    )
    async def update_plan(plan_id: str, request: Request) -> Response:
        tenant_id, expected = writing_tenant("plans"), rest.if_match(request)
        trial, found = rest.validate_only(request)
        change = change_of(await rest.document(request), found)
        if trial:
            plan = await plans.trial().update(tenant_id, plan_id, change, expected)
            return rest.as_it_would_be(body(plan))
        plan = await plans.update(tenant_id, plan_id, change, expected)
        return rest.changed(body(plan), plan.version)

    @routes.delete(
        "/{plan_id}", status_code=204, summary="Delete a routing plan", openapi_extra=described.deletes()
    )
    async def delete_plan(plan_id: str, request: Request) -> Response:
        tenant_id, expected = writing_tenant("plans"), rest.if_match(request)
        rest.no_parameters(request)
        await taking.delete(tenant_id, plan_id, expected)
        return Response(status_code=204)

    return routes
