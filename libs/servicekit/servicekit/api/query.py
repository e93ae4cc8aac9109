"""A query parameter that a path does not know is refused, on every path of every service.

Routes of the kit read their own parameters, so that all that is wrong is told at once; they say so by the
parameters of their description (servicekit.api.described). This is for all the others.
"""

from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import Scope

from servicekit.api.lists import refused, unknown_parameters
from servicekit.api.rest import parameters


def check_known(scope: Scope, route: BaseRoute) -> None:
    """Of a request with a query, before `route` sees it. Raises Invalid.

    It is no dependency of the application: FastAPI solves those for each request, in the time of a bare one.
    """
    if not isinstance(route, APIRoute) or "parameters" in (route.openapi_extra or {}):
        return
    faults = list(unknown_parameters(parameters(Request(scope)), list(_names(route.dependant))))
    if faults:
        raise refused(faults)


def _names(of: Dependant) -> Iterator[str]:
    for one in of.query_params:
        kind = one.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):  # its fields are the parameters
            yield from (field.alias or name for name, field in kind.model_fields.items())
        else:
            yield one.alias
    for inner in of.dependencies:
        yield from _names(inner)
