"""Which route a request is for, looked up once; and the routes that need nothing of the framework.

A route of the kit takes the request as it came and gives back a Response. FastAPI matches it twice for each
router around it, opens three exit stacks and looks for dependencies that it has none of, in the time of all
the rest. So the guards call it themselves, and FastAPI only describes it. A route that has something read by
the framework (a parameter, a body, a dependency) is served by the framework.
"""

import re
from asyncio import iscoroutinefunction
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.responses import Response
from starlette.routing import BaseRoute

Endpoint = Callable[..., Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Known:
    """methods: none: any (a mounted application). endpoint: None where the framework serves it."""

    pattern: re.Pattern[str]
    methods: Collection[str]
    route: BaseRoute
    endpoint: Endpoint | None


class Routes:
    """Of one application, also those that are added when it is served already."""

    def __init__(self) -> None:
        self._known: tuple[Known, ...] = ()
        self._read = -1

    def find(self, app: FastAPI, method: str, path: str) -> tuple[Known, Mapping[str, str]] | None:
        """The first that takes both, with the parameters of its path."""
        if len(app.routes) != self._read:
            self._known, self._read = tuple(_known(app)), len(app.routes)
        for one in self._known:
            found = one.pattern.match(path)
            if found is not None and (not one.methods or method in one.methods):
                return one, found.groupdict()
        return None


def _known(app: FastAPI) -> Iterator[Known]:
    for context in iter_route_contexts(app.routes):
        pattern = getattr(context, "path_regex", None)
        if pattern is not None:
            yield Known(pattern, context.methods or (), context.original_route, _endpoint(context))


def _endpoint(context: RouteContext) -> Endpoint | None:
    """Where all that it takes is the request and texts of its path, and what it gives back is the answer."""
    reads = getattr(context, "dependant", None)
    if not isinstance(reads, Dependant) or not iscoroutinefunction(reads.call):
        return None
    by_the_framework = (
        reads.query_params,
        reads.header_params,
        reads.cookie_params,
        reads.body_params,
        reads.dependencies,
        reads.http_connection_param_name,
        reads.response_param_name,
        reads.background_tasks_param_name,
        reads.security_scopes_param_name,
    )
    texts = all(
        one.field_info.annotation is str and not one.field_info.metadata and one.alias == one.name
        for one in reads.path_params
    )
    answer = reads.call.__annotations__.get("return")
    answers = isinstance(answer, type) and issubclass(answer, Response)
    plain = reads.request_param_name == "request" and texts and answers and not any(by_the_framework)
    return reads.call if plain else None
