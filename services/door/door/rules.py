"""nginx's configuration: infra/nginx/nginx.conf with what the settings say."""

import os
import pwd
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from door import web
from door.measures import status_socket
from door.problems import SAID, Said
from door.routes import GRPC, REST, SERVICES, title
from door.settings import ReachedSettings, Settings
from servicekit.settings import WrongSetting

_PLACE = re.compile(r"^( *)@([A-Z_]+)@$|@([A-Z_]+)@", re.MULTILINE)
_LEVELS = {"debug": "info", "info": "warn", "warning": "warn", "error": "error"}
_SYSTEM_CA = "/etc/ssl/certs/ca-certificates.crt"
ASSETS = Path(str(files("fastapi_offline") / "static"))


def rendered(template: str, settings: Settings) -> str:
    """Raises KeyError for a place that nothing fills."""
    values = _values(settings)
    return _PLACE.sub(lambda found: values[found[2] or found[3]], template)


def read_template(settings: Settings) -> str:
    try:
        return settings.door.rules.read_text()
    except OSError as error:
        raise WrongSetting("KEEPLINE_DOOR__RULES", f"cannot be read: {error.strerror}") from error


def _values(settings: Settings) -> dict[str, str]:
    limits, tls = settings.limits, settings.http.tls
    return {
        "USER": _user(settings),
        "STATUS": str(status_socket(settings.data_dir)),
        "WORKERS": str(settings.door.workers),
        "CONNECTIONS": str(settings.door.connections),
        "DRAIN": f"{settings.drain_seconds:.0f}s",
        "LOG_LEVEL": _LEVELS[settings.log.level],
        "ORIGINS": "\n".join(f'        "{origin}" $http_origin;' for origin in settings.cors.origins),
        "VARY": "        add_header Vary Origin always;" if settings.cors.origins else "",
        "REQUESTS_PER_SECOND": str(limits.requests_per_second),
        "BURST": str(limits.burst),
        "AT_ONCE": str(limits.at_once),
        "REST_BYTES": str(limits.rest_bytes),
        "PROXIES": _proxies(settings),
        "UPSTREAMS": "\n".join(line for service in SERVICES for line in _upstream(service, settings)),
        "TO_SERVICES_TLS": "\n".join(_to_services_tls(settings)),
        "HTTP": settings.http.listen + (" ssl http2" if tls.cert_file else ""),
        "GRPC": f"        listen {settings.grpc.listen} http2;"
        if settings.grpc.listen and not tls.cert_file
        else "",
        "TLS": "\n".join(_tls(settings)),
        "REST": "\n".join(_rest(prefix, service, settings) for prefix, service in REST.items()),
        "RPC": "\n".join(_rpc(name, service, settings) for name, service in GRPC.items()),
        "GRPC_PROBLEMS": _grpc_problems(),
        "DESCRIPTIONS": "\n".join(_description(service, settings) for service in SERVICES),
        "ASSETS": str(ASSETS),
        "HOME": web.home(settings.web),
        "OTHER": web.other_paths(settings.web),
        "WEB": _indented(web.locations(settings.web, settings.data_dir.absolute())),
        "PROBLEMS": "\n".join(_problem(one, settings.http.problems) for one in SAID),
    }


def _user(settings: Settings) -> str:
    """Started as root, the workers are whoever owns the folder; otherwise nobody can become another."""
    if os.geteuid() != 0:
        return ""
    owner = pwd.getpwuid(settings.data_dir.stat().st_uid)
    return f"user {owner.pw_name};"


def _proxies(settings: Settings) -> str:
    if not settings.proxies:
        return ""
    lines = [f"    set_real_ip_from {network};" for network in settings.proxies]
    return "\n".join([*lines, "    real_ip_header X-Forwarded-For;", "    real_ip_recursive on;"])


def _reached(service: str, settings: Settings) -> ReachedSettings:
    found: ReachedSettings = getattr(settings.services, service)
    return found


def _upstream(service: str, settings: Settings) -> Iterator[str]:
    reached = _reached(service, settings)
    for name, address in ((title(service), reached.http), (f"{title(service)}-grpc", reached.grpc)):
        yield f"    upstream {name} {{"
        yield f"        server {address};"
        yield "        keepalive 64;"
        yield "        keepalive_timeout 20s;"
        yield "        keepalive_requests 1000000;"
        yield "    }"


def _to_services_tls(settings: Settings) -> Iterator[str]:
    tls = settings.tls
    if not tls.enabled:
        return
    for kind in ("proxy", "grpc"):
        yield f"    {kind}_ssl_verify on;"
        yield f"    {kind}_ssl_server_name on;"
        yield f"    {kind}_ssl_trusted_certificate {tls.ca_file or _SYSTEM_CA};"
        if tls.cert_file is not None:
            yield f"    {kind}_ssl_certificate {tls.cert_file};"
            yield f"    {kind}_ssl_certificate_key {tls.key_file};"


def _tls(settings: Settings) -> Iterator[str]:
    tls = settings.http.tls
    if tls.cert_file is None:
        return
    yield f"        ssl_certificate {tls.cert_file};"
    yield f"        ssl_certificate_key {tls.key_file};"
    yield "        ssl_protocols TLSv1.2 TLSv1.3;"
    yield "        ssl_session_cache shared:door:4m;"
    yield "        ssl_session_tickets off;"
    if tls.client_ca_file is not None:
        yield f"        ssl_client_certificate {tls.client_ca_file};"
        yield "        ssl_verify_client on;"


def _pass(kind: str, service: str, settings: Settings, path: str = "") -> list[str]:
    """kind: proxy or grpc."""
    scheme = ("http" if kind == "proxy" else "grpc") + ("s" if settings.tls.enabled else "")
    group = title(service) + ("" if kind == "proxy" else "-grpc")
    reached = _reached(service, settings)
    host = (reached.http if kind == "proxy" else reached.grpc).rpartition(":")[0].strip("[]")
    name = [f"{kind}_ssl_name {host};"] if settings.tls.enabled else []
    return [f"{kind}_pass {scheme}://{group}{path};", *name]


def _rest(prefix: str, service: str, settings: Settings) -> str:
    """What ends in /stream is an event stream (SSE): not gathered, not packed, and not cut off."""
    to_service = _pass("proxy", service, settings)
    stream = [*to_service, "proxy_buffering off;", "proxy_read_timeout 1d;", "gzip off;"]
    inner = _block("location ~ /stream$", stream)
    return _indented(_block(f"location {prefix}", [*to_service, *inner]))


def _rpc(name: str, service: str, settings: Settings) -> str:
    lines = [
        *_pass("grpc", service, settings),
        f"client_max_body_size {settings.limits.grpc_bytes};",
        "add_header X-Request-Id $door_answered_id always;",
        *(line.strip() for line in _grpc_problems().splitlines()),
    ]
    return _indented(_block(f"location ^~ /{name}/", lines))


def _description(service: str, settings: Settings) -> str:
    lines = _pass("proxy", service, settings, "/openapi.json")
    return _indented(_block(f"location = /docs/{title(service)}/openapi.json", lines))


def _problem(said: Said, problems: str) -> str:
    """Its two pages, and for REST the statuses that lead there."""
    first, http = said.statuses[0], said.problem.http_status
    numbers = " ".join(map(str, said.statuses))
    rest = [
        "internal;",
        "default_type application/problem+json;",
        f"return {http} '{said.document(problems)}';",
    ]
    grpc = [
        "internal;",
        "default_type application/grpc;",
        f"add_header grpc-status {said.grpc_status} always;",
        f'add_header grpc-message "{said.grpc_message}" always;',
        f"add_header grpc-status-details-bin {said.grpc_details} always;",
        "add_header X-Request-Id $door_request_id always;",
        "return 200 '';",
    ]
    pages = [*_block(f"location = /door/{first}", rest), *_block(f"location = /door/grpc/{first}", grpc)]
    return _indented([f"error_page {numbers} ={http} /door/{first};", *pages])


def _grpc_problems() -> str:
    lines = [
        f"            error_page {' '.join(map(str, said.statuses))} =200 /door/grpc/{said.statuses[0]};"
        for said in SAID
    ]
    return "\n".join(lines)


def _block(head: str, lines: list[str]) -> list[str]:
    return [f"{head} {{", *(f"    {line}" for line in lines), "}"]


def _indented(lines: list[str]) -> str:
    return "\n".join(f"        {line}" for line in lines)
