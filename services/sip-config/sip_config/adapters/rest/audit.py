"""/api/v1/audit over the use cases."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from servicekit.api import described, rest
from servicekit.auth import Role, reading_tenant, require
from servicekit.kafka.headers import PLATFORM
from sip_config.adapters.audit_shape import ENTRIES, FIELDS, AuditBody, AuditPage, entry_document
from sip_config.app.audit_log import AuditLog

PATH = "/api/v1/audit"


def reading() -> str:
    """Owners and admins read what was changed of their tenant, operators what was ordered of the platform."""
    who = require(Role.OWNER, Role.ADMIN, Role.OPERATOR)
    return PLATFORM if who.role is Role.OPERATOR else reading_tenant("audit")


def router(log: AuditLog) -> APIRouter:
    routes = APIRouter(prefix=PATH, tags=["audit"])

    @routes.get(
        "",
        response_model=AuditPage,
        summary="What was changed, the newest first",
        openapi_extra=described.lists(ENTRIES),
    )
    async def list_audit_entries(request: Request) -> Response:
        tenant_id = reading()
        asked = rest.list_asked(request, ENTRIES)
        page = await log.list(tenant_id, asked)
        return rest.page("entries", map(entry_document, page.items), page.next_page_token, asked.fields)

    @routes.get(
        "/{entry_id}",
        response_model=AuditBody,
        summary="One change",
        openapi_extra=described.reads(FIELDS),
    )
    async def get_audit_entry(entry_id: str, request: Request) -> Response:
        tenant_id = reading()
        fields = rest.fields_asked(request, FIELDS)
        return rest.one(request, entry_document(await log.get(tenant_id, entry_id)), 1, fields=fields)

    return routes
