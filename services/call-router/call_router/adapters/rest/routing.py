"""/api/v1/routing over the use cases: plans, and the question who would answer."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from call_router.adapters.rest.decision_body import DecisionBody, decision_body
from call_router.app.dry_run import DryRun
from call_router.app.plans import Plans
from call_router.domain.plan import Plan, PlanFields
from servicekit.auth import principal, writing_tenant


class PlanToWrite(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "Front desk",
                "numbers": ["+442079460123"],
                "first_agent_id": "agt_01k...",
                "fallback_agent_id": "agt_01m...",
            }
        },
    )
    name: str
    numbers: list[str] = Field(default=[], description="E.164; each is in at most one of your plans")
    first_agent_id: str
    fallback_agent_id: str = ""
    fallback_on_busy: bool = Field(
        default=False, description="also try the fallback when the first agent is busy or declines"
    )

    def fields(self) -> PlanFields:
        return PlanFields(
            self.name,
            tuple(self.numbers),
            self.first_agent_id,
            self.fallback_agent_id,
            self.fallback_on_busy,
        )


class PlanToUpdate(PlanToWrite):
    version: int = Field(default=0, ge=0, description="when not 0, the version that you read")


class PlanBody(BaseModel):
    id: str
    version: int
    name: str
    numbers: list[str]
    first_agent_id: str
    fallback_agent_id: str
    fallback_on_busy: bool
    created_at: datetime
    updated_at: datetime


class PlanPage(BaseModel):
    plans: list[PlanBody]
    next_page_token: str = Field(description="empty on the last page")


class CallToRoute(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"trunk_id": "trk_01k...", "called": "020 7946 0123"}}
    )
    trunk_id: str
    called: str = Field(description="as the provider sends it")
    caller: str = ""


def router(plans: Plans, dry_run: DryRun) -> APIRouter:
    routes = APIRouter(prefix="/api/v1/routing", tags=["routing"])

    @routes.post("/plans", status_code=201, summary="Create a routing plan")
    async def create(asked: PlanToWrite, response: Response) -> PlanBody:
        tenant = writing_tenant()
        plan = await plans.create(tenant, asked.fields())
        response.headers["Location"] = f"{routes.prefix}/plans/{plan.id}"
        return _body(plan)

    @routes.get("/plans", summary="List your routing plans")
    async def list_plans(page_size: int = 0, page_token: str = "") -> PlanPage:
        page = await plans.list(principal().tenant_id, page_size, page_token)
        return PlanPage(plans=[_body(p) for p in page.items], next_page_token=page.next_page_token)

    @routes.get("/plans/{plan_id}", summary="One routing plan")
    async def get(plan_id: str) -> PlanBody:
        return _body(await plans.get(principal().tenant_id, plan_id))

    @routes.put("/plans/{plan_id}", summary="Change a routing plan")
    async def update(plan_id: str, asked: PlanToUpdate) -> PlanBody:
        tenant = writing_tenant()
        return _body(await plans.update(tenant, plan_id, asked.fields(), asked.version))

    @routes.delete("/plans/{plan_id}", status_code=204, summary="Delete a routing plan")
    async def delete(plan_id: str) -> None:
        await plans.delete(writing_tenant(), plan_id)

    @routes.post("/route", summary="Who would answer? Decides as for a real call and calls nobody")
    async def route(asked: CallToRoute) -> DecisionBody:
        tenant = principal().tenant_id
        return decision_body(dry_run.route(tenant, asked.trunk_id, asked.called, asked.caller))

    return routes


def _body(plan: Plan) -> PlanBody:
    return PlanBody(
        id=plan.id,
        version=plan.version,
        name=plan.name,
        numbers=list(plan.numbers),
        first_agent_id=plan.first_agent_id,
        fallback_agent_id=plan.fallback_agent_id,
        fallback_on_busy=plan.fallback_on_busy,
        created_at=plan.created_at,
        updated_at=plan.updated_at,
    )
