"""A query parameter that a path does not know is refused, on every path of every service.

Routes of the kit read their own parameters, so that all that is wrong is told at once; they say so by the
parameters of their description (servicekit.api.described). This is for all the others.
"""

from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from starlette.requests import Request
from starlette.types import Scope

from servicekit.api.lists import refused, unknown_parameters
from servicekit.api.rest import parameters


def check_known(scope: Scope) -> None:
    """Of a request with a query, before it is routed. Raises Invalid.

    It is no dependency of the application: FastAPI solves those for each request, in the time of a bare one.
    """
    request, route = Request(scope), _route_of(scope)
    if route is None or "parameters" in (route.openapi_extra or {}):
        return
    faults = list(unknown_parameters(parameters(request), list(_names(route.dependant))))
    if faults:
        raise refused(faults)


def _route_of(scope: Scope) -> APIRoute | None:
    for one in iter_route_contexts(list(scope["app"].routes)):
        pattern = getattr(one, "path_regex", None)
        if pattern is not None and pattern.match(scope["path"]) and scope["method"] in (one.methods or ()):
            return one.original_route if isinstance(one.original_route, APIRoute) else None
    return None


def _names(of: Dependant) -> Iterator[str]:
    for one in of.query_params:
        kind = one.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):  # its fields are the parameters
            yield from (field.alias or name for name, field in kind.model_fields.items())
        else:
            yield one.alias
    for inner in of.dependencies:
        yield from _names(inner)
