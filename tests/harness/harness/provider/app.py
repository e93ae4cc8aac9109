"""The page's addresses. Served on loopback.

A page of another origin places no call here: FastAPI reads a body as JSON only when its type says so, and
such a type is not sent elsewhere without asking first (Fetch, CORS-safelisted request headers).
"""

import secrets

from fastapi import FastAPI, HTTPException
from fastapi.exceptions import RequestValidationError
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from harness.provider import page
from harness.provider.asked import CallAsked
from harness.provider.calls import Calls, TooManyCalls

_HOSTS = ["127.0.0.1", "localhost"]


def create_app(calls: Calls, number: str, domain: str) -> FastAPI:
    """number and domain: that the page proposes."""
    app = FastAPI(openapi_url=None)

    @app.get("/")
    async def shown() -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        headers = {"content-security-policy": page.policy(nonce), "cache-control": "no-store"}
        return HTMLResponse(page.shown(nonce, number, domain, calls.agent), headers=headers)

    @app.get("/calls")
    async def listed() -> JSONResponse:
        return JSONResponse({"calls": [placed.told() for placed in calls.kept]})

    @app.get("/calls/{call_id}")
    async def one(call_id: str) -> JSONResponse:
        if (placed := calls.one(call_id)) is None:
            raise HTTPException(404, "no such call, or it is no longer among the newest 50")
        return JSONResponse(placed.told())

    @app.post("/calls")
    async def place(asked: CallAsked) -> JSONResponse:
        try:
            placed = calls.place(asked)
        except TooManyCalls as error:
            raise HTTPException(429, str(error)) from None
        return JSONResponse(placed.told(), 202, {"location": f"/calls/{placed.id}"})

    @app.exception_handler(RequestValidationError)
    async def wrong(_request: Request, error: RequestValidationError) -> JSONResponse:
        found = [
            f"{fault['loc'][-1]}: {fault['msg'].removeprefix('Value error, ')}" for fault in error.errors()
        ]
        return JSONResponse({"detail": "; ".join(found)}, 422)

    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)
    return app
