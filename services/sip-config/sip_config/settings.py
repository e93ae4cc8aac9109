"""Settings of sip-config, from the environment (KEEPLINE_...)."""

from ipaddress import ip_address
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from servicekit.settings import ServiceSettings, WrongSetting
from sip_config.domain.records import is_address, is_domain


class SwitchSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    host: str
    # where it takes SIP from the edges
    port: int = Field(ge=1, le=65535)

    @field_validator("host")
    @classmethod
    def _is_host(cls, value: str) -> str:
        if not is_address(value) and not is_domain(value):
            raise ValueError("must be an address or a host name")
        return value


class EdgeSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    # the address that switches see
    host: str

    @field_validator("host")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return str(ip_address(value))


class Settings(ServiceSettings):
    # trunks get their SIP domains below it
    sip_zone: str
    switches: tuple[SwitchSettings, ...] = Field(min_length=1)
    edges: tuple[EdgeSettings, ...] = ()
    # password of the switches' requests (user "switch"); without it nothing is served to them
    switch_password_file: Path | None = None

    @field_validator("sip_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        if not is_domain(value):
            raise ValueError("must be a domain in lower case, such as sip.example.com")
        return value

    def switch_password(self) -> str | None:
        if self.switch_password_file is None:
            return None
        try:
            return self.switch_password_file.read_text().strip()
        except OSError as error:
            raise WrongSetting(
                "KEEPLINE_SWITCH_PASSWORD_FILE", f"cannot be read: {error.strerror}"
            ) from error
