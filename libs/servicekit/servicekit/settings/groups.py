"""The settings that services share, as groups; a service adds its own in its settings.py.

The string under a field is its meaning: it stands in --help and in docs/settings.md.
"""

import re
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, IPvAnyNetwork, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from servicekit.addresses import AddressPolicy
from servicekit.settings.environment import PREFIX, Environment
from servicekit.settings.in_transit import (
    ClientTlsSettings,
    KafkaSecurity,
    MongoTlsSettings,
    ServerTlsSettings,
    SettingsGroup,
)

MAX_PORT = 65535
PROBLEMS = "/problems/"
LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


def host_port(address: str) -> tuple[str, int]:
    """Splits "127.0.0.1:80" or "[::1]:80"; port 0 asks for any free one."""
    host, separator, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not separator or not host or not port.isascii() or not port.isdigit() or int(port) > MAX_PORT:
        raise ValueError("must be host:port, such as 127.0.0.1:8080")
    return host, int(port)


class _Listener(SettingsGroup):
    listen: str = "127.0.0.1:0"
    """host:port to listen on; port 0 takes any free one."""
    tls: ServerTlsSettings = ServerTlsSettings()

    @field_validator("listen")
    @classmethod
    def _is_address(cls, value: str) -> str:
        host_port(value)
        return value


class GrpcSettings(_Listener):
    pass


class HttpSettings(_Listener):
    problems: str = Field(default=PROBLEMS, pattern=r"^(https?://[^/\s?#]+)?/([^\s?#]*/)?$")
    """Where the codes of refusals are explained; each service answers at /problems/ whatever stands here."""


class MongoSettings(SettingsGroup):
    uri: str = Field(pattern=r"^mongodb(\+srv)?://")
    """Connection string of the database, mongodb:// or mongodb+srv://."""
    database: str = Field(default="keepline", pattern=r"^[A-Za-z0-9_-]{1,63}$")
    """Name of the database."""
    username: str = ""
    """User name at the database, where it is not part of the URI."""
    password_file: Path | None = None
    """File with the password at the database."""
    tls: MongoTlsSettings = MongoTlsSettings()


class KafkaSettings(KafkaSecurity):
    bootstrap: str
    """Brokers to begin with, host:port, separated by commas."""

    @field_validator("bootstrap")
    @classmethod
    def _is_address_list(cls, value: str) -> str:
        for address in value.split(","):
            host_port(address)
        return value


ISSUER_ADDRESS = r"^(https://[^/\s]+|http://(127\.0\.0\.1|\[::1\])(:\d+)?)(/\S*)?$"
"""https; http on loopback only."""


class AuthSettings(SettingsGroup):
    jwks_file: Path
    """Public keys of the token issuer (JWKS, RFC 7517); with JWKS_URL or DISCOVER, where the last good answer
    is kept."""
    jwks_url: str | None = Field(default=None, pattern=ISSUER_ADDRESS)
    """Where the issuer publishes its keys; https, http on loopback only."""
    jwks_ca_file: Path | None = None
    """Certificate authority of the issuer's address; none: those of the system."""
    issuer: str = "https://keepline.dev"
    """What the claim iss of a token must be."""
    discover: bool = False
    """Whether the keys are found by ISSUER's own document, /.well-known/openid-configuration below it."""
    audience: str = "keepline"
    """What the claim aud of a token must be or hold."""
    tenant_claim: str = Field(default="tenant_id", min_length=1)
    """The claim that says whose the token is."""
    role_claim: str = Field(default="role", min_length=1)
    """The claim that says what its bearer may do: owner, admin, viewer, operator or node."""
    api_key_secrets_file: Path | None = None
    """Secrets of API keys, one of 32 characters or more on each line, the same for all services; the first
    makes keys, all are accepted. None: no API key is made or taken."""

    @model_validator(mode="after")
    def _one_way_to_the_keys(self) -> Self:
        if self.discover and (self.jwks_url or not re.fullmatch(ISSUER_ADDRESS, self.issuer)):
            raise ValueError("discover needs an issuer at https (http on loopback only), and no jwks_url")
        return self


class LimitSettings(SettingsGroup):
    """Requests to one process, REST and gRPC together."""

    tenant_requests: int = Field(default=200, ge=1, le=1_000_000)
    """Requests that one tenant may send at once, and again within TENANT_SECONDS."""
    tenant_seconds: int = Field(default=1, ge=1, le=86_400)
    """Seconds within which a tenant has all of its requests back."""
    key_requests: int = Field(default=100, ge=1, le=1_000_000)
    """Requests that one API key may send at once, and again within KEY_SECONDS."""
    key_seconds: int = Field(default=1, ge=1, le=86_400)
    """Seconds within which an API key has all of its requests back."""


class AddressSettings(SettingsGroup):
    allow: tuple[str, ...] = ()
    """Local networks that tenants may name all the same, such as 10.20.0.0/16 of an office behind a VPN."""
    own: tuple[str, ...] = ()
    """Addresses, networks and domains of the platform itself, which no tenant may name."""

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        self.policy()
        return self

    def policy(self, *own: str) -> AddressPolicy:
        """own: more of our own, known from other settings."""
        return AddressPolicy.of(self.allow, (*self.own, *own))


class LogSettings(SettingsGroup):
    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least level that is written."""

    @field_validator("level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


class TelemetrySettings(SettingsGroup):
    otlp_endpoint: str | None = None
    """OpenTelemetry collector, host:port (gRPC); none: metrics and traces are not sent."""
    prometheus_listen: str | None = None
    """host:port where Prometheus fetches /metrics, without a token; none: nowhere."""

    @field_validator("prometheus_listen")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if not value:
            return None
        host_port(value)
        return value

    @field_validator("otlp_endpoint")
    @classmethod
    def _is_endpoint(cls, value: str | None) -> str | None:
        if not value:
            return None
        host_port(value.removeprefix("http://").removeprefix("https://").rstrip("/"))
        return value


class ProcessSettings(BaseSettings):
    """What a process without a public API of its own needs."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
        use_attribute_docstrings=True,
    )

    http: HttpSettings = HttpSettings()
    tls: ClientTlsSettings = ClientTlsSettings()
    log: LogSettings = LogSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    data_dir: Path
    """Folder of what this process keeps on disk; one process each."""
    drain_seconds: float = Field(default=30.0, ge=0, le=3600)
    """How long work under way may take after SIGTERM, in seconds."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, Environment(settings_cls)


class ApiSettings(ProcessSettings):
    """What a process with an API of its own needs."""

    grpc: GrpcSettings = GrpcSettings()
    kafka: KafkaSettings
    auth: AuthSettings
    limits: LimitSettings = LimitSettings()
    proxies: tuple[IPvAnyNetwork, ...] = LOOPBACK
    """Networks of what stands before this process, the door: X-Forwarded-For is believed from these only."""


class StreamSettings(SettingsGroup):
    """What event streams (SSE) can go on with, at whichever replica a reader comes back."""

    events: int = Field(default=10_000, ge=10, le=1_000_000)
    """The newest events are kept in memory, of all tenants together, up to this number."""
    memory_bytes: int = Field(default=16 << 20, ge=1 << 16)
    """And up to this size, in bytes as they came."""
    recent_seconds: float = Field(default=600.0, ge=0, le=86_400)
    """Events so old are read again when the process starts."""


class ServiceSettings(ApiSettings):
    """And with a database."""

    mongo: MongoSettings


class OutwardSettings(ServiceSettings):
    """What a service needs that takes addresses from tenants to call."""

    addresses: AddressSettings = AddressSettings()
    tls_from_edges: bool = False
    """Whether the edges call over TLS; if not, an agent's URI and a trunk's endpoint with it are refused."""
