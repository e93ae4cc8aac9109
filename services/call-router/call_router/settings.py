"""Settings of the router and of its control, from the environment (KEEPLINE_...)."""

from pathlib import Path

from pydantic import Field

from servicekit.settings import (
    ApiSettings,
    OutwardSettings,
    SettingsGroup,
    StreamSettings,
    WrongSetting,
)
from siptypes.hidden_numbers import NumberHash


class SwitchSettings(SettingsGroup):
    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Name of the switch that this router stands beside."""
    host: str = Field(min_length=1)
    """Where its event socket listens."""
    port: int = Field(ge=1, le=65535)
    """Port of its event socket."""
    password_file: Path
    """File with the password of its event socket."""
    watch_dir: Path
    """Folder that the routers beside this switch share: the one that locks it watches the switch."""

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


class HandOverSettings(SettingsGroup):
    listen: str = Field(default="127.0.0.1:0", pattern=r"^127\.[0-9.]{5,11}:[0-9]{1,5}$")
    """host:port where the switch asks about calls; on loopback, because it connects without a time-out."""

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.listen.partition(":")
        return host, int(port)


class NumberSettings(SettingsGroup):
    key_file: Path | None = None
    """File with a secret of 32 bytes or more: telephone numbers are told in call events, kept in call records
    and looked for as their keyed hash. The same for routers and call-control; none: as they are."""

    def hash(self) -> NumberHash | None:
        """Raises WrongSetting."""
        if self.key_file is None:
            return None
        try:
            return NumberHash(self.key_file.read_bytes().strip())
        except OSError as error:
            raise WrongSetting("KEEPLINE_NUMBERS__KEY_FILE", f"cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise WrongSetting("KEEPLINE_NUMBERS__KEY_FILE", str(error)) from error


class Settings(ApiSettings):
    switch: SwitchSettings
    router_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Names this router among those of its switch; its next life keeps the name."""
    handover: HandOverSettings = HandOverSettings()
    watched_trunks: frozenset[str] = frozenset()
    """Ids of trunks whose calls' packets are counted while they go on."""
    numbers: NumberSettings = NumberSettings()
    spool_bytes: int = Field(default=256 << 20, ge=1 << 20)
    """Events that the broker has not taken are kept on disk up to this size, in bytes."""


class RecordSettings(SettingsGroup):
    hold_seconds: float = Field(default=5.0, ge=0, le=60)
    """How long the events of a call that goes on may wait for more of them before they are written."""
    keep_days: int = Field(default=0, ge=0, le=3650)
    """Call records are removed so many days after the call began; 0 keeps them for ever."""


class RoutingQuotaSettings(SettingsGroup):
    agents: int = Field(default=1000, ge=1)
    """Voice agents of one tenant."""
    plans: int = Field(default=1000, ge=1)
    """Routing plans of one tenant."""


class ControlSettings(OutwardSettings):
    quotas: RoutingQuotaSettings = RoutingQuotaSettings()
    """What one tenant may have."""
    records: RecordSettings = RecordSettings()
    numbers: NumberSettings = NumberSettings()
    streams: StreamSettings = StreamSettings()
    instance_id: str = Field(default="1", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Names this process among others of its kind; its next life takes over its work at once."""
