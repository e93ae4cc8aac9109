"""Settings of an edge agent and of its Kamailio, from the environment (KEEPLINE_...)."""

import re
from pathlib import Path

from pydantic import Field, field_validator

from servicekit.settings import (
    AddressSettings,
    KafkaSettings,
    ProcessSettings,
    SettingsGroup,
    WrongSetting,
    host_port,
)

_TOKEN = re.compile(rb"[!-~]+")


class KamailioSettings(SettingsGroup):
    run_dir: Path
    """Kamailio's run folder; holds tables.db and dispatcher.list, which the agent writes."""
    rpc_socket: Path
    """Its JSON-RPC datagram socket, for commands."""
    rpc_url: str = Field(pattern=r"^https?://[^\s/]+/RPC$")
    """Its JSON-RPC over HTTP, for long answers."""
    events: str
    """host:port where the agent takes the edge's reports of refusals (UDP)."""

    @field_validator("events")
    @classmethod
    def _is_address(cls, value: str) -> str:
        host_port(value)
        return value


class ProbeSettings(SettingsGroup):
    interval_seconds: float = Field(default=30.0, ge=0.1, le=3600)
    """Seconds between two OPTIONS to an endpoint of a provider or an agent; with jitter of a fifth."""
    per_second: int = Field(default=50, ge=1, le=1000)
    """Most OPTIONS that begin in a second."""
    from_uri: str = Field(default="sip:keepalive@edge.keepline.invalid", pattern=r"^sips?:[^\s<>\"]{1,200}$")
    """From header of the OPTIONS; some providers answer only a host that they know."""


class EdgeSettings(SettingsGroup):
    config: Path
    """kamailio.cfg of this repository's infra/kamailio."""
    public: str = "127.0.0.1:5060"
    """host:port where providers and agents reach this edge, UDP and TCP."""
    public_host6: str | None = None
    """The same in IPv6, at the same port."""
    advertise: str | None = Field(default=None, pattern=r"^[A-Za-z0-9.:\[\]-]{1,260}$")
    """host:port that others are told, where it is not PUBLIC."""
    public_names: list[str] = Field(default=[], max_length=32)
    """Names and addresses that providers know this edge by, beside PUBLIC and ADVERTISE; OPTIONS to them are
    answered."""
    inner: str = "127.0.0.1:5062"
    """host:port where the switches reach it, UDP."""
    rows: int = Field(default=20_000, ge=1000, le=1_100_000)
    """Trunks and numbers together that fit in; memory follows."""
    workers: int = Field(default=4, ge=1, le=64)
    """Processes for each UDP socket."""
    binary: str = "kamailio"
    """The program, found by PATH."""

    @field_validator("public", "inner")
    @classmethod
    def _is_address(cls, value: str) -> str:
        host_port(value)
        return value


class StartSettings(ProcessSettings):
    node_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Name of this edge; its token's subject."""
    kamailio: KamailioSettings
    edge: EdgeSettings
    addresses: AddressSettings = AddressSettings()


class Settings(ProcessSettings):
    node_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Name of this edge; its token's subject."""
    sip_config_target: str
    """gRPC address of sip-config, host:port."""
    token_file: Path
    """File with this node's token, read again for each call."""
    kamailio: KamailioSettings
    kafka: KafkaSettings
    probes: ProbeSettings = ProbeSettings()
    addresses: AddressSettings = AddressSettings()
    accept_shrunk: bool = False
    """An operator's word: much, or all, of what this edge holds may be gone. Set it for one change only."""
    accept_older: bool = False
    """An operator's word: a revision behind the one that this edge holds may replace it."""
    rejections_per_second: int = Field(default=100, ge=1, le=999)
    """Refusals told one by one; above it they are only counted."""
    hide_numbers: bool = False
    """Refusals are told with the last two digits of telephone numbers only."""
    spool_bytes: int = Field(default=64 << 20, ge=1 << 20)
    """Refusals that the broker has not taken are kept on disk up to this size, in bytes."""

    @field_validator("sip_config_target")
    @classmethod
    def _is_target(cls, value: str) -> str:
        host_port(value)
        return value

    def token(self) -> str:
        """Read for every call, so that a renewed token is used at once."""
        try:
            token = self.token_file.read_bytes().strip()
        except OSError as error:
            raise WrongSetting("KEEPLINE_TOKEN_FILE", f"cannot be read: {error.strerror}") from error
        if not _TOKEN.fullmatch(token):
            raise WrongSetting("KEEPLINE_TOKEN_FILE", "does not hold a token")
        return token.decode()
