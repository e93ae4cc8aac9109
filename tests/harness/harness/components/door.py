"""nginx before the services: the settings of a door."""

from collections.abc import Mapping
from pathlib import Path

from harness.paths import REPOSITORY

RULES = REPOSITORY / "infra" / "nginx" / "nginx.conf"
DOCUMENTS = REPOSITORY / "docs"
WEB = REPOSITORY / "web" / "dist"


def door_settings(
    folder: Path,
    http: str,
    grpc: str,
    reached: Mapping[str, tuple[str, str]],
    *,
    issuer: str = "",
    **more: str,
) -> dict[str, str]:
    """As environment variables. reached: REST and gRPC of each service, host:port; more: settings; issuer:
    where people sign in to the web application, which is served where it is built."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {
        "HTTP__LISTEN": http,
        "GRPC__LISTEN": grpc,
        "DATA_DIR": str(folder),
        "DOOR__RULES": str(RULES),
        "DOOR__DOCUMENTS": str(DOCUMENTS),
        **more,
    }
    if issuer and (WEB / "index.html").exists():
        values |= {"WEB__FOLDER": str(WEB), "WEB__ISSUER": issuer}
    for name, (rest, rpc) in reached.items():
        service = name.replace("-", "_").upper()
        values |= {f"SERVICES__{service}__HTTP": rest, f"SERVICES__{service}__GRPC": rpc}
    return {f"KEEPLINE_{key}": value for key, value in values.items()}
