"""The description of the REST API: of each service as it serves it, and docs/openapi.json of all together.

Each router is made over nothing, since what it is made over shows in no description.
"""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from joserfc.jwk import OKPKey

from harness.paths import REPOSITORY
from servicekit.auth import TokenVerifier
from servicekit.http import create_app
from servicekit.readiness import Readiness

JOINED = REPOSITORY / "docs" / "openapi.json"
TITLES = {
    "sip_config": ("sip-config", "Keepline: trunks, and where they are in force"),
    "phone_sources": ("phone-sources", "Keepline: which numbers we answer for"),
    "call_router": ("call-control", "Keepline: who answers, and what came of it"),
    "health_monitor": ("health-monitor", "Keepline: which trunks can carry calls"),
}
_TITLE = "Keepline"
_KINDS = ("schemas", "responses", "headers", "securitySchemes")

Description = dict[str, Any]


def files() -> dict[Path, str]:
    """The file and what it must hold."""
    described = joined({name: app.openapi() for name, app in applications()})
    return {JOINED: json.dumps(described, indent=1, ensure_ascii=False) + "\n"}


def applications() -> Iterator[tuple[str, FastAPI]]:
    for package, (name, title) in TITLES.items():
        key = OKPKey.generate_key("Ed25519", auto_kid=True).as_dict(private=False)
        nobody = TokenVerifier({"keys": [key]}, issuer="", audience="")
        app = create_app(name, title, nobody, Readiness())
        for router in _routers(package):
            app.include_router(router)
        yield name, app


def joined(each: Mapping[str, Description]) -> Description:
    """Raises ValueError where two services describe one path, operation or component differently."""
    first = next(iter(each.values()))
    whole: Description = {
        "openapi": first["openapi"],
        "info": {**first["info"], "title": _TITLE},
        "servers": first["servers"],
        "tags": [],
        "paths": {},
        "components": {},
    }
    for name, description in each.items():
        _merge(whole["paths"], description["paths"], f"paths of {name}")
        for kind in _KINDS:
            inner = whole["components"].setdefault(kind, {})
            _merge(inner, description["components"].get(kind, {}), f"{kind} of {name}")
        whole["tags"] += [tag for tag in description.get("tags", ()) if tag not in whole["tags"]]
    return whole


def _merge(whole: Description, part: Description, what: str) -> None:
    for name, value in part.items():
        if whole.setdefault(name, value) != value:
            raise ValueError(f"{what}: {name} is described twice, and differently")


def _routers(package: str) -> Iterator[APIRouter]:
    root = importlib.import_module(f"{package}.adapters")
    for found in pkgutil.walk_packages(root.__path__, f"{package}.adapters."):
        if ".rest" not in found.name:
            continue
        make = getattr(importlib.import_module(found.name), "router", None)
        if inspect.isfunction(make) and make.__module__ == found.name:
            needed = [one for one in inspect.signature(make).parameters.values() if one.default is one.empty]
            yield make(*(_Nothing() for _ in needed))


class _Nothing:
    """Stands where a use case would; whatever is taken of it is nothing as well."""

    def __getattr__(self, name: str) -> "_Nothing":
        return _Nothing()

    def __call__(self, *_given: object, **_named: object) -> "_Nothing":
        return _Nothing()

    def __iter__(self) -> Iterator[object]:
        return iter(())
