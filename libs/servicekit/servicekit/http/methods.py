"""What a path knows: HEAD where GET is known, OPTIONS everywhere, and `Allow` with all of it (RFC 9110)."""

import re
from collections.abc import Iterable

from fastapi.routing import iter_route_contexts
from starlette.responses import Response
from starlette.routing import BaseRoute

MERGE_PATCH = "application/merge-patch+json"
ACCEPT_PATCH = f"{MERGE_PATCH}, application/json"
_PARAMETER = re.compile(r"\{[^}]*\}")


def allowed(routes: Iterable[BaseRoute], path: str) -> list[str]:
    """The methods of `path`, sorted; none when there is nothing there. Of several that it fits, such as
    /trunks/{id} and /trunks/{id}:test, the one that says more of it is meant."""
    by_words: dict[int, set[str]] = {}
    for route in iter_route_contexts(list(routes)):
        pattern = getattr(route, "path_regex", None)
        if pattern is not None and pattern.match(path):
            words = len(_PARAMETER.sub("", str(getattr(route, "path", ""))))
            # what is mounted, such as files, is read
            by_words.setdefault(words, set()).update(route.methods or {"GET"})
    found = by_words[max(by_words)] if by_words else set()
    if "GET" in found:
        found.add("HEAD")
    return sorted(found | {"OPTIONS"}) if found else []


def options(methods: list[str]) -> Response:
    """The answer to OPTIONS. Nothing of CORS: what does not say so is not open to other origins."""
    headers = {"Allow": ", ".join(methods)}
    if "PATCH" in methods:
        headers["Accept-Patch"] = ACCEPT_PATCH
    return Response(status_code=204, headers=headers)
