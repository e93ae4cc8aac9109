"""/api/v1/sip/onboardings over the use cases."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from servicekit.api import described, rest
from servicekit.api.idempotency import Answer, IdempotencyKeys
from servicekit.auth import Role, reading_tenant, require, writing_tenant
from servicekit.http import refuses
from sip_config.adapters.onboarding_shape import (
    FIELDS,
    LIVE,
    ONBOARDING,
    ONBOARDINGS,
    OnboardingBody,
    OnboardingPage,
    asked_of,
    change_of,
    live_asked,
    onboarding_document,
)
from sip_config.adapters.onboarding_success_shape import SuccessBody, asked_between, success_document
from sip_config.app.onboardings import Onboardings

PATH = "/api/v1/sip/onboardings"


def router(onboardings: Onboardings, keys: IdempotencyKeys) -> APIRouter:
    routes = APIRouter(prefix=PATH, tags=["onboardings"])

    @routes.post(
        "",
        status_code=201,
        response_model=OnboardingBody,
        summary="Begin to connect a number",
        openapi_extra=described.creates(ONBOARDING),
        responses=refuses("quota_onboardings"),
    )
    async def create_onboarding(request: Request) -> Response:
        tenant_id = writing_tenant("trunks")
        document = await rest.document(request)
        reading = ONBOARDING.created(document, rest.unknown(request))

        async def make(onboarding_id: str) -> Answer:
            one = await onboardings.create(tenant_id, asked_of(reading), onboarding_id)
            return rest.created(f"{PATH}/{one.id}", onboarding_document(one), one.version)

        return await rest.once(keys, request, document, make, tenant_id=tenant_id, prefix="onb")

    @routes.get(
        "",
        response_model=OnboardingPage,
        summary="Your onboardings, the newest first",
        openapi_extra=described.lists(ONBOARDINGS),
    )
    async def list_onboardings(request: Request) -> Response:
        tenant_id = reading_tenant("trunks")
        asked = rest.list_asked(request, ONBOARDINGS)
        page = await onboardings.list(tenant_id, asked)
        return rest.page(
            "onboardings", map(onboarding_document, page.items), page.next_page_token, asked.fields
        )

    @routes.get(
        "/success",
        response_model=SuccessBody,
        summary="How onboardings go, all tenants together; for operators",
        openapi_extra=described.between("those that were begun", "the 30 days until then"),
    )
    async def get_onboarding_success(request: Request) -> Response:
        require(Role.OPERATOR)
        begin, end = asked_between(rest.parameters(request), onboardings.clock.now())
        return rest.shown(success_document(await onboardings.success(begin, end)))

    @routes.get(
        "/{onboarding_id}",
        response_model=OnboardingBody,
        summary="How far one onboarding is",
        openapi_extra=described.reads(FIELDS),
    )
    async def get_onboarding(onboarding_id: str, request: Request) -> Response:
        tenant_id = reading_tenant("trunks")
        fields = rest.fields_asked(request, FIELDS)
        one = await onboardings.get(tenant_id, onboarding_id)
        return rest.one(request, onboarding_document(one), one.version, fields=fields)

    @routes.patch(
        "/{onboarding_id}",
        response_model=OnboardingBody,
        summary="Save a step of an onboarding",
        openapi_extra=described.changes(ONBOARDING, OnboardingBody),
        responses=refuses("onboarding_live"),
    )
    async def update_onboarding(onboarding_id: str, request: Request) -> Response:
        tenant_id, expected = writing_tenant("trunks"), rest.if_match(request)
        change = change_of(await rest.document(request), rest.unknown(request))
        one = await onboardings.update(tenant_id, onboarding_id, change, expected)
        return rest.changed(onboarding_document(one), one.version)

    @routes.delete(
        "/{onboarding_id}",
        status_code=204,
        summary="Forget an onboarding; what it connected stays",
        openapi_extra=described.deletes(),
    )
    async def delete_onboarding(onboarding_id: str, request: Request) -> Response:
        tenant_id, expected = writing_tenant("trunks"), rest.if_match(request)
        rest.no_parameters(request)
        await onboardings.delete(tenant_id, onboarding_id, expected)
        return Response(status_code=204)

    @routes.post(
        "/{onboarding_id}:skipTest",
        response_model=OnboardingBody,
        summary="Go on without a test call; it stays untested",
        openapi_extra=described.does(),
        responses=refuses("onboarding_live"),
    )
    async def skip_test(onboarding_id: str, request: Request) -> Response:
        tenant_id = writing_tenant("trunks")
        rest.no_parameters(request)

        async def make(_: str) -> Answer:
            one = await onboardings.skip_test(tenant_id, onboarding_id)
            return rest.acted(onboarding_document(one), one.version)

        return await rest.once(keys, request, None, make, tenant_id=tenant_id, prefix="onb")

    @routes.post(
        "/{onboarding_id}:goLive",
        response_model=OnboardingBody,
        summary="Say that all is done; again it changes nothing",
        openapi_extra=described.acts(LIVE),
        responses=refuses("onboarding_invalid", "onboarding_unfinished", "emergency_unacknowledged"),
    )
    async def go_live(onboarding_id: str, request: Request) -> Response:
        tenant_id = writing_tenant("trunks")
        document = await rest.document(request)
        acknowledged = live_asked(LIVE.created(document, rest.unknown(request)))

        async def make(_: str) -> Answer:
            one = await onboardings.go_live(tenant_id, onboarding_id, acknowledged=acknowledged)
            return rest.acted(onboarding_document(one), one.version)

        return await rest.once(keys, request, document, make, tenant_id=tenant_id, prefix="onb")

    return routes
