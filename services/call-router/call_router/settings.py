"""Settings of the router and of its control, from the environment (KEEPLINE_...)."""

from pathlib import Path

from pydantic import Field

from servicekit.settings import AddressSettings, ApiSettings, ServiceSettings, SettingsGroup, WrongSetting


class SwitchSettings(SettingsGroup):
    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Name of the switch that this router stands beside."""
    host: str = Field(min_length=1)
    """Where its event socket listens."""
    port: int = Field(ge=1, le=65535)
    """Port of its event socket."""
    password_file: Path
    """File with the password of its event socket."""

    def password(self) -> str:
        try:
            password = self.password_file.read_text().strip()
        except OSError as error:
            raise WrongSetting(
                "KEEPLINE_SWITCH__PASSWORD_FILE", f"cannot be read: {error.strerror}"
            ) from error
        if not password:
            raise WrongSetting("KEEPLINE_SWITCH__PASSWORD_FILE", "is empty; it holds the switch's password")
        return password


class Settings(ApiSettings):
    switch: SwitchSettings
    spool_bytes: int = Field(default=256 << 20, ge=1 << 20)
    """Events that the broker has not taken are kept on disk up to this size, in bytes."""


class ControlSettings(ServiceSettings):
    instance_id: str = Field(default="1", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Names this process among others of its kind; its next life takes over its work at once."""
    addresses: AddressSettings = AddressSettings()
