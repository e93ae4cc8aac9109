"""What a path knows: HEAD where GET is known, OPTIONS everywhere, and `Allow` with all of it (RFC 9110)."""

from collections.abc import Iterable

from fastapi.routing import iter_route_contexts
from starlette.responses import Response
from starlette.routing import BaseRoute

MERGE_PATCH = "application/merge-patch+json"
ACCEPT_PATCH = f"{MERGE_PATCH}, application/json"


def allowed(routes: Iterable[BaseRoute], path: str) -> list[str]:
    """The methods of `path`, sorted; none when there is nothing there."""
    found: set[str] = set()
    for route in iter_route_contexts(list(routes)):
        pattern = getattr(route, "path_regex", None)
        if pattern is not None and pattern.match(path):
            found |= route.methods or {"GET"}  # what is mounted, such as files, is read
    if "GET" in found:
        found.add("HEAD")
    return sorted(found | {"OPTIONS"}) if found else []


def options(methods: list[str]) -> Response:
    """The answer to OPTIONS. Nothing of CORS: what does not say so is not open to other origins."""
    headers = {"Allow": ", ".join(methods)}
    if "PATCH" in methods:
        headers["Accept-Patch"] = ACCEPT_PATCH
    return Response(status_code=204, headers=headers)
