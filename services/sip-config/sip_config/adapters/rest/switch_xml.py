"""/switch/v1/xml: what a FreeSWITCH asks with mod_xml_curl (a form by POST, HTTP basic authentication)."""

import base64
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response

from servicekit.errors import Unauthenticated
from sip_config.domain.switch_xml import NOT_FOUND, access_list

PATH = "/switch/v1/xml"
_USER = "switch"


def router(edges: Sequence[str], password: str) -> APIRouter:
    """edges: the addresses that may send calls to a switch."""
    routes = APIRouter(include_in_schema=False)

    @routes.post(PATH)
    async def answer(request: Request) -> Response:
        _check(request.headers.get("authorization", ""), password)
        asked = parse_qs((await request.body()).decode("utf-8", "replace"))
        wanted = (asked.get("section", [""])[0], asked.get("key_value", [""])[0])
        known = wanted == ("configuration", "acl.conf") and edges
        return Response(access_list(edges) if known else NOT_FOUND, media_type="text/xml")

    return routes


def _check(authorization: str, password: str) -> None:
    scheme, _, encoded = authorization.partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True)
    except ValueError:  # not base64 (binascii.Error), or not ASCII
        given = b""
    if scheme.lower() != "basic" or not hmac.compare_digest(given, f"{_USER}:{password}".encode()):
        raise Unauthenticated(
            "switch_unknown",
            "this is for switches only",
            hint="set the switch's credentials to the user switch and the password that sip-config was given",
        )
