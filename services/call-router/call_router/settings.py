"""Settings of call-router, from the environment (KEEPLINE_...)."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from servicekit.settings import ServiceSettings, WrongSetting


class SwitchSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    host: str = Field(min_length=1)
    # of its event socket
    port: int = Field(ge=1, le=65535)
    password_file: Path

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


class Settings(ServiceSettings):
    switch: SwitchSettings
    # events that the broker has not taken are kept on disk up to this size
    spool_bytes: int = Field(default=256 << 20, ge=1 << 20)
