"""/api/v1/phone/numbers over the use cases."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from phone_sources.adapters.number_shape import (
    COMPUTED,
    NUMBER,
    NUMBERS,
    NumberBody,
    NumberPage,
    asked_of,
    change_of,
    number_document,
)
from phone_sources.app.numbers import Numbers
from phone_sources.domain.number import Number
from servicekit.api import described, rest
from servicekit.api.idempotency import Answer, IdempotencyKeys
from servicekit.auth import reading_tenant, writing_tenant
from servicekit.http import refuses

PATH = "/api/v1/phone/numbers"
_FIELDS = tuple(NumberBody.model_fields)


def router(numbers: Numbers, keys: IdempotencyKeys) -> APIRouter:
    routes = APIRouter(prefix=PATH, tags=["numbers"])

    def body(number: Number) -> dict[str, object]:
        return number_document(number, numbers.dangling(number))

    @routes.post(
        "",
        status_code=201,
        response_model=NumberBody,
        summary="Bring a number in",
        description="Whoever brings a number in first has it: nothing proves yet that it is his.",
        openapi_extra=described.creates(NUMBER, NumberBody),
        responses=refuses("number_taken", "quota_numbers", "edges_full", "trunks_unavailable"),
    )
    async def create_number(request: Request) -> Response:
        tenant_id = writing_tenant("numbers")
        document = await rest.document(request)
        trial, found = rest.validate_only(request)
        reading = NUMBER.created(document, found)
        if trial:
            number = await numbers.trial().create(tenant_id, asked_of(reading))
            return rest.as_it_would_be(body(number), ("id",))

        async def make(number_id: str) -> Answer:
            number = await numbers.create(tenant_id, asked_of(reading), number_id)
            return rest.created(f"{PATH}/{number.id}", body(number), number.version)

        return await rest.once(keys, request, document, make, tenant_id=tenant_id, prefix="num")

    @routes.get(
        "",
        response_model=NumberPage,
        summary="List your numbers",
        openapi_extra=described.lists(NUMBERS),
    )
    async def list_numbers(request: Request) -> Response:
        tenant_id = reading_tenant("numbers")
        asked = rest.list_asked(request, NUMBERS)
        page = await numbers.list(tenant_id, asked)
        return rest.page("numbers", map(body, page.items), page.next_page_token, asked.fields)

    @routes.get(
        "/{number_id}",
        response_model=NumberBody,
        summary="One number",
        openapi_extra=described.reads(_FIELDS),
    )
    async def get_number(number_id: str, request: Request) -> Response:
        tenant_id = reading_tenant("numbers")
        fields = rest.fields_asked(request, _FIELDS)
        number = await numbers.get(tenant_id, number_id)
        return rest.one(request, body(number), number.version, COMPUTED, fields)

    @routes.patch(
        "/{number_id}",
        response_model=NumberBody,
        summary="Change a number's label, or move it to another trunk",
        openapi_extra=described.changes(NUMBER, NumberBody, trial=True),
        responses=refuses("edges_full", "trunks_unavailable"),
    )
    async def update_number(number_id: str, request: Request) -> Response:
        tenant_id, expected = writing_tenant("numbers"), rest.if_match(request)
        trial, found = rest.validate_only(request)
        change = change_of(await rest.document(request), found)
        if trial:
            number = await numbers.trial().update(tenant_id, number_id, change, expected)
            return rest.as_it_would_be(body(number))
        number = await numbers.update(tenant_id, number_id, change, expected)
        return rest.changed(body(number), number.version)

    @routes.delete(
        "/{number_id}",
        status_code=204,
        summary="Let a number go that no plan names; its calls are refused from then on",
        openapi_extra=described.deletes(),
        responses=refuses("number_in_use", "references_unknown"),
    )
    async def delete_number(number_id: str, request: Request) -> Response:
        tenant_id, expected = writing_tenant("numbers"), rest.if_match(request)
        rest.no_parameters(request)
        await numbers.delete(tenant_id, number_id, expected)
        return Response(status_code=204)

    return routes
