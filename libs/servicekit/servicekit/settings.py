"""Settings from the environment: prefix KEEPLINE_, `__` nests, secrets are paths of files.

Rule: what is wrong is found at start, all of it at once, and told by the name that the operator typed.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

PREFIX = "KEEPLINE_"
EXIT_WRONG_SETTING = 2
MAX_PORT = 65535
# pydantic-settings tells which field it could not parse in words only
_FIELD = re.compile(r'field "(\w+)"')


class WrongSetting(Exception):
    """A setting that turns out to be wrong only when it is used (a port in use, an unreadable key)."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


def host_port(address: str) -> tuple[str, int]:
    """Splits "127.0.0.1:80" or "[::1]:80"; port 0 asks for any free one."""
    host, separator, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not separator or not host or not port.isascii() or not port.isdigit() or int(port) > MAX_PORT:
        raise ValueError("must be host:port, such as 127.0.0.1:8080")
    return host, int(port)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Listener(_Part):
    listen: str = "127.0.0.1:0"

    @field_validator("listen")
    @classmethod
    def _is_address(cls, value: str) -> str:
        host_port(value)
        return value


class GrpcSettings(_Listener):
    pass


class HttpSettings(_Listener):
    pass


class MongoSettings(_Part):
    uri: str = Field(pattern=r"^mongodb(\+srv)?://")
    database: str = Field(default="keepline", pattern=r"^[A-Za-z0-9_-]{1,63}$")


class KafkaSettings(_Part):
    bootstrap: str

    @field_validator("bootstrap")
    @classmethod
    def _is_address_list(cls, value: str) -> str:
        for address in value.split(","):
            host_port(address)
        return value


class AuthSettings(_Part):
    jwks_file: Path
    issuer: str = "https://keepline.dev"
    audience: str = "keepline"


class LogSettings(_Part):
    level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


class TelemetrySettings(_Part):
    otlp_endpoint: str | None = None

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
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="ignore", env_ignore_empty=True
    )

    http: HttpSettings = HttpSettings()
    log: LogSettings = LogSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    data_dir: Path
    drain_seconds: float = Field(default=30.0, ge=0, le=3600)


class ServiceSettings(ProcessSettings):
    grpc: GrpcSettings = GrpcSettings()
    mongo: MongoSettings
    kafka: KafkaSettings
    auth: AuthSettings


S = TypeVar("S", bound=ProcessSettings)


def load(cls: type[S]) -> S:
    from_environment: Callable[[], S] = cls
    try:
        return from_environment()
    except ValidationError as error:
        for finding in error.errors(include_url=False, include_input=False):
            for path in _leaves(cls, [str(part) for part in finding["loc"]]):
                _complain(PREFIX + "__".join(path).upper(), _reason(finding["msg"]))
    except SettingsError as error:
        field = _FIELD.search(str(error))
        _complain(PREFIX + (field[1].upper() if field else "*"), "cannot be read as JSON")
    raise SystemExit(EXIT_WRONG_SETTING)


def refuse(wrong: WrongSetting) -> NoReturn:
    _complain(wrong.name, wrong.reason)
    raise SystemExit(EXIT_WRONG_SETTING)


def _leaves(cls: type[BaseModel], path: list[str]) -> list[list[str]]:
    """A missing group of settings is told by the names of its required members."""
    field = cls.model_fields.get(path[0])
    group = field.annotation if field is not None and len(path) == 1 else None
    if not (isinstance(group, type) and issubclass(group, BaseModel)):
        return [path]
    return [[*path, name] for name, member in group.model_fields.items() if member.is_required()] or [path]


def _reason(message: str) -> str:
    if message == "Field required":
        return "is not set; it is required"
    return message.removeprefix("Value error, ")


def _complain(name: str, reason: str) -> None:
    sys.stderr.write(f"{name}: {reason}\n")
