"""/problems/: the codes of refusals, each with its page. Open, as the description of the API is.

The catalogue is made from the sources (`make codes`) and read when somebody asks.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

from servicekit.http.problems import no_such_path

PATH = "/problems"
_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 1rem/1.5 system-ui; max-width: 45rem; margin: 2rem auto; padding: 0 1rem }}</style>
</head><body>{body}</body></html>
"""


@dataclass(frozen=True, slots=True)
class Code:
    """statuses: of HTTP, as in "404", where it is the code of a refusal; by: the services that say it."""

    statuses: tuple[str, ...]
    by: tuple[str, ...]
    told: tuple[str, ...]
    what: tuple[str, ...]
    repair: tuple[str, ...]


@cache
def catalogue() -> Mapping[str, Code]:
    """Every code that the sources can raise."""
    found = json.loads(files("servicekit.http").joinpath("catalogue.json").read_text("utf-8"))
    return {
        code: Code(**{part: tuple(said) for part, said in entry.items()}) for code, entry in found.items()
    }


def install(app: FastAPI) -> None:
    async def listed(_request: Request) -> HTMLResponse:
        links = (f'<a href="{PATH}/{code}">{code}</a>' for code in catalogue())
        return _page("Codes", f"<h1>Codes</h1>{_list(links)}")

    async def one(request: Request) -> HTMLResponse:
        code = request.path_params["code"]
        found = catalogue().get(code)
        if found is None:
            raise no_such_path(request.url.path)
        return _page(code, _told(code, found))

    app.add_route(f"{PATH}/", listed, include_in_schema=False)
    app.add_route(f"{PATH}/{{code}}", one, include_in_schema=False)


def _told(code: str, found: Code) -> str:
    by = ", ".join(found.by)
    status = f", status {' or '.join(found.statuses)}" if found.statuses else ""
    return (
        f"<h1>{escape(code)}</h1><p>{escape('; '.join(found.told))}{status}. Told by {escape(by)}.</p>"
        f"<h2>What happened</h2>{_list(map(escape, found.what))}"
        f"<h2>How to repair it</h2>{_list(map(escape, found.repair))}"
        f'<p><a href="{PATH}/">All codes</a></p>'
    )


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"


def _page(title: str, body: str) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(title=escape(title), body=body), headers=_HEADERS)
