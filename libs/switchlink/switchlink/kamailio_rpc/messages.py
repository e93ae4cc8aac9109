"""Requests and answers of JSON-RPC 2.0 as Kamailio speaks it, without a transport.

An answer belongs to the request with its number: one that comes after its caller gave up is nobody's.
"""

import re
from collections.abc import Sequence
from typing import Any

import orjson

_METHOD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_IN_HEADERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class SipHeaders(str):
    """Whole header lines, built from validated parts: the one value that may hold CR and LF."""

    __slots__ = ()


Param = str | int | float


class RpcUnavailable(Exception):
    """Nobody answered, in time or at all. Whether a write took effect is not known."""


class RpcError(Exception):
    """Kamailio answered with an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


class RpcInvalid(ValueError):
    """Refused here: a part would reach Kamailio as something else than a value."""


def request(number: int, method: str, params: Sequence[Param]) -> bytes:
    if not _METHOD.match(method):
        raise RpcInvalid(f"not a method: {method[:80]!r}")
    for position, param in enumerate(params, start=1):
        forbidden = _NOT_IN_HEADERS if isinstance(param, SipHeaders) else _CONTROL
        if isinstance(param, str) and forbidden.search(param):
            raise RpcInvalid(f"parameter {position} of {method} holds a control character")
    plain = [str(param) if isinstance(param, str) else param for param in params]
    return orjson.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": plain})


def answer(number: int, payload: bytes) -> tuple[bool, Any]:
    """(False, None) when this answers another request; raises RpcError when it is an error."""
    document = _document(payload)
    if document.get("id") != number:
        return False, None
    error = document.get("error")
    if isinstance(error, dict):
        raise RpcError(_code(error.get("code")), str(error.get("message", "")))
    if "result" not in document:
        raise RpcUnavailable("an answer with neither result nor error")
    return True, document["result"]


def _document(payload: bytes) -> dict[str, Any]:
    """What callers wrote into SIP headers comes back in some answers: it may be no UTF-8."""
    try:
        document = orjson.loads(payload.decode("utf-8", "replace"))
    except orjson.JSONDecodeError as error:
        raise RpcUnavailable(f"an answer that is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise RpcUnavailable("an answer that is not a JSON object")
    return document


def _code(value: object) -> int:
    return value if isinstance(value, int) else 500
