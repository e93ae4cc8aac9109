"""Makes a service's REST application; routers are added to it by the service.

Health, readiness, the docs and the pages of the codes are open, everything else needs a token (see guards).
"""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse

from servicekit.auth import Principal, TokenVerifier, principal
from servicekit.auth.rights import Rights
from servicekit.http import code_pages, docs, openapi, problems
from servicekit.http.guards import Guards
from servicekit.open_streams import Most, Streams
from servicekit.rates import RequestRates
from servicekit.readiness import Readiness
from servicekit.settings.groups import LOOPBACK, PROBLEMS

OPEN = ("/healthz", "/readyz", "/docs", "/openapi.json", code_pages.PATH)


async def authenticated() -> Principal:
    """For routes that take the principal as an argument: `Annotated[Principal, Depends(authenticated)]`."""
    return principal()


def create_app(
    name: str,
    title: str,
    verifier: TokenVerifier,
    readiness: Readiness,
    open_paths: tuple[str, ...] = (),
    *,
    rates: RequestRates | None = None,
    most_streams: Most | None = None,
) -> FastAPI:
    """`open_paths` and all below them need no token: they check something else, or nothing.
    `rates`: of the process, shared with gRPC.

    A path has one spelling: nothing is at it with a slash behind it.
    """
    app = FastAPI(
        title=title,
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=openapi.operation_name,
        separate_input_output_schemas=False,
        # the guards have a span and a measure of their own; the framework's would tell paths and queries
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.name = name
    app.state.streams = Streams(Rights(verifier), most_streams or Most())
    # until it is served: then as the settings say
    app.state.problems, app.state.proxies = PROBLEMS, LOOPBACK
    problems.install(app)
    app.add_middleware(
        Guards,
        verifier=verifier,
        open_paths=(*OPEN, *open_paths),
        rates=rates or RequestRates(),
    )
    docs.install(app)
    code_pages.install(app)
    openapi.install(app, open_paths)
    _add_health(app, readiness)
    return app


def _add_health(app: FastAPI, readiness: Readiness) -> None:
    async def healthz(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "service": app.state.name})

    async def readyz(_request: Request) -> JSONResponse:
        checks = readiness.report()
        ready = not any(checks.values())
        body = {"ready": ready, "checks": checks, "degraded": readiness.degraded()}
        return JSONResponse(body, 200 if ready else 503)

    app.add_route("/healthz", healthz, include_in_schema=False)
    app.add_route("/readyz", readyz, include_in_schema=False)
