"""Settings of the door, from the environment (KEEPLINE_...)."""

import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, IPvAnyNetwork, field_validator, model_validator

from servicekit.settings import ISSUER_ADDRESS, ProcessSettings, ServerTlsSettings, SettingsGroup, host_port

_ADDRESS = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]{1,253}):[0-9]{1,5}")
_ORIGIN = re.compile(r"https?://([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?")
_PATH = re.compile(r"[\w./+@-]+")


def _address(value: str) -> str:
    host_port(value)
    if not _ADDRESS.fullmatch(value):
        raise ValueError("must be host:port, such as 127.0.0.1:8080")
    return value


def _origins(value: tuple[str, ...]) -> tuple[str, ...]:
    for origin in value:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError("must be an origin such as https://app.example.org, without a path")
    return value


Origins = Annotated[tuple[str, ...], AfterValidator(_origins)]


class ReachedSettings(SettingsGroup):
    http: str
    """Its REST API, host:port."""
    grpc: str
    """Its gRPC API, host:port."""

    @field_validator("http", "grpc")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return _address(value)


class ServicesSettings(SettingsGroup):
    """Where the services behind the door are reached; over TLS by KEEPLINE_TLS__ENABLED."""

    sip_config: ReachedSettings
    phone_sources: ReachedSettings
    call_control: ReachedSettings
    health_monitor: ReachedSettings


class ClearGrpcSettings(SettingsGroup):
    listen: str | None = None
    """host:port of gRPC in clear; with TLS it is not used, because REST and gRPC share the one port."""

    @field_validator("listen")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        return _address(value) if value else None


class DoorSettings(SettingsGroup):
    rules: Path
    """nginx.conf of this repository's infra/nginx."""
    documents: Path | None = None
    """Folder with openapi.json and problems/, as this repository's docs; none: a list of the services."""
    binary: str = "nginx"
    """The program, found by PATH or in /usr/sbin."""
    workers: int = Field(default=2, ge=1, le=64)
    """Processes of nginx."""
    connections: int = Field(default=4096, ge=64, le=65536)
    """Connections of each process, those to the services too."""


class LimitsSettings(SettingsGroup):
    """What one address may do; what a tenant or a key may do is the services' to say."""

    requests_per_second: int = Field(default=1000, ge=1, le=100_000)
    """Requests and RPCs of one address in a second."""
    burst: int = Field(default=1000, ge=1, le=100_000)
    """So many more at once."""
    at_once: int = Field(default=1000, ge=1, le=100_000)
    """Requests and streams of one address that are under way."""
    rest_bytes: int = Field(default=1 << 20, ge=1024)
    """Largest body of a REST request, in bytes."""
    grpc_bytes: int = Field(default=16 << 20, ge=1024)
    """Largest request of a gRPC call, in bytes."""


class CorsSettings(SettingsGroup):
    origins: Origins = ()
    """Web pages of these origins may call, such as https://app.example.org; none: CORS is off."""


class WebSettings(SettingsGroup):
    """The web application, where there is one."""

    folder: Path | None = None
    """Folder of the web application as it was built, this repository's web/dist; none: the door has none."""
    issuer: str | None = Field(default=None, pattern=ISSUER_ADDRESS)
    """OpenID provider where people sign in; https, http on loopback only."""
    client_id: str = Field(default="keepline-web", min_length=1)
    """As the issuer knows the web application: a public client that returns to /signed-in of this origin."""
    scope: str = Field(default="openid profile offline_access", pattern=r"^openid( [!#-\[\]-~]+)*$")
    """What the web application asks the issuer for."""
    tenant_claim: str = Field(default="tenant_id", min_length=1)
    """The claim of the ID token that says whose it is."""
    role_claim: str = Field(default="role", min_length=1)
    """The claim of the ID token that says what its bearer may do."""
    origins: Origins = ()
    """Further origins of the issuer that the page asks, where its endpoints have other hosts."""

    @property
    def issuer_origin(self) -> str:
        return "/".join((self.issuer or "").split("/")[:3])

    @model_validator(mode="after")
    def _somebody_can_sign_in(self) -> Self:
        if self.folder is not None and self.issuer is None:
            raise ValueError("folder needs an issuer, where people sign in")
        if self.issuer is not None:
            _origins((self.issuer_origin,))
        return self


class Settings(ProcessSettings):
    services: ServicesSettings
    grpc: ClearGrpcSettings = ClearGrpcSettings()
    door: DoorSettings
    web: WebSettings = WebSettings()
    limits: LimitsSettings = LimitsSettings()
    cors: CorsSettings = CorsSettings()
    proxies: tuple[IPvAnyNetwork, ...] = ()
    """Networks of load balancers before the door, whose X-Forwarded-For is believed."""

    @model_validator(mode="after")
    def _can_be_written_down(self) -> Self:
        """nginx's configuration has no escape for what would end a path early."""
        tls: ServerTlsSettings = self.http.tls
        ours, theirs = (tls.cert_file, tls.key_file, tls.client_ca_file), self.tls
        more = (theirs.ca_file, theirs.cert_file, theirs.key_file, self.web.folder)
        for path in (self.data_dir, *ours, *more):
            if path is not None and not _PATH.fullmatch(str(path)):
                raise ValueError(f"{str(path)[:200]!r} cannot be a path here: letters, digits and ./+@_- can")
        _address(self.http.listen)
        return self
