"""/api/v1/sip/rejections over the use cases."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from servicekit.api import described, rest
from servicekit.api.idempotency import Answer, IdempotencyKeys
from servicekit.auth import Role, principal, reading_tenant, writing_tenant
from servicekit.http import refuses
from sip_config.adapters.rejection_shape import (
    FIELDS,
    FIX,
    REJECTIONS,
    RejectionBody,
    RejectionPage,
    fix_asked,
    rejection_document,
)
from sip_config.app.rejections import Rejections

PATH = "/api/v1/sip/rejections"


def reading() -> str:
    """Whose rows the caller sees: its tenant's, or as an operator those of no tenant ("")."""
    return "" if principal().role is Role.OPERATOR else reading_tenant("trunks")


def router(rejections: Rejections, keys: IdempotencyKeys) -> APIRouter:
    routes = APIRouter(prefix=PATH, tags=["rejections"])

    @routes.get(
        "",
        response_model=RejectionPage,
        summary="What was turned away, the newest first",
        openapi_extra=described.lists(REJECTIONS),
    )
    async def list_rejections(request: Request) -> Response:
        tenant_id = reading()
        asked = rest.list_asked(request, REJECTIONS)
        page = await rejections.list(tenant_id, asked)
        found = map(rejection_document, page.items)
        return rest.page("rejections", found, page.next_page_token, asked.fields)

    @routes.get(
        "/{rejection_id}",
        response_model=RejectionBody,
        summary="Why it was turned away, and what would let the next one pass",
        openapi_extra=described.reads(FIELDS),
    )
    async def get_rejection(rejection_id: str, request: Request) -> Response:
        tenant_id = reading()
        fields = rest.fields_asked(request, FIELDS)
        row = await rejections.get(tenant_id, rejection_id)
        return rest.one(request, rejection_document(row), row.version, fields=fields)

    @routes.post(
        "/{rejection_id}:applyFix",
        response_model=RejectionBody,
        summary="Apply one of the fixes that are offered; again it changes nothing",
        openapi_extra=described.acts(FIX),
        responses=refuses(
            "fix_outdated",
            "fix_impossible",
            "rejection_invalid",
            "number_taken",
            "quota_numbers",
            "edges_full",
            "numbers_unavailable",
            "plan_not_found",
            "plans_unavailable",
        ),
    )
    async def apply_fix(rejection_id: str, request: Request) -> Response:
        tenant_id, by = writing_tenant("trunks"), principal().subject
        document = await rest.document(request)
        fix, plan_id = fix_asked(FIX.created(document, rest.unknown(request)))

        async def make(_: str) -> Answer:
            row = await rejections.apply_fix(tenant_id, by, rejection_id, fix, plan_id)
            return rest.acted(rejection_document(row), row.version)

        return await rest.once(keys, request, document, make, tenant_id=tenant_id, prefix="rej")

    return routes
