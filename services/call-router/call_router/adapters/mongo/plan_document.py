"""A plan as a document, and what a change of it writes."""

from call_router.adapters.messages.routing import plan_message
from call_router.adapters.mongo.outbox import AUDITED_PLANS, PLANS
from call_router.domain.passing import Passing
from call_router.domain.plan import Plan
from keepline.routing.v1.plan_pb2 import RoutingState
from servicekit.documents import ALIVE, Document


def of_version(plan: Plan, version: int) -> Document:
    return {"_id": plan.id, "tenant_id": plan.tenant_id, "version": version, **ALIVE}


def replacement(plan: Plan, before: Plan) -> Document:
    audit = AUDITED_PLANS.change(plan.id, _whole(before), _whole(plan))
    numbers = {"$set": {**fields_document(plan), **numbers_document(plan)}}
    update = numbers if plan.numbers else {**numbers, "$unset": {"numbers": ""}}
    return {**update, "$push": {"outbox": {"$each": [state_entry(plan), audit]}}}


def read_passing(found: Document) -> Passing:
    kept = found["passing"]
    return Passing(found["tenant_id"], found["_id"], kept["to"], tuple(kept["numbers"]), kept["at"])


def state_entry(plan: Plan) -> Document:
    value = RoutingState(plan=plan_message(plan)).SerializeToString()
    return PLANS.entry(plan.tenant_id, plan.id, plan.version, value, plan.updated_at)


def _whole(plan: Plan) -> Document:
    return {**fields_document(plan), "numbers": list(plan.numbers)}


def numbers_document(plan: Plan) -> Document:
    return {"numbers": list(plan.numbers)} if plan.numbers else {}


def fields_document(plan: Plan) -> Document:
    return {
        "tenant_id": plan.tenant_id,
        "version": plan.version,
        "name": plan.name,
        "first_agent_id": plan.first_agent_id,
        "fallback_agent_id": plan.fallback_agent_id,
        "fallback_on_busy": plan.fallback_on_busy,
        "created_at": plan.created_at,
        "updated_at": plan.updated_at,
    }


def plan_of(found: Document) -> Plan:
    return Plan(
        found["_id"],
        found["tenant_id"],
        found["version"],
        found["name"],
        tuple(found.get("numbers", ())),
        found["first_agent_id"],
        found["fallback_agent_id"],
        found["fallback_on_busy"],
        found["created_at"],
        found["updated_at"],
    )
