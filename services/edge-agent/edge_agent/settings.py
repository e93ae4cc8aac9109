"""Settings of an edge agent, from the environment (KEEPLINE_...)."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from servicekit.settings import KafkaSettings, ProcessSettings, WrongSetting, host_port


class KamailioSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    # holds tables/ and dispatcher.list
    run_dir: Path
    rpc_socket: Path
    rpc_url: str = Field(pattern=r"^https?://[^\s/]+/RPC$")
    events: str
    # whether the edge has these public sockets; what cannot be reached is not probed
    ipv6: bool = False
    tls: bool = False

    @field_validator("events")
    @classmethod
    def _is_address(cls, value: str) -> str:
        host_port(value)
        return value


class Settings(ProcessSettings):
    node_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    sip_config_target: str
    token_file: Path
    kamailio: KamailioSettings
    kafka: KafkaSettings
    # an empty snapshot replaces one with trunks only while this is set
    accept_empty: bool = False
    rejections_per_second: int = Field(default=100, ge=1, le=999)
    # refusals that the broker has not taken are kept on disk up to this size
    spool_bytes: int = Field(default=64 << 20, ge=1 << 20)

    @field_validator("sip_config_target")
    @classmethod
    def _is_target(cls, value: str) -> str:
        host_port(value)
        return value

    def token(self) -> str:
        """Read for every call, so that a renewed token is used at once."""
        try:
            return self.token_file.read_text().strip()
        except OSError as error:
            raise WrongSetting("KEEPLINE_TOKEN_FILE", f"cannot be read: {error.strerror}") from error
