"""What is given as lines of text to whoever would rather have it so (RFC 9110, 12.5.1)."""

import re
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from servicekit.api import preconditions

_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")


def prefers_text(request: Request) -> bool:
    """JSON where both are as welcome."""
    wanted = ", ".join(request.headers.getlist("accept"))
    return _welcome(wanted, "text/plain") > _welcome(wanted, "application/json")


def text(request: Request, lines: Iterable[str], version: str) -> Response:
    """version: of the content."""
    headers = {"ETag": preconditions.etag(f"{version}-text"), "Vary": "Accept"}
    if preconditions.not_modified(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response("".join(f"{line}\n" for line in lines), media_type="text/plain", headers=headers)


def _welcome(accept: str, kind: str) -> float:
    """The quality of the range that fits best."""
    found = {}
    for part in accept.lower().split(","):
        name, *parameters = (one.strip() for one in part.split(";"))
        quality = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        found[name] = float(quality) if _QUALITY.fullmatch(quality) else 0.0
    ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    return next((found[one] for one in ranges if one in found), 0.0)
