"""Settings of phone-sources, from the environment (KEEPLINE_...)."""

from pydantic import Field

from servicekit.settings import ServiceSettings, SettingsGroup


class QuotaSettings(SettingsGroup):
    numbers: int = Field(default=10_000, ge=1)
    """Numbers of one tenant."""


class Settings(ServiceSettings):
    sip_config_target: str
    """gRPC address of sip-config, host:port; asked for a trunk that the state topic has not brought yet."""
    quotas: QuotaSettings = QuotaSettings()
    """What one tenant may have."""
