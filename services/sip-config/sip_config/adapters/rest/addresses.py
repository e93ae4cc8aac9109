"""/api/v1/sip/network/addresses: what a provider, or a firewall before a PBX, has to know of us."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from servicekit.api import described, rest
from servicekit.api.as_text import prefers_text, text
from servicekit.auth import Role, principal, reading_tenant
from sip_config.adapters.address_shape import FIELDS, PublicAddressesBody, addresses_document
from sip_config.domain.public_addresses import PublicAddresses

PATH = "/api/v1/sip/network/addresses"


def check_reader() -> None:
    """Everybody of a tenant, and operators. Raises Forbidden."""
    if principal().role is not Role.OPERATOR:
        reading_tenant("trunks")


def router(addresses: PublicAddresses) -> APIRouter:
    routes = APIRouter(tags=["network"])

    @routes.get(
        PATH,
        response_model=PublicAddressesBody,
        summary="Our own addresses, for providers and firewalls",
        description="With `Accept: text/plain` the same as lines.",
        openapi_extra=described.or_text(described.reads(FIELDS)),
    )
    async def get_public_addresses(request: Request) -> Response:
        check_reader()
        fields = rest.fields_asked(request, FIELDS)
        if prefers_text(request):
            return text(request, addresses.lines(), addresses.version)
        answer = rest.one(request, addresses_document(addresses), addresses.version, fields=fields)
        answer.headers["Vary"] = "Accept"
        return answer

    return routes
